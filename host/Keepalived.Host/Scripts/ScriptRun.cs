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
    private readonly TimeSpan _limit;
    private MonotonicTime _started;
    private MonotonicTime _terminated;
    private bool _isTerminating;
    private bool _timedOut;

    public ScriptRun(ScriptRunner runner, IScheduler scheduler, ScriptCommand command, string[] extraArguments, TimeSpan limit, Action<ScriptResult>? completed)
    {
        _runner = runner;
        _scheduler = scheduler;
        _program = command.Program;
        _completed = completed;
        _started = scheduler.Now;
        _limit = limit;
        Command = command;
        ExtraArguments = extraArguments;
    }

    /// <summary>What is run.</summary>
    internal ScriptCommand Command { get; }

    /// <summary>What is appended to its arguments.</summary>
    internal string[] ExtraArguments { get; }

    /// <summary>It has a time limit.</summary>
    internal bool IsTimed => _limit != Timeout.InfiniteTimeSpan;

    /// <summary>It was told to end before it was started.</summary>
    internal bool IsCancelled { get; private set; }

    public bool IsRunning { get; private set; } = true;

    internal int ProcessId => _processId;

    public void Cancel()
    {
        if (!IsRunning || _isTerminating || IsCancelled)
        {
            return;
        }

        if (_processId != 0)
        {
            Terminate(_scheduler.Now);
            return;
        }

        IsCancelled = true;
        _scheduler.Post(() => Failed("it was no longer wanted before its turn came"));
    }

    internal void Started(SpawnedProcess process)
    {
        _started = _scheduler.Now;
        _processId = process.ProcessId;
        _watch = _scheduler.WatchProcess(process.ProcessId, process.Descriptor, OnExit);
        if (IsTimed)
        {
            Timer.Arm(_started + _limit);
        }
    }

    internal void Failed(string reason)
    {
        IsRunning = false;
        Complete(new(null, false, TimeSpan.Zero, reason));
    }

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
