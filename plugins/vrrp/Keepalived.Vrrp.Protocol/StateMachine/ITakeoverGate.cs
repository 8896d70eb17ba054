namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// What binds a router to others: a sync group. Asked before the router goes from BACKUP to MASTER by its own timer; told when
/// an input is over, so that it can bring its other members to the same state (<see cref="VirtualRouter.SwitchToMaster"/>,
/// <see cref="VirtualRouter.SwitchToBackup"/>, <see cref="FaultReason.SyncGroup"/>).
/// </summary>
public interface ITakeoverGate
{
    /// <summary>True to let the router take over now; false makes it wait for another master-down interval.</summary>
    bool PermitsTakeover(VirtualRouter router);

    /// <summary>
    /// An input is over, whatever it was; every router may be fed from here. Called for each advertisement too, so that the usual
    /// answer has to be found at once.
    /// </summary>
    void InputEnded(VirtualRouter router, MonotonicTime now)
    {
    }

    /// <summary>The router, a master, heard a lower priority and announces its addresses again. Other routers may be fed from here.</summary>
    void LowerPriorityHeard(VirtualRouter router, MonotonicTime now)
    {
    }

    /// <summary>The router, a master, has outlasted another one and was told of again (<see cref="VirtualRouterParameters.ReassertsAfterConflict"/>).</summary>
    void ConflictEnded(VirtualRouter router, MonotonicTime now)
    {
    }
}
