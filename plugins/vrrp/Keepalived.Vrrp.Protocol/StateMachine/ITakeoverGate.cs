namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// Asked before a router goes from BACKUP to MASTER by its own timer. A sync group answers here; when it permits, it sees
/// the transition in <see cref="IVirtualRouterEffects.StateChanged"/> and switches its other members with
/// <see cref="VirtualRouter.SwitchToMaster"/>.
/// </summary>
public interface ITakeoverGate
{
    /// <summary>True to let the router take over now; false makes it wait for another master-down interval.</summary>
    bool PermitsTakeover(VirtualRouter router);
}
