using Keepalived.Scheduling;

namespace Keepalived.Notify;

/// <summary>
/// Does work that nobody waits for when it makes nobody late: at the end of a turn, with no deadline of the loop nearer than the work takes. On a
/// loop that never has such a moment it is done all the same after <see cref="LongestWait"/>, right behind the deadlines of a turn.
/// </summary>
internal sealed class QuietMoment : IDisposable
{
    /// <summary>How far away the next deadline must be, in time: a few mails take some 60 µs.</summary>
    internal static readonly TimeSpan Needed = TimeSpan.FromMicroseconds(100);

    /// <summary>How long a moment is waited for.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(10);

    private readonly IScheduler _scheduler;
    private readonly Action _work;
    private readonly Action _look;
    private readonly ILoopTimer _timer;
    private MonotonicTime _from;
    private bool _isLooking;

    public QuietMoment(IScheduler scheduler, Action work)
    {
        _scheduler = scheduler;
        _work = work;
        _look = Look;

        // What the timers of a turn queue for its end stands there before this, and so goes first.
        _timer = scheduler.CreateTimer(_ => LookAtTurnEnd());
    }

    /// <summary>Work is waiting for its moment.</summary>
    public bool IsAwaited => _isLooking || _timer.IsArmed;

    /// <summary>True when work that came up just now need not wait.</summary>
    public bool IsNow => !IsAwaited && HasRoom(_scheduler.ReadClock());

    /// <summary>Has the work done in the first such moment from a time on; nothing changes when it is awaited already.</summary>
    public void AwaitFrom(MonotonicTime time)
    {
        if (!IsAwaited)
        {
            _from = time;
            _timer.Arm(time);
        }
    }

    /// <summary>Awaits it no longer.</summary>
    public void Cancel()
    {
        _isLooking = false;
        _timer.Disarm();
    }

    public void Dispose()
    {
        _isLooking = false;
        _timer.Dispose();
    }

    private void LookAtTurnEnd()
    {
        _isLooking = true;
        _scheduler.RunAtTurnEnd(_look);
    }

    private void Look()
    {
        if (!_isLooking)
        {
            return;
        }

        _isLooking = false;
        MonotonicTime now = _scheduler.ReadClock();
        if (HasRoom(now) || now - _from >= LongestWait)
        {
            _work();
        }
        else
        {
            _timer.Arm(_scheduler.NextDeadline);
        }
    }

    private bool HasRoom(MonotonicTime now) => _scheduler.NextDeadline == MonotonicTime.Never || _scheduler.NextDeadline - now >= Needed;
}
