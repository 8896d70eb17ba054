namespace Keepalived.Vrrp.Protocol;

/// <summary>Everything that can happen to a virtual router.</summary>
public enum VirtualRouterInputKind
{
    /// <summary>Begin (RFC 9568 Startup event).</summary>
    Start,

    /// <summary>End (RFC 9568 Shutdown event).</summary>
    Stop,

    /// <summary>An advertisement that passed the receive checks.</summary>
    Advertisement,

    /// <summary>Time has passed: the router compares its deadlines with the clock.</summary>
    Clock,

    /// <summary>A fault began.</summary>
    FaultAdded,

    /// <summary>A fault ended.</summary>
    FaultCleared,

    /// <summary>The sum of the trackers' weights is another.</summary>
    PriorityAdjusted,

    /// <summary>The source address is another, or gone.</summary>
    SourceChanged,

    /// <summary>Somebody else removed one of our addresses.</summary>
    AddressLost,

    /// <summary>A reload added addresses, which are installed by now.</summary>
    AddressesAdded,

    /// <summary>The sync group goes to MASTER.</summary>
    SwitchToMaster,

    /// <summary>The sync group goes to BACKUP.</summary>
    SwitchToBackup,

    /// <summary>New parameters.</summary>
    ParametersChanged,

    /// <summary>Another member of the sync group heard a lower priority: a master announces its addresses again.</summary>
    ReclaimAddresses,
}

/// <summary>One input with its moment: a value, so that a session can be recorded and played back.</summary>
/// <param name="Kind">What happened; says which of the other members mean something.</param>
/// <param name="Now">When.</param>
public readonly record struct VirtualRouterInput(VirtualRouterInputKind Kind, MonotonicTime Now)
{
    /// <summary>For <see cref="VirtualRouterInputKind.Advertisement"/>.</summary>
    public ReceivedAdvertisement Advertisement { get; init; }

    /// <summary>For <see cref="VirtualRouterInputKind.FaultAdded"/> and <see cref="VirtualRouterInputKind.FaultCleared"/>.</summary>
    public FaultReason Fault { get; init; }

    /// <summary>For <see cref="VirtualRouterInputKind.PriorityAdjusted"/>: what the trackers add to the base priority, all together.</summary>
    public int Adjustment { get; init; }

    /// <summary>For <see cref="VirtualRouterInputKind.SourceChanged"/>.</summary>
    public InternetAddress? Source { get; init; }

    /// <summary>What exactly happened, in words, for the cause of what follows: which tracked object, which member of the group.</summary>
    public string? Detail { get; init; }

    /// <summary>For <see cref="VirtualRouterInputKind.ParametersChanged"/>.</summary>
    public VirtualRouterParameters? Parameters { get; init; }
}
