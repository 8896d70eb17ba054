namespace Keepalived.Vrrp.Protocol;

/// <summary>Observations that leave the state as it is.</summary>
public enum RouterReportKind
{
    /// <summary>BACKUP: a lower priority was heard and not accepted; the down timer runs on.</summary>
    LowerPriorityDiscarded,

    /// <summary>BACKUP: a lower priority was heard; the preemption delay runs.</summary>
    PreemptDelayStarted,

    /// <summary>BACKUP: the master's priority rose again; the preemption delay is off.</summary>
    PreemptDelayCancelled,

    /// <summary>MASTER: a lower priority was heard and answered with an advertisement.</summary>
    NewElectionForced,

    /// <summary>MASTER: a lower priority was heard and, as configured, not answered.</summary>
    LowerPriorityIgnored,

    /// <summary>MASTER: an advertisement from our own address was heard.</summary>
    OwnAddressHeard,

    /// <summary>MASTER and owner: another router claims to own the addresses: a configuration error there or here.</summary>
    SecondOwner,

    /// <summary>MASTER and owner: the other owner fell silent.</summary>
    SecondOwnerStopped,

    /// <summary>MASTER and owner: the other owner goes on; our priority is reduced to 254.</summary>
    SecondOwnerPersists,

    /// <summary>BACKUP: the sync group does not permit to take over yet.</summary>
    TakeoverRefused,

    /// <summary>BACKUP: the master announced that it leaves.</summary>
    MasterLeaving,

    /// <summary>FAULT: another fault began.</summary>
    FurtherFault,

    /// <summary>FAULT: one fault ended, and another remains.</summary>
    FaultRemains,
}

/// <summary>One observation.</summary>
/// <param name="Kind">What was observed.</param>
/// <param name="Source">The other router, where one is involved.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="OwnPriority">Own effective priority.</param>
/// <param name="IsRepeated">The same was reported already since the last change of state or master.</param>
public readonly record struct RouterReport(
    RouterReportKind Kind, InternetAddress? Source, byte Priority, byte OwnPriority, bool IsRepeated)
{
    /// <summary>Which object exactly, for the kinds about a fault.</summary>
    public string? Detail { get; init; }

    /// <summary>The fault, for the kinds about one.</summary>
    public FaultReason? Fault { get; init; }

    /// <summary>One line for people. Allocates.</summary>
    public override string ToString() => Kind switch
    {
        RouterReportKind.LowerPriorityDiscarded => $"discarded advertisement from {Source} with lower priority {Priority}, ours {OwnPriority}",
        RouterReportKind.PreemptDelayStarted => $"advertisement from {Source} with lower priority {Priority}, ours {OwnPriority}: preempt delay starts",
        RouterReportKind.PreemptDelayCancelled => $"advertisement from {Source} with priority {Priority}, ours {OwnPriority}: preempt delay ends",
        RouterReportKind.NewElectionForced => $"advertisement from {Source} with lower priority {Priority}, ours {OwnPriority}: answered to force an election",
        RouterReportKind.LowerPriorityIgnored => $"advertisement from {Source} with lower priority {Priority}, ours {OwnPriority}",
        RouterReportKind.OwnAddressHeard => $"advertisement from our own address {Source}: a loop in the network, or an address used twice",
        RouterReportKind.SecondOwner => $"{Source} claims to own the addresses as we do: one of the two must not have priority 255",
        RouterReportKind.SecondOwnerStopped => $"{Source} no longer claims to own the addresses",
        RouterReportKind.SecondOwnerPersists => $"{Source} goes on claiming to own the addresses: our priority becomes {OwnPriority}",
        RouterReportKind.TakeoverRefused => "the sync group does not permit to take over yet",
        RouterReportKind.MasterLeaving => $"master {Source} is leaving",
        RouterReportKind.FurtherFault => $"another fault: {FaultText}",
        RouterReportKind.FaultRemains => $"a fault ended, but not the last: {FaultText}",
        _ => Kind.ToString(),
    };

    private string FaultText => new TransitionCause(TransitionCauseKind.Fault) { Fault = Fault, Detail = Detail }.FaultText;
}
