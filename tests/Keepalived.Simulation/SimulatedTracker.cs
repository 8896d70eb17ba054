using Keepalived.Tracking;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Simulation;

/// <summary>What is tracked: they differ in how what happens becomes known.</summary>
public enum TrackedKind
{
    /// <summary>Up or down, known at once.</summary>
    Bfd,

    /// <summary>Runs again and again; so many equal results in a row count.</summary>
    Script,

    /// <summary>A number, known at once.</summary>
    File,

    /// <summary>A number of processes; changes are waited out.</summary>
    Process,
}

/// <summary>How an object is tracked.</summary>
public sealed record TrackerSettings
{
    /// <summary>What it is.</summary>
    public TrackedKind Kind { get; init; }

    /// <summary>Zero for a fault; any other moves the priority.</summary>
    public TrackWeight Weight { get; init; }

    /// <summary>A process that starts does not know its condition yet.</summary>
    public bool IsSlow { get; init; }

    /// <summary>Results in a row that count, of a script.</summary>
    public int Rise { get; init; } = 1;

    /// <summary>Failures in a row that count, of a script.</summary>
    public int Fall { get; init; } = 1;

    /// <summary>From one run of a script to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a loss of processes is waited out.</summary>
    public TimeSpan LossDelay { get; init; }

    /// <summary>How long a gain of processes is waited out.</summary>
    public TimeSpan GainDelay { get; init; }

    /// <summary>What a file says while its object is not well.</summary>
    public int BadNumber { get; init; } = 1;

    /// <summary>The longest time until what happened is known.</summary>
    public TimeSpan Longest => Kind switch
    {
        TrackedKind.Script => Interval * (Math.Max(Rise, Fall) + 1),
        TrackedKind.Process => LossDelay > GainDelay ? LossDelay : GainDelay,
        _ => TimeSpan.Zero,
    };
}

/// <summary>An object that a router tracks. What its results mean is decided by the daemon's own classes.</summary>
public sealed class SimulatedTracker
{
    private readonly ProcessTracker _processes;
    private ScriptVerdict _verdict;
    private ProcessQuorum _quorum = new();
    private TrackEffect _effect;
    private bool _isPending;
    private bool _isLookScheduled;

    internal SimulatedTracker(SimulatedRouter router, TrackerSettings settings)
    {
        Router = router;
        Settings = settings;
        _processes = new ProcessTracker { Name = "processes", Program = "any", TerminateDelay = settings.LossDelay, ForkDelay = settings.GainDelay };
        // Without weight and reversed it is a failure that is well.
        IsUp = !(settings.Weight is { Value: 0, IsReversed: true });
    }

    /// <summary>Whose priority or fault it is.</summary>
    public SimulatedRouter Router { get; }

    /// <summary>How it is tracked.</summary>
    public TrackerSettings Settings { get; }

    /// <summary>The object is well.</summary>
    public bool IsUp { get; internal set; } = true;

    /// <summary>What the process knows adds this to the priority.</summary>
    internal int Contribution => _effect.Adjustment;

    /// <summary>A process begins. True if it has to wait for the first result.</summary>
    internal bool Prepare(MonotonicTime now)
    {
        _verdict = ScriptVerdict.Initial(Settings.Rise, Settings.Fall);
        _quorum = new ProcessQuorum();
        _effect = default;
        _isLookScheduled = false;
        _isPending = Settings.IsSlow;
        Take(_isPending ? TrackedState.Pending : Observe(now), now);
        return _isPending;
    }

    /// <summary>The first result is there.</summary>
    internal void Finish(MonotonicTime now)
    {
        if (_isPending)
        {
            _isPending = false;
            Take(Observe(now), now);
        }
    }

    /// <summary>The process looks at the object again: it has news, or the time that it waited for is there.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isAppointed">A look that was asked for.</param>
    internal void Follow(MonotonicTime now, bool isAppointed)
    {
        _isLookScheduled &= !isAppointed;
        // A script says nothing before its next run.
        if (!_isPending && (Settings.Kind != TrackedKind.Script || isAppointed))
        {
            Take(Observe(now), now);
        }
    }

    /// <summary>When the process has to look again by itself; null if not, or if it knows.</summary>
    internal MonotonicTime? NextLook(MonotonicTime now)
    {
        MonotonicTime next = Settings.Kind switch
        {
            TrackedKind.Script when !_isPending && _verdict.Counter != (IsUp ? _verdict.Top : 0) => now + Settings.Interval,
            TrackedKind.Process => _quorum.ChangeAt,
            _ => MonotonicTime.Never,
        };
        if (next == MonotonicTime.Never || (_isLookScheduled && Settings.Kind == TrackedKind.Script))
        {
            return null;
        }

        _isLookScheduled = true;
        return next;
    }

    /// <summary>A process that was stopped has missed what it waited for.</summary>
    internal void Missed() => _isLookScheduled = false;

    internal string Describe() =>
        $"{Router.Name} tracks a {Settings.Kind} with weight {Settings.Weight}"
        + $"{(Settings.Kind == TrackedKind.Script ? $", rise {Settings.Rise} fall {Settings.Fall}" : "")}"
        + $"{(Settings.Kind == TrackedKind.Process ? $", delays {Settings.LossDelay.TotalSeconds}/{Settings.GainDelay.TotalSeconds} s" : "")}"
        + $"{(Settings.Kind == TrackedKind.File ? $", bad is {Settings.BadNumber}" : "")}";

    private TrackedState Observe(MonotonicTime now)
    {
        switch (Settings.Kind)
        {
            case TrackedKind.Script:
                _verdict = _verdict.After(IsUp);
                return TrackedState.Of(_verdict.IsUp);
            case TrackedKind.File:
                return new(TrackedCondition.Number, IsUp ? 0 : Settings.BadNumber);
            case TrackedKind.Process:
                return TrackedState.Of(_quorum.See(IsUp ? 1 : 0, _processes, now));
            default:
                return TrackedState.Of(IsUp);
        }
    }

    // The order of InstanceTracking: the priority, faults that begin, then those that end.
    private void Take(TrackedState state, MonotonicTime now)
    {
        TrackEffect before = _effect;
        _effect = TrackEffect.Of(state, Settings.Weight);
        if (_effect.Adjustment != before.Adjustment)
        {
            Router.AdjustPriority(now);
        }

        Feed(FaultReason.Tracker, begins: true, _effect.IsFault && !before.IsFault, now);
        Feed(FaultReason.TrackerPending, begins: true, _effect.IsPending && !before.IsPending, now);
        Feed(FaultReason.Tracker, begins: false, !_effect.IsFault && before.IsFault, now);
        Feed(FaultReason.TrackerPending, begins: false, !_effect.IsPending && before.IsPending, now);
    }

    private void Feed(FaultReason fault, bool begins, bool happens, MonotonicTime now)
    {
        if (happens)
        {
            Router.Feed(new(begins ? VirtualRouterInputKind.FaultAdded : VirtualRouterInputKind.FaultCleared, now) { Fault = fault });
        }
    }
}
