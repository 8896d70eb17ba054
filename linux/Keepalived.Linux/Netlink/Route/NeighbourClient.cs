namespace Keepalived.Linux.Netlink.Route;

/// <summary>Lists ARP and neighbour discovery entries. Belongs to its connection's thread. Header: linux/neighbour.h.</summary>
public sealed class NeighbourClient(NetlinkConnection connection)
{
    /// <summary>All entries of both families; waits for the answer.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    public IReadOnlyList<NeighbourInfo> List() => connection.Dump<NeighbourInfo>(BeginList, "list neighbours", RouteCodec.TryReadNeighbour);

    /// <summary>A dump request for neighbours of both families.</summary>
    internal static NetlinkWriter BeginList(NetlinkConnection connection)
    {
        NetlinkWriter request = connection.BeginDump(RouteAbi.GetNeigh);
        request.PutStructure(default(RouteAbi.NeighbourHeader));
        return request;
    }

    private NetlinkWriter BeginList() => BeginList(connection);
}
