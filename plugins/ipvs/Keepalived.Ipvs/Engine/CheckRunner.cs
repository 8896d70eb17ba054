using System.Runtime.CompilerServices;
using Keepalived.Checking;
using Keepalived.Events;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>What all checkers of this process share.</summary>
internal sealed record CheckEnvironment(
    IScheduler Scheduler, ICheckSockets Sockets, IScriptRunner Scripts, IFileNumbers Files, ILogger Logger, Random Random, ICheckReports Reports)
{
    /// <summary>On whose behalf checkers of other people's plugins run; null where there are none.</summary>
    public ICheckerScopes? Scopes { get; init; }

    /// <summary>What the BFD process tells, for those who ask.</summary>
    public Func<IBfdSessions>? OpenBfdSessions { get; init; }
}

/// <summary>Told of what checkers decided.</summary>
internal interface ICheckReports
{
    /// <summary>A checker's verdict changed.</summary>
    void CheckerChanged(CheckRunner checker, in CheckResult result);

    /// <summary>A checker names another weight than before.</summary>
    void CheckerWeightChanged(CheckRunner checker, in CheckResult result);
}

/// <summary>
/// Runs one checker of one real server: arms its timer, starts its probe, awaits it on the loop, has <see cref="CheckState"/> judge the
/// result and reports. A probe costs no allocation here. A checker that throws has failed its probe, and one that does so again and again is not
/// run any more; one that does not end is reported by name and counted as failed, and is not started again until it has ended. A checker of
/// somebody else's plugin runs on that plugin's behalf (<see cref="CheckerScope"/>): only its result comes back here.
/// </summary>
internal sealed class CheckRunner : IDisposable
{
    /// <summary>keepalived lets the system settle for a second before the first check.</summary>
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(1);

    /// <summary>After so many exceptions in a row a checker is not run again.</summary>
    private const int MostEscapes = 5;

    private readonly CheckEnvironment _environment;
    private readonly CheckContext _context;
    private readonly ILoopTimer _timer;
    private readonly Action _finish;
    private readonly CheckTiming _timing;
    private readonly TimeSpan _longestProbe;
    private readonly CheckerScope? _scope;
    private readonly Action? _beginThere;
    private readonly Action? _finishHere;
    private ValueTaskAwaiter<CheckResult> _probe;
    private IChecker? _checker;
    private Exception? _notMade;
    private int _escapes;
    private bool _isProbing;
    private bool _isDisposed;
    private bool _isHandedOver;

    public CheckRunner(ConfiguredChecker configured, RealServer server, CheckEnvironment environment)
    {
        Configured = configured;
        Server = server;
        _environment = environment;
        _timing = CheckTiming.Of(configured);
        State = CheckState.Initial(configured.Options.Alpha!.Value, in _timing);
        _scope = environment.Scopes?.Of(configured.Definition);
        _context = new(
            configured.Target, configured.Options, _scope?.Sockets ?? environment.Sockets, _scope?.Scheduler ?? environment.Scheduler,
            _scope?.Logger ?? environment.Logger)
        {
            Scripts = _scope?.Scripts ?? environment.Scripts, Files = _scope?.Files ?? environment.Files,
            OpenBfdSessions = environment.OpenBfdSessions,
        };
        _longestProbe = configured.Definition.LongestProbe(configured.Options);
        _timer = environment.Scheduler.CreateTimer(OnTimer);
        _finish = _scope is null ? Finish : ComeBack;
        _beginThere = _scope is null ? null : Begin;
        _finishHere = _scope is null ? null : Finish;
    }

    /// <summary>The checker as configured.</summary>
    public ConfiguredChecker Configured { get; }

    /// <summary>The server that it belongs to.</summary>
    public RealServer Server { get; }

    /// <summary>Its keyword.</summary>
    public string Kind => Configured.Definition.Kind;

    /// <summary>What is known.</summary>
    public CheckState State { get; private set; }

    /// <summary>The weight that a dynamic check named last; null when it names none.</summary>
    public int? DynamicWeight { get; private set; }

    /// <summary>What it adds to the configured weight.</summary>
    public int AddedWeight { get; private set; }

    /// <summary>When it acts next, for dumps and tests.</summary>
    public MonotonicTime NextAction => _timer.Deadline;

