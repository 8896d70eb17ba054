namespace Keepalived.Vrrp.Protocol;

/// <summary>Why addresses are announced.</summary>
public enum AnnouncementReason
{
    /// <summary>The router became master.</summary>
    BecameMaster,

    /// <summary>The second round, garp_master_delay after the first.</summary>
    Delayed,

    /// <summary>The periodic refresh.</summary>
    Refresh,

    /// <summary>A lower-priority master was heard and may have misled the neighbours.</summary>
    LowerPriorityMaster,

    /// <summary>A reload added addresses.</summary>
    AddressesAdded,

    /// <summary>Another master has gone, which may have misled the neighbours.</summary>
    ConflictEnded,
}

/// <summary>
/// What a virtual router does to the world. Called synchronously, in the order that matters, from inside an input; an
/// implementation must not feed the same router from inside a call (another router it may). Nothing may throw: an effect
/// that fails in the kernel is the implementation's to report, and comes back as a fault or an address loss.
/// </summary>
public interface IVirtualRouterEffects
{
    /// <summary>Send an advertisement to the group or to every peer. Priority 0 announces that the master leaves.</summary>
    void SendAdvertisement(byte priority);

    /// <summary>
    /// Call <see cref="VirtualRouter.OnDeadline"/> at this absolute time; null: no longer. Called last in an input, and only
    /// when the time changed. A late or early call does no harm: the router looks at the clock itself.
    /// </summary>
    void SetDeadline(MonotonicTime? deadline);

    /// <summary>Firewall rules, addresses, excluded addresses, routes, rules: in this order, for all of the instance.</summary>
    void InstallAddresses();

    /// <summary>Rules, routes, queued announcements, addresses, excluded addresses, firewall rules. What is not there is no error.</summary>
    void RemoveAddresses();

    /// <summary>Announce every address this many times, after whatever is still being installed.</summary>
    void Announce(int repeat, AnnouncementReason reason);

    /// <summary>The state has changed: log, notify scripts, FIFO and the like. <see cref="VirtualRouter.State"/> is new already.</summary>
    void StateChanged(VirtualRouterState previous, VirtualRouterState current, in TransitionCause cause);

    /// <summary>The effective priority has changed.</summary>
    void PriorityChanged(byte previous, byte current, in TransitionCause cause);

    /// <summary>Another master has gone, and this one, which stays master, is told of as if it had become master now.</summary>
    void ConflictEnded(in TransitionCause cause)
    {
    }

    /// <summary>A master heard a lower-priority advertisement: the MASTER_RX_LOWER_PRI notification.</summary>
    void LowerPriorityReceived(in ReceivedAdvertisement advertisement);

    /// <summary>Something an operator may want to read, without a change of state.</summary>
    void Report(in RouterReport report);
}
