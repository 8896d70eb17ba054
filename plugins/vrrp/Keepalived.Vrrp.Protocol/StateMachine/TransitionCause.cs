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

    /// <summary>The fault, for the kinds that are about one.</summary>
    public FaultReason? Fault { get; init; }

    /// <summary>One line for people. Allocates.</summary>
    public override string ToString() => Kind switch
    {
        TransitionCauseKind.Started => "started",
        TransitionCauseKind.Stopped => "stopped",
        TransitionCauseKind.MasterDownTimeout when Source is { } source =>
            $"no advertisement from master {source} (priority {Priority}) in time{LatenessText}",
        TransitionCauseKind.MasterDownTimeout => $"no master heard in time{LatenessText}",
        TransitionCauseKind.OwnerStart => "owner of the addresses",
        TransitionCauseKind.HigherPriority => $"advertisement from {Source} with higher priority {Priority}, ours {OwnPriority}",
        TransitionCauseKind.HigherAddress => $"advertisement from {Source} with equal priority {Priority} and higher address",
        TransitionCauseKind.OwnershipConflict => $"{Source} claims to own the addresses too and has the higher address",
        TransitionCauseKind.Fault => $"fault: {FaultText}",
        TransitionCauseKind.FaultCleared => $"last fault ended: {FaultText}",
        TransitionCauseKind.AddressRemoved => "a virtual address was removed by somebody else",
        TransitionCauseKind.SyncGroup => "sync group",
        TransitionCauseKind.Tracking => "tracked object",
        TransitionCauseKind.Reload => "new configuration",
        TransitionCauseKind.OwnershipRestored => $"the other owner is gone, advertisement from {Source} with priority {Priority}",
        _ => Kind.ToString(),
    };

    private string LatenessText => Lateness > TimeSpan.Zero ? $", noticed {Lateness.TotalMilliseconds:0.###} ms late" : "";

    private string FaultText => Fault switch
    {
        FaultReason.InterfaceDown => "interface down",
        FaultReason.BaseInterfaceDown => "base interface down",
        FaultReason.NoSourceAddress => "no source address",
        FaultReason.DuplicateVirtualRouterId => "duplicate virtual router id",
        FaultReason.Configuration => "configuration",
        FaultReason.Tracker => "tracked object failed",
        FaultReason.TrackerPending => "first tracker result awaited",
        FaultReason.SyncGroup => "sync group member in fault",
        _ => "none",
    };
}
