using Keepalived.Linux.Processes;
using Keepalived.Scheduling;
using Keepalived.Scripts;

namespace Keepalived.Host.Scripts;

/// <summary>One run of a script, from start to reaping.</summary>
internal sealed class ScriptRun : IScriptRun
{
    private static readonly TimeSpan _killAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _giveUpAfter = TimeSpan.FromSeconds(10);
    private readonly ScriptRunner _runner;
    private readonly IScheduler _scheduler;
    private readonly string _program;
    private Action<ScriptResult>? _completed;
    private ILoopTimer? _timer;
    private IDisposable? _watch;
    private int _processId;
    private readonly MonotonicTime _started;
    private MonotonicTime _terminated;
    private bool _isTerminating;
    private bool _timedOut;

    public ScriptRun(ScriptRunner runner, IScheduler scheduler, string program, Action<ScriptResult>? completed)
    {
        _runner = runner;
        _scheduler = scheduler;
        _program = program;
        _completed = completed;
        _started = scheduler.Now;
    }

    public bool IsRunning { get; private set; }

    internal int ProcessId => _processId;

    public void Cancel()
    {
        if (IsRunning && !_isTerminating)
        {
            Terminate(_scheduler.Now);
        }
    }

    internal void Started(SpawnedProcess process, TimeSpan limit)
    {
        IsRunning = true;
        _processId = process.ProcessId;
        _watch = _scheduler.WatchProcess(process.ProcessId, process.Descriptor, OnExit);
        if (limit != Timeout.InfiniteTimeSpan)
        {
            Timer.Arm(_started + limit);
        }
    }

    internal void Failed(string reason) => Complete(new(null, false, TimeSpan.Zero, reason));

    private ILoopTimer Timer => _timer ??= _scheduler.CreateTimer(OnTimer);

    private void OnTimer(MonotonicTime deadline)
    {
        if (!_isTerminating)
        {
            _timedOut = true;
            Terminate(deadline);
        }
        else if (deadline - _terminated >= _giveUpAfter)
        {
            _runner.LogStuck(_program);
            End();
            Complete(new(null, _timedOut, _scheduler.Now - _started, "it cannot be killed"));
        }
        else
        {
            _ = Signals.SendToGroup(_processId, Signals.Kill);
            Timer.Arm(deadline - _terminated < _killAfter * 2 ? deadline + _killAfter : _terminated + _giveUpAfter);
        }
    }

    private void Terminate(MonotonicTime now)
    {
        _isTerminating = true;
        _terminated = now;
        _ = Signals.SendToGroup(_processId, Signals.Terminate);
        Timer.Arm(now + _killAfter);
    }

    private void OnExit(ProcessExit exit)
    {
        // What the script left behind in its group has lost its purpose when it was told to end.
        if (_isTerminating)
        {
            _ = Signals.SendToGroup(_processId, Signals.Kill);
        }

        End();
        Complete(new(exit, _timedOut, _scheduler.Now - _started, null));
    }

    private void End()
    {
        IsRunning = false;
        _timer?.Dispose();
        _watch?.Dispose();
        _runner.Ended(this);
    }

    private void Complete(in ScriptResult result)
    {
        Action<ScriptResult>? completed = _completed;
        _completed = null;
        completed?.Invoke(result);
    }
}