    /// <summary>Whether a probe is under way.</summary>
    public bool IsProbing => _isProbing;

    private string Service => Server.Owner.Name;

    /// <summary>Starts a checker that is new: the first probe comes after a second and a part of the warm-up, so that probes are spread evenly.</summary>
    /// <param name="assumeUp">Start as up whatever <c>alpha</c> says: its server is known to be well.</param>
    /// <returns>False when this kind of check cannot be run: it must not take part in any judgement.</returns>
    public bool Start(bool assumeUp = false)
    {
        if (assumeUp)
        {
            State = State with { IsUp = true };
        }

        if (!Create())
        {
            _environment.Logger.CheckCannotRun(Kind, Server.Name, Service);
            Dispose();
            return false;
        }

        if (Configured.Definition.WaitsToBeTold)
        {
            Arm(TimeSpan.Zero);
            _environment.Logger.CheckFollows(Server.Name, Service, Kind);
            return true;
        }

        TimeSpan warmup = Configured.Options.Warmup!.Value * _environment.Random.NextDouble();
        Arm(_settling + warmup);
        _environment.Logger.CheckStarted(Server.Name, Service, Kind, _timing.DelayLoop.TotalSeconds);
        return true;
    }

    /// <summary>Starts in the place of one that probed the same thing at other times: takes over what it knows and the checker itself.</summary>
    public void TakeOver(CheckRunner previous)
    {
        State = previous.State.CarriedTo(in _timing);
        DynamicWeight = previous.DynamicWeight;
        AddedWeight = previous.AddedWeight;
        MonotonicTime latest = _environment.Scheduler.Now + _timing.DelayLoop;
        if (previous._isProbing)
        {
            // The probe under way belongs to the previous one and ends with it.
            Create();
            ArmAt(Configured.Definition.WaitsToBeTold ? _environment.Scheduler.Now : latest);
            return;
        }

        _checker = previous._checker;
        previous._isHandedOver = true;
        ArmAt(MonotonicTime.Min(previous._timer.Deadline, latest));
    }

    /// <summary>
    /// Its virtual server is suspended or not any more. A probe under way ends as it would; the next one is spread over an interval, as after a
    /// failover all checks of a director begin in the same moment.
    /// </summary>
    public void FollowSuspension()
    {
        if (_isProbing)
        {
            return;
        }

        Arm(Configured.Definition.WaitsToBeTold ? TimeSpan.Zero : _timing.DelayLoop * _environment.Random.NextDouble());
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _timer.Dispose();
        if (!_isHandedOver)
        {
            _checker?.Dispose();
        }
    }

    /// <summary>Makes the checker; false when its kind cannot be run. One that throws can be, and fails for good.</summary>
    private bool Create()
    {
        try
        {
            _checker = Configured.Definition.CreateChecker(Configured.Target);
            return _checker is not null;
        }
        catch (Exception exception)
        {
            _notMade = exception;
            return true;
        }
    }

    private void OnTimer(MonotonicTime deadline)
    {
        if (_isProbing)
        {
            GiveUp();
        }
        else if (_checker is null)
        {
            Fail(_notMade!);
        }
        else if (_scope is null)
        {
            _isProbing = true;
            Begin();
        }
        else
        {
            BeginElsewhere(_scope);
        }
    }

    /// <summary>Starts a probe in this very turn, on behalf of the plugin that the checker belongs to.</summary>
    private void BeginElsewhere(CheckerScope scope)
    {
        _isProbing = true;
        ArmLimit();
        try
        {
            scope.Scheduler.Post(_beginThere!);
        }
        catch (ObjectDisposedException exception)
        {
            // The plugin has been retired: a callback of it threw.
            _isProbing = false;
            Fail(exception);
        }
    }

    private void Begin()
    {
        if (_isDisposed || _checker is null)
        {
            return;
        }

        _context.Deadline = _environment.Scheduler.Now + Configured.Options.ConnectTimeout!.Value;
        // The awaiter is kept instead of awaited: an async method here would cost an allocation per probe. It is consumed once, in Finish.
#pragma warning disable CA2012
        try
        {
            _probe = _checker.CheckAsync(_context).GetAwaiter();
        }
        catch (Exception exception)
        {
            _probe = ValueTask.FromException<CheckResult>(exception).GetAwaiter();
        }
#pragma warning restore CA2012

        if (_probe.IsCompleted)
        {
            _finish();
            return;
        }

        if (_scope is null)
        {
            ArmLimit();
        }

        _probe.UnsafeOnCompleted(_finish);
    }

