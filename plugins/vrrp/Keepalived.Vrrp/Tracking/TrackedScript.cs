using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Vrrp.Configuration;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tracking;

/// <summary>A <c>vrrp_script</c>: runs periodically, and is up or down by its last results. The runner ends a run that takes too long.</summary>
internal sealed class TrackedScript : TrackedObject
{
    private readonly IScheduler _scheduler;
    private readonly IScriptRunner _scripts;
    private readonly ILogger _logger;
    private readonly ILoopTimer _timer;
    private IScriptRun? _run;
    private int _lastCode;
    private bool _isDisposed;

    public TrackedScript(ScriptTracker settings, IScheduler scheduler, IScriptRunner scripts, ILogger logger)
    {
        Settings = settings;
        _scheduler = scheduler;
        _scripts = scripts;
        _logger = logger;
        _timer = scheduler.CreateTimer(OnTimer);
        Verdict = ScriptVerdict.Initial(settings.Rise, settings.Fall);
        if (settings.StartsFailed)
        {
            Become(TrackedState.Of(isUp: false), "init_fail, no success yet");
        }
    }

    /// <inheritdoc/>
    public override string Title => "vrrp_script " + Settings.Name;

    /// <summary>Configuration in force.</summary>
    public ScriptTracker Settings { get; private set; }

    /// <summary>The results so far.</summary>
    public ScriptVerdict Verdict { get; private set; }

    /// <summary>A run has begun and not ended.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The same program for the same purpose: its results still count after a reload.</summary>
    public bool IsSame(ScriptTracker settings) => settings.Name == Settings.Name && settings.Command == Settings.Command;

    /// <summary>Takes other settings of the same script after a reload.</summary>
    public void Take(ScriptTracker settings)
    {
        bool isOtherPace = settings.Interval != Settings.Interval;
        Settings = settings;
        Verdict = Verdict.Scaled(settings.Rise, settings.Fall);
        if (Verdict.HasResult)
        {
            TrackLog.ScriptCarried(_logger, settings.Name, Verdict.IsUp ? "successful" : "unsuccessful");
        }

        if (isOtherPace && _timer.IsArmed)
        {
            _timer.Arm(_scheduler.Now + settings.Interval);
        }
    }

    /// <inheritdoc/>
    public override void Start()
    {
        if (!_timer.IsArmed)
        {
            _timer.Arm(_scheduler.Now);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _isDisposed = true;
        _timer.Dispose();
        _run?.Cancel();
    }

    private void OnTimer(MonotonicTime deadline)
    {
        MonotonicTime next = deadline + Settings.Interval;
        _timer.Arm(next > _scheduler.Now ? next : _scheduler.Now + Settings.Interval);
        if (IsRunning)
        {
            return;
        }

        IsRunning = true;
        _run = _scripts.Run(Settings.Command, [], Settings.Timeout, OnCompleted);
    }

    private void OnCompleted(ScriptResult result)
    {
        IsRunning = false;
        if (_isDisposed)
        {
            return;
        }

        bool wasUp = Verdict.IsUp;
        bool hadResult = Verdict.HasResult;
        Verdict = Verdict.After(result.IsSuccess);
        string outcome = Describe(result);
        int code = result.Exit?.ExitCode ?? (result.IsSuccess ? 0 : -1);
        if (code != _lastCode && !result.TimedOut && result.Exit?.ExitCode is not null)
        {
            TrackLog.ScriptReturns(_logger, Settings.Name, code);
        }

        _lastCode = code;
        if (hadResult && wasUp == Verdict.IsUp)
        {
            return;
        }

        if (Verdict.IsUp)
        {
            TrackLog.ScriptSucceeded(_logger, Settings.Name);
        }
        else
        {
            TrackLog.ScriptFailed(_logger, Settings.Name, outcome);
        }

        Become(TrackedState.Of(Verdict.IsUp), outcome);
    }

    private static string Describe(in ScriptResult result) => result switch
    {
        { IsSuccess: true } => "succeeded",
        { TimedOut: true } => "timed out",
        { Failure: { } failure } => $"failed ({failure})",
        { Exit: { Signal: { } signal } } => $"failed (ended by signal {signal})",
        _ => $"failed (exited with status {result.Exit?.ExitCode})",
    };
}
