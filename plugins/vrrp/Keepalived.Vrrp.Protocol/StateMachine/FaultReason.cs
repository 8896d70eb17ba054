namespace Keepalived.Vrrp.Protocol;

/// <summary>Why a router cannot run. Several may hold at once; FAULT ends when none is left.</summary>
public enum FaultReason
{
    /// <summary>The interface is down or gone.</summary>
    InterfaceDown,

    /// <summary>The interface below a VMAC is down or gone.</summary>
    BaseInterfaceDown,

    /// <summary>There is no source address to send from.</summary>
    NoSourceAddress,

    /// <summary>Another instance here has the same router id on the same link and family.</summary>
    DuplicateVirtualRouterId,

    /// <summary>The configuration forbids it to run. Counted: each addition needs a clearance of its own.</summary>
    Configuration,

    /// <summary>A tracked object without weight failed. Counted.</summary>
    Tracker,

    /// <summary>A tracked object has no first result yet: holds the router in INIT rather than in FAULT. Counted.</summary>
    TrackerPending,

    /// <summary>Another member of the sync group has a fault of its own.</summary>
    SyncGroup,

    /// <summary>Another member of the sync group awaits the first result of a tracker: holds the router in INIT rather than in FAULT.</summary>
    SyncGroupPending,
}

/// <summary>Counts the faults that hold. A reason that is a fact holds once however often it is reported; the counted ones add up.</summary>
internal struct FaultLedger
{
    private const int GroupFault = 1 << (int)FaultReason.SyncGroup;
    private const int GroupPending = 1 << (int)FaultReason.SyncGroupPending;

    private int _facts;
    private int _configuration;
    private int _tracker;
    private int _pending;

    /// <summary>Something besides a pending tracker forbids to run.</summary>
    public readonly bool HasFault => HasOwnFault || (_facts & GroupFault) != 0;

    /// <summary>The same without what other members of the sync group have.</summary>
    public readonly bool HasOwnFault => (_facts & ~(GroupFault | GroupPending)) != 0 || _configuration > 0 || _tracker > 0;

    /// <summary>A first result is still awaited, here or in the sync group.</summary>
    public readonly bool IsPending => _pending > 0 || (_facts & GroupPending) != 0;

    /// <summary>Configuration faults that hold.</summary>
    public readonly int ConfigurationCount => _configuration;

    /// <summary>Tracked objects that failed.</summary>
    public readonly int TrackerCount => _tracker;

    /// <summary>First results that are awaited.</summary>
    public readonly int PendingCount => _pending;

    public readonly bool IsClear => !HasFault && !IsPending;

    public readonly bool Holds(FaultReason reason) => reason switch
    {
        FaultReason.Configuration => _configuration > 0,
        FaultReason.Tracker => _tracker > 0,
        FaultReason.TrackerPending => _pending > 0,
        _ => (_facts & Bit(reason)) != 0,
    };

    public void Add(FaultReason reason)
    {
        switch (reason)
        {
            case FaultReason.Configuration: _configuration++; break;
            case FaultReason.Tracker: _tracker++; break;
            case FaultReason.TrackerPending: _pending++; break;
            default: _facts |= Bit(reason); break;
        }
    }

    /// <exception cref="InvalidOperationException">A counted reason is cleared more often than it was added.</exception>
    public void Clear(FaultReason reason)
    {
        if (reason is FaultReason.Configuration or FaultReason.Tracker or FaultReason.TrackerPending && !Holds(reason))
        {
            throw new InvalidOperationException($"Fault {reason} was cleared more often than it was added.");
        }

        switch (reason)
        {
            case FaultReason.Configuration: _configuration--; break;
            case FaultReason.Tracker: _tracker--; break;
            case FaultReason.TrackerPending: _pending--; break;
            default: _facts &= ~Bit(reason); break;
        }
    }

    private static int Bit(FaultReason reason) => 1 << (int)reason;
}
