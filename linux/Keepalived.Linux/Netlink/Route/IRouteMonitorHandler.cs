namespace Keepalived.Linux.Netlink.Route;

/// <summary>
/// Learns what happens to links and addresses. Called on the monitor's thread; must not throw. What a resynchronisation tells may be
/// known already: between <see cref="Overrun"/> and <see cref="Synchronized"/> everything that exists is told once more,
/// so whatever was not told by then is gone.
/// </summary>
public interface IRouteMonitorHandler
{
    /// <summary>A link appeared or something about it changed, its name perhaps.</summary>
    void LinkChanged(LinkInfo link);

    /// <summary>A link is gone. Its number may be given to another.</summary>
    void LinkRemoved(LinkInfo link);

    /// <summary>An address appeared, or its flags or lifetimes changed.</summary>
    void AddressAdded(in AddressInfo address);

    /// <summary>An address is gone.</summary>
    /// <param name="address">The address.</param>
    /// <param name="senderPort">Who removed it: <see cref="NetlinkMessage.SenderPort"/>; 0 for not known.</param>
    void AddressRemoved(in AddressInfo address, uint senderPort);

    /// <summary>A neighbour entry appeared or changed; only when neighbours are monitored.</summary>
    void NeighbourChanged(in NeighbourInfo neighbour)
    {
    }

    /// <summary>A neighbour entry is gone; only when neighbours are monitored.</summary>
    void NeighbourRemoved(in NeighbourInfo neighbour)
    {
    }

    /// <summary>News were lost; a resynchronisation has begun.</summary>
    void Overrun();

    /// <summary>Everything that exists has been told since the start or the last <see cref="Overrun"/>.</summary>
    void Synchronized();

    /// <summary>The kernel refused to tell what exists. What is known may be stale; <see cref="RouteMonitor.Resynchronize"/> tries again.</summary>
    void SynchronizationFailed(NetlinkException error);
}
