using Keepalived.Scripts;
using Keepalived.Tracking;

namespace Keepalived.Vrrp.Configuration;

/// <summary>A <c>vrrp_script</c>: a program that is run periodically and tells by its exit status whether all is well.</summary>
internal sealed record ScriptTracker
{
    public required string Name { get; init; }

    public required ScriptCommand Command { get; init; }

    /// <summary>Time between two runs; a run is skipped while the one before has not ended.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time limit of a run.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Successes in a row before it counts as up.</summary>
    public int Rise { get; init; } = 1;

    /// <summary>Failures in a row before it counts as down.</summary>
    public int Fall { get; init; } = 1;

    /// <summary>Weight of references that name none.</summary>
    public TrackWeight Weight { get; init; }

    /// <summary><c>init_fail</c>: down until the first success, instead of up.</summary>
    public bool StartsFailed { get; init; }
}

/// <summary>How the parameters of a tracked process are compared.</summary>
internal enum ParameterMatch
{
    /// <summary>All of them, in order.</summary>
    Exact,

    /// <summary>The process may have more behind them.</summary>
    Initial,

    /// <summary>The last one named may be only the beginning of the process's.</summary>
    Partial,
}

/// <summary>A <c>vrrp_track_process</c>: processes that must run, counted.</summary>
internal sealed record ProcessTracker
{
    public required string Name { get; init; }

    /// <summary>Name or path of the program.</summary>
    public required string Program { get; init; }

    /// <summary>The parameters that are compared; empty with <see cref="ComparesParameters"/> means: has none.</summary>
    public EquatableArray<string> Parameters { get; init; }

    /// <summary>The whole command line is compared (<c>full_command</c>, or parameters were named).</summary>
    public bool UsesFullCommand { get; init; }

    /// <summary>Parameters matter.</summary>
    public bool ComparesParameters { get; init; }

    public ParameterMatch Match { get; init; }

    /// <summary>Weight of references that name none.</summary>
    public TrackWeight Weight { get; init; }

    /// <summary>Fewest processes that make it up; 0 with a maximum of 0: none may run.</summary>
    public int Quorum { get; init; } = 1;

    /// <summary>Most processes that still make it up; null for no limit.</summary>
    public int? QuorumMaximum { get; init; }

    /// <summary>How long a loss is waited out.</summary>
    public TimeSpan TerminateDelay { get; init; }

    /// <summary>How long a gain is waited out.</summary>
    public TimeSpan ForkDelay { get; init; }
}

/// <summary>An object that an instance or group tracks, with the weight that holds there.</summary>
/// <typeparam name="T">The tracker.</typeparam>
/// <param name="Tracker">What is tracked.</param>
/// <param name="Weight">The reference's own weight, else the tracker's.</param>
internal sealed record TrackReference<T>(T Tracker, TrackWeight Weight);

/// <summary>An interface that an instance or group tracks.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Weight">0 makes its loss a fault.</param>
internal sealed record InterfaceReference(string Interface, TrackWeight Weight);

/// <summary>Everything that an instance or a sync group tracks, resolved. For an instance the group's objects are in it.</summary>
internal sealed record TrackingSettings
{
    public static TrackingSettings None { get; } = new();

    public EquatableArray<InterfaceReference> Interfaces { get; init; }

    public EquatableArray<TrackReference<ScriptTracker>> Scripts { get; init; }

    public EquatableArray<TrackReference<TrackedFile>> Files { get; init; }

    public EquatableArray<TrackReference<ProcessTracker>> Processes { get; init; }

    public EquatableArray<TrackReference<TrackedBfdInstance>> BfdInstances { get; init; }
}
