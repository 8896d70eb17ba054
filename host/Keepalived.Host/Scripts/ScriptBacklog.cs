using Keepalived.Scheduling;

namespace Keepalived.Host.Scripts;

/// <summary>
/// Scripts that wait for their turn. Starting one costs the loop some tenths of a millisecond, so a turn starts a few and the next turn goes on, in the
/// order of asking: a takeover by hundreds of instances delays no advertisement. Of those without a time limit, which are notify scripts, only
/// so many run at a time; what then finds the backlog full is lost and counted. Checks and trackers have limits and overtake these.
/// </summary>
internal sealed class ScriptBacklog
{
    /// <summary>Most scripts started in one turn of the loop.</summary>
    internal const int MostPerTurn = 16;

    /// <summary>Time in a turn after which no other is started: on a busy machine starting one may take long.</summary>
    private static readonly TimeSpan _longestPerTurn = TimeSpan.FromMilliseconds(1);

    /// <summary>Most scripts without a time limit that run at a time.</summary>
    internal const int MostUntimed = 512;

    /// <summary>Most scripts that wait.</summary>
    internal const int Longest = 4096;

    private readonly IScheduler _scheduler;
    private readonly Action<ScriptRun> _start;
    private readonly Action _startRest;
    private readonly Queue<ScriptRun> _timed = new(1);
    private readonly Queue<ScriptRun> _untimed = new(1);
    private MonotonicTime _turn;
    private int _startedInTurn;
    private TimeSpan _usedInTurn;
    private int _runningUntimed;
    private bool _isPosted;

    public ScriptBacklog(IScheduler scheduler, Action<ScriptRun> start)
    {
        _scheduler = scheduler;
        _start = start;
        _startRest = StartRest;
    }

    /// <summary>Scripts that wait.</summary>
    public int Waiting => _timed.Count + _untimed.Count;

    /// <summary>Scripts that found the backlog full.</summary>
    public long Lost { get; private set; }

    /// <summary>Scripts that were no longer wanted when their turn came.</summary>
    public long Cancelled { get; private set; }

    /// <summary>Starts a script now, or in one of the next turns.</summary>
    /// <returns>False when it is lost.</returns>
    public bool Add(ScriptRun run)
    {
        if (Waiting >= Longest)
        {
            Lost++;
            return false;
        }

        (run.IsTimed ? _timed : _untimed).Enqueue(run);
        StartSome();
        return true;
    }

    /// <summary>A script without a time limit has ended: another may run.</summary>
    public void UntimedEnded()
    {
        _runningUntimed--;
        PostRest();
    }

    /// <summary>Everything that waits, which waits no longer: for the end of the process.</summary>
    public ScriptRun[] TakeAll()
    {
        ScriptRun[] all = [.. _timed, .. _untimed];
        _timed.Clear();
        _untimed.Clear();
        return all;
    }

    private void StartSome()
    {
        if (_scheduler.Now != _turn)
        {
            BeginTurn();
        }

        while (_startedInTurn < MostPerTurn && _usedInTurn < _longestPerTurn && Next() is { } run)
        {
            if (run.IsCancelled)
            {
                Cancelled++;
                continue;
            }

            _startedInTurn++;
            _runningUntimed += run.IsTimed ? 0 : 1;
            MonotonicTime began = _scheduler.ReadClock();
            _start(run);
            _usedInTurn += _scheduler.ReadClock() - began;
        }

        PostRest();
    }

    private ScriptRun? Next() =>
        _timed.TryDequeue(out ScriptRun? timed) ? timed
        : _runningUntimed < MostUntimed && _untimed.TryDequeue(out ScriptRun? untimed) ? untimed
        : null;

    private void PostRest()
    {
        if (!_isPosted && (_timed.Count > 0 || (_untimed.Count > 0 && _runningUntimed < MostUntimed)))
        {
            _isPosted = true;
            _scheduler.Post(_startRest);
        }
    }

    private void StartRest()
    {
        _isPosted = false;
        BeginTurn();
        StartSome();
    }

    private void BeginTurn()
    {
        _turn = _scheduler.Now;
        _startedInTurn = 0;
        _usedInTurn = TimeSpan.Zero;
    }
}
