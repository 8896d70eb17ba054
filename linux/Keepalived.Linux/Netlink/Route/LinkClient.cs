namespace Keepalived.Linux.Netlink.Route;

/// <summary>Lists interfaces and sets them up or down. Belongs to its connection's thread. Header: linux/if_link.h.</summary>
public sealed class LinkClient(NetlinkConnection connection)
{
    /// <summary>All interfaces of the namespace; waits for the answer.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    public IReadOnlyList<LinkInfo> List() => connection.Dump<LinkInfo>(BeginList, "list interfaces", RouteCodec.TryReadLink);

    /// <summary>Sets an interface up or down; waits for the answer.</summary>
    /// <param name="index">The interface's number.</param>
    /// <param name="up">Whether up.</param>
    /// <exception cref="NetlinkException">Absent, or not permitted.</exception>
    public void SetUp(int index, bool up)
    {
        NetlinkWriter request = Write(index, up);
        connection.Execute(in request, $"set interface {index} {(up ? "up" : "down")}");
    }

    /// <summary>Queues setting an interface up or down.</summary>
    /// <param name="index">The interface's number.</param>
    /// <param name="up">Whether up.</param>
    /// <param name="handler">Who gets the result.</param>
    /// <param name="token">Given back with the result.</param>
    public void QueueSetUp(int index, bool up, INetlinkReplyHandler handler, long token)
    {
        NetlinkWriter request = Write(index, up);
        connection.Queue(in request, handler, token);
    }

    /// <summary>A dump request for links without their counters.</summary>
    internal static NetlinkWriter BeginList(NetlinkConnection connection)
    {
        NetlinkWriter request = connection.BeginDump(RouteAbi.GetLink);
        request.PutStructure(default(RouteAbi.LinkHeader));
        request.PutUInt32(RouteAbi.IflaExtMask, RouteAbi.SkipStatistics);
        return request;
    }

    private NetlinkWriter BeginList() => BeginList(connection);

    private NetlinkWriter Write(int index, bool up)
    {
        NetlinkWriter request = connection.Begin(RouteAbi.NewLink);
        request.PutStructure(new RouteAbi.LinkHeader { Index = index, Flags = up ? RouteAbi.IffUp : 0, Change = RouteAbi.IffUp });
        return request;
    }
}