    private void ArmLimit()
    {
        if (_longestProbe != Timeout.InfiniteTimeSpan)
        {
            Arm(_longestProbe + _settling);
        }
    }

    /// <summary>A probe has ended on the plugin's behalf, maybe on another thread: what follows from it is the engine's own doing.</summary>
    private void ComeBack() => _environment.Scheduler.Post(_finishHere!);

    private void Finish()
    {
        _isProbing = false;
        ValueTaskAwaiter<CheckResult> probe = _probe;
        _probe = default;
        CheckResult result;
        try
        {
            result = probe.GetResult();
        }
        catch (Exception exception)
        {
            if (!_isDisposed)
            {
                Fail(exception);
            }

            return;
        }

        if (!_isDisposed)
        {
            _escapes = 0;
            // One that waits for news goes on waiting; one that throws meanwhile pauses as any other.
            Judge(Configured.Definition.WaitsToBeTold ? result with { NextProbe = TimeSpan.Zero } : result);
        }
    }

    private void Fail(Exception exception)
    {
        _environment.Logger.CheckThrew(exception, Kind, Server.Name, Service);
        _escapes++;
        Judge(CheckResult.Down($"the checker threw {exception.GetType().Name}: {exception.Message}"));
        if (_escapes >= MostEscapes && !State.IsUp && !_isDisposed)
        {
            _timer.Disarm();
            _environment.Logger.CheckRetired(
                Kind, Server.Name, Service, Configured.Definition.GetType().Assembly.GetName().Name ?? "", MostEscapes);
        }
    }

    /// <summary>The probe goes on, but its server is judged without it, and again after each interval until it ends.</summary>
    private void GiveUp()
    {
        _environment.Logger.CheckStuck(Kind, Server.Name, Service, (_longestProbe + _settling).TotalSeconds);
        Judge(CheckResult.Down("the checker does not answer"));
    }

    private void Judge(in CheckResult result)
    {
        State = State.After(in result, in _timing, out CheckDecision decision);
        Arm(decision.Delay);
        Log(in result, in decision);
        int added = result.AddedWeight ?? 0;
        if (result.IsUp && !result.IsPartial && (result.Weight != DynamicWeight || added != AddedWeight))
        {
            DynamicWeight = result.Weight;
            AddedWeight = added;
            _environment.Reports.CheckerWeightChanged(this, in result);
        }

        // Reporting may end with this checker disposed, so it comes last.
        if (decision.Transition != CheckTransition.None)
        {
            _environment.Reports.CheckerChanged(this, in result);
        }
    }

    private void Log(in CheckResult result, in CheckDecision decision)
    {
        switch (decision.Transition)
        {
            case CheckTransition.Up:
                _environment.Logger.CheckSucceeded(Kind, Server.Name, Service, result.Reason ?? "answered as it should");
                break;
            case CheckTransition.Down:
                _environment.Logger.CheckFailed(Kind, Server.Name, Service, decision.RetriesUsed, result.Reason ?? "no reason given");
                break;
            case CheckTransition.None when !result.IsUp && !State.IsUp && Configured.Options.LogAllFailures!.Value:
                _environment.Logger.StillFailing(Kind, Server.Name, Service, result.Reason ?? "no reason given");
                break;
            case CheckTransition.None when !result.IsUp && Configured.Options.LogAllFailures!.Value:
                _environment.Logger.TryFailed(Kind, Server.Name, Service, decision.RetriesUsed + 1, result.Reason ?? "no reason given");
                break;
            default:
                break;
        }
    }

    private void Arm(TimeSpan delay) => ArmAt(_environment.Scheduler.Now + delay);

    private void ArmAt(MonotonicTime deadline)
    {
        if (Server.Owner.IsSuspended && !_isProbing)
        {
            _timer.Disarm();
        }
        else
        {
            _timer.Arm(deadline);
        }
    }
}
