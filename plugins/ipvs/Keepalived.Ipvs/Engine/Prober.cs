using System.Runtime.CompilerServices;
using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Ipvs;

/// <summary>
/// Runs one checker: arms its timer, starts its probe, awaits it on the loop and hands on the result. A probe costs no allocation here. A
/// checker that throws has failed its probe, and one that does so again and again is not run any more; one that does not end is reported by
/// name and counted as failed, and is not started again until it has ended. A checker of somebody else's plugin runs on that plugin's behalf
/// (<see cref="CheckerScope"/>): only its result comes back here. What a result means is decided by who derives from this: one real server, or
/// all that share the probe.
/// </summary>
internal abstract class Prober : IDisposable
{
    /// <summary>keepalived lets the system settle for a second before the first check.</summary>
    protected static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>After so many exceptions in a row a checker is not run again.</summary>
    private const int MostEscapes = 5;

    private readonly CheckContext _context;
    private readonly ILoopTimer _timer;
    private readonly Action _finish;
    private readonly TimeSpan _longestProbe;
    private readonly CheckerScope? _scope;
    private readonly Action? _beginThere;
    private readonly Action? _finishHere;
    private ValueTaskAwaiter<CheckResult> _probe;
    private IChecker? _checker;
    private Exception? _notMade;
    private int _escapes;
    private TimeSpan _late;
    private bool _isProbing;
    private bool _isDisposed;
    private bool _isHandedOver;

    protected Prober(ConfiguredChecker configured, CheckEnvironment environment)
    {
        Configured = configured;
        Environment = environment;
        Timing = CheckTiming.Of(configured);
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

    /// <summary>The server that it belongs to; of several, the one that messages name.</summary>
    public abstract RealServer Server { get; }

    /// <summary>Its keyword.</summary>
    public string Kind => Configured.Definition.Kind;

    /// <summary>When it acts next, for dumps and tests; never while nothing is planned.</summary>
    public virtual MonotonicTime NextAction => _timer.Deadline;

    /// <summary>Whether a probe is under way.</summary>
    public virtual bool IsProbing => _isProbing;

    /// <summary>What all checkers share.</summary>
    protected CheckEnvironment Environment { get; }

    /// <summary>The times and counts that it works by.</summary>
    protected CheckTiming Timing { get; }

    /// <summary>Whether nobody wants to know: then no probe is started.</summary>
    protected abstract bool IsSuspended { get; }

    /// <summary>Whether anybody still counts as up: as long as this is so, no checker is given up.</summary>
    protected abstract bool IsUp { get; }

    private string Service => Server.Owner.Name;

    public virtual void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _timer.Dispose();
        if (!_isHandedOver)
        {
            DisposeChecker();
        }
    }

    /// <summary>Makes the checker; false when its kind cannot be run. One that throws can be, and fails for good.</summary>
    protected bool Create()
    {
        using IDisposable? work = _scope?.BeginWork?.Invoke();
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

    /// <summary>What a stranger's checker throws at its end costs its plugin, not the engine in the middle of a reload.</summary>
    private void DisposeChecker()
    {
        using IDisposable? work = _scope?.BeginWork?.Invoke();
        try
        {
            _checker?.Dispose();
        }
        catch (Exception exception) when (_scope?.Retire is not null)
        {
            _scope.Retire($"{nameof(IDisposable.Dispose)} of {Kind}", exception);
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
        else
        {
            _late = Environment.Scheduler.Now - deadline;
            if (_scope is null)
            {
                _isProbing = true;
                Begin();
            }
            else
            {
                BeginElsewhere(_scope);
            }
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

        _context.Deadline = Environment.Scheduler.Now + Configured.Options.ConnectTimeout!.Value;
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
            Arm(_longestProbe + Settling);
        }
    }

    /// <summary>A probe has ended on the plugin's behalf, maybe on another thread: what follows from it is the engine's own doing.</summary>
    private void ComeBack() => Environment.Scheduler.Post(_finishHere!);

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
        Environment.Logger.CheckThrew(exception, Kind, Server.Name, Service);
        _escapes++;
        Judge(CheckResult.Down($"the checker threw {exception.GetType().Name}: {exception.Message}"));
        if (_escapes >= MostEscapes && !IsUp && !_isDisposed)
        {
            _timer.Disarm();
            Environment.Logger.CheckRetired(
                Kind, Server.Name, Service, Configured.Definition.GetType().Assembly.GetName().Name ?? "", MostEscapes);
        }
    }

    /// <summary>The probe goes on, but its server is judged without it, and again after each interval until it ends.</summary>
    private void GiveUp()
    {
        Environment.Logger.CheckStuck(Kind, Server.Name, Service, (_longestProbe + Settling).TotalSeconds);
        Judge(CheckResult.Down("the checker does not answer"));
    }

    /// <summary>Plans the first probe of a new checker: after a second and a part of the warm-up, so that probes are spread evenly.</summary>
    protected void ArmFirst() => Arm(Settling + (Configured.Options.Warmup!.Value * Environment.Random.NextDouble()));

    /// <summary>Plans the next probe when a suspension began or ended, unless one is under way.</summary>
    protected void ArmAfterSuspension()
    {
        if (!_isProbing)
        {
            Arm(Configured.Definition.WaitsToBeTold ? TimeSpan.Zero : Timing.DelayLoop * Environment.Random.NextDouble());
        }
    }

    /// <summary>Takes a result. It must arm the next probe, and may end with this disposed.</summary>
    protected abstract void Judge(in CheckResult result);

    /// <summary>Goes on with the checker of one that ends; not while that one probes.</summary>
    protected void TakeCheckerOf(Prober previous)
    {
        _checker = previous._checker;
        _notMade = previous._notMade;
        previous._isHandedOver = true;
    }

    /// <summary>A checker that was given up is tried again.</summary>
    protected void Forgive() => _escapes = 0;

    /// <summary>
    /// Plans the next probe after one that has ended. By how much the loop began that one late does not add up from probe to probe: it comes off
    /// the delay, of which at least half is kept.
    /// </summary>
    protected void ArmNext(TimeSpan delay)
    {
        TimeSpan late = _late;
        _late = TimeSpan.Zero;
        Arm(late > delay / 2 ? delay / 2 : delay - late);
    }

    protected void Arm(TimeSpan delay) => ArmAt(Environment.Scheduler.Now + delay);

    protected void ArmAt(MonotonicTime deadline)
    {
        if (IsSuspended && !_isProbing)
        {
            _timer.Disarm();
        }
        else
        {
            _timer.Arm(deadline);
        }
    }
}
