namespace Keepalived.Vrrp.Protocol;

/// <summary>The kinds of things that make a router change.</summary>
public enum TransitionCauseKind
{
    /// <summary>The router was started.</summary>
    Started,

    /// <summary>The router was stopped.</summary>
    Stopped,

    /// <summary>No master was heard for the whole master-down interval.</summary>
    MasterDownTimeout,

    /// <summary>The owner of the addresses takes them without waiting.</summary>
    OwnerStart,

    /// <summary>A higher priority was heard.</summary>
    HigherPriority,

    /// <summary>The same priority from a higher address was heard.</summary>
    HigherAddress,

    /// <summary>Another router claims to own the addresses too, and wins.</summary>
    OwnershipConflict,

    /// <summary>The process did not run for so long that another router has taken over.</summary>
    Overslept,

    /// <summary>A fault began.</summary>
    Fault,

    /// <summary>The last fault ended.</summary>
    FaultCleared,

    /// <summary>Somebody else removed a virtual address.</summary>
    AddressRemoved,

    /// <summary>The sync group moved its members.</summary>
    SyncGroup,

    /// <summary>A tracked object changed the effective priority.</summary>
    Tracking,

    /// <summary>New configuration.</summary>
    Reload,

    /// <summary>The owner takes its full priority back after a conflict.</summary>
    OwnershipRestored,

    /// <summary>Another master has fallen silent, and this one remains.</summary>
    ConflictEnded,
}

/// <summary>Why a router changed, with the evidence. Rendered, it is the end of one log line.</summary>
/// <param name="Kind">What happened.</param>
public readonly record struct TransitionCause(TransitionCauseKind Kind)
{
    /// <summary>The sender of the advertisement that decided, or the master that fell silent, if there was one.</summary>
    public InternetAddress? Source { get; init; }

    /// <summary>Its priority.</summary>
    public byte Priority { get; init; }

    /// <summary>Own effective priority at that moment.</summary>
    public byte OwnPriority { get; init; }

    /// <summary>How long after its deadline a timer was noticed.</summary>
    public TimeSpan Lateness { get; init; }

    /// <summary>
    /// This process did not run when it should have: the timer was noticed so late that advertisements may wait unread, so
    /// the peer need not have been silent. For the yielding kinds: our own silence may be why the other one took over.
    /// </summary>
    public bool WasAsleep { get; init; }

    /// <summary>Time since the last advertisement that was accepted, for a time-out; zero when none ever was.</summary>
    public TimeSpan Silence { get; init; }

    /// <summary>What the trackers add to the base priority, or the base priority of a new configuration, for the kinds about one.</summary>
    public int Value { get; init; }

    /// <summary>Which object exactly, and what it said: <c>vrrp_script chk: exit code 1</c>.</summary>
    public string? Detail { get; init; }

    /// <summary>The fault, for the kinds that are about one.</summary>
    public FaultReason? Fault { get; init; }

    /// <summary>One line for people. Allocates.</summary>
    public override string ToString() => Kind switch
    {
        TransitionCauseKind.Started => "started",
        TransitionCauseKind.Stopped => "stopped",
        TransitionCauseKind.MasterDownTimeout when WasAsleep =>
            $"this process was asleep and may have missed {(Source is { } silent ? $"master {silent} (priority {Priority})" : "a master")}: "
            + $"the wait ended {Milliseconds(Lateness)} ms ago{SilenceText}",
        TransitionCauseKind.MasterDownTimeout when Source is { } source =>
            $"no advertisement from master {source} (priority {Priority}) in time{SilenceText}{LatenessText}",
        TransitionCauseKind.MasterDownTimeout => $"no master heard in time{LatenessText}",
        TransitionCauseKind.OwnerStart => "owner of the addresses",
        TransitionCauseKind.HigherPriority => $"advertisement from {Source} with higher priority {Priority}, ours {OwnPriority}{AsleepText}",
        TransitionCauseKind.HigherAddress => $"advertisement from {Source} with equal priority {Priority} and higher address{AsleepText}",
        TransitionCauseKind.OwnershipConflict => $"{Source} claims to own the addresses too and has the higher address",
        TransitionCauseKind.Overslept =>
            $"VRRP thread timer expired {Lateness.TotalSeconds.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture)} seconds ago, and another router has taken over by now",
        TransitionCauseKind.Fault => $"fault: {FaultText}",
        TransitionCauseKind.FaultCleared when Fault is FaultReason.TrackerPending or FaultReason.SyncGroupPending => $"first tracker results are there{DetailText}",
        TransitionCauseKind.FaultCleared => $"last fault ended: {FaultText}",
        TransitionCauseKind.AddressRemoved => "a virtual address was removed by somebody else",
        TransitionCauseKind.SyncGroup => $"sync group{DetailText}",
        TransitionCauseKind.Tracking => $"tracked objects add {Value}{DetailText}",
        TransitionCauseKind.Reload => $"new configuration, base priority {Value}",
        TransitionCauseKind.OwnershipRestored => $"the other owner is gone, advertisement from {Source} with priority {Priority}",
        TransitionCauseKind.ConflictEnded => $"{Source} with priority {Priority} was master too and has gone",
        _ => Kind.ToString(),
    };

    private string LatenessText => Lateness > TimeSpan.Zero ? $", noticed {Milliseconds(Lateness)} ms late" : "";

    private string DetailText => Detail is null ? "" : $" ({Detail})";

    private string SilenceText => Silence > TimeSpan.Zero ? $", last heard {Milliseconds(Silence)} ms ago" : "";

    private string AsleepText => WasAsleep ? $"; this process was asleep, its own advertisement was {Milliseconds(Lateness)} ms late" : "";

    private static string Milliseconds(TimeSpan duration) =>
        duration.TotalMilliseconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture);

    internal string FaultText => FaultName + DetailText;

    private string FaultName => Fault switch
    {
        FaultReason.InterfaceDown => "interface down",
        FaultReason.BaseInterfaceDown => "base interface down",
        FaultReason.NoSourceAddress => "no source address",
        FaultReason.DuplicateVirtualRouterId => "duplicate virtual router id",
        FaultReason.Configuration => "configuration",
        FaultReason.Tracker => "tracked object failed",
        FaultReason.TrackerPending => "first tracker result awaited",
        FaultReason.SyncGroup => "sync group member in fault",
        FaultReason.SyncGroupPending => "first tracker result of a sync group member awaited",
        _ => "none",
    };
}
