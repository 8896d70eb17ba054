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

    /// <summary>The interface of a name as it is now; waits for the answer.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="NetlinkException">The kernel refused otherwise, or stayed silent.</exception>
    public LinkInfo? Find(KernelName name)
    {
        NetlinkWriter request = connection.Begin(RouteAbi.GetLink);
        request.PutStructure(default(RouteAbi.LinkHeader));
        request.PutName(RouteAbi.IflaName, name);
        request.PutUInt32(RouteAbi.IflaExtMask, RouteAbi.SkipStatistics);
        try
        {
            return connection.Ask<LinkInfo>(in request, $"look up interface {name}", RouteCodec.TryReadLink);
        }
        catch (NetlinkException e) when (e.Failure == NetlinkFailure.Absent)
        {
            return null;
        }
    }

    /// <summary>Makes an interface on top of another, down; waits for the answer.</summary>
    /// <exception cref="NetlinkException">The name is taken, the base is gone, or the kernel lacks the kind.</exception>
    public void Create(VirtualLinkRequest link)
    {
        ArgumentNullException.ThrowIfNull(link);
        NetlinkWriter request = connection.Begin(RouteAbi.NewLink, NetlinkAbi.Create | NetlinkAbi.Excl);
        request.PutStructure(default(RouteAbi.LinkHeader));
        request.PutName(RouteAbi.IflaName, link.Name);
        request.PutUInt32(RouteAbi.IflaLink, (uint)link.BaseIndex);
        request.PutUInt32(RouteAbi.IflaGroup, link.Group);
        if (link.Address.Length > 0)
        {
            Span<byte> octets = stackalloc byte[HardwareAddress.MaxLength];
            request.Put(RouteAbi.IflaAddress, octets[..link.Address.Write(octets)]);
        }

        int info = request.BeginNested(RouteAbi.IflaLinkInfo);
        request.PutName(RouteAbi.InfoKind, new KernelName(link.IsIpvlan ? "ipvlan" : "macvlan"));
        int data = request.BeginNested(RouteAbi.InfoData);
        if (link.IsIpvlan)
        {
            request.PutUInt16(RouteAbi.IpvlanMode, RouteAbi.IpvlanL2);
            request.PutUInt16(RouteAbi.IpvlanFlags, link.IpvlanFlags);
        }
        else
        {
            request.PutUInt32(RouteAbi.MacvlanMode, RouteAbi.MacvlanPrivate);
        }

        request.EndNested(data);
        request.EndNested(info);
        connection.Execute(in request, $"make interface {link.Name}");
    }

    /// <summary>Deletes an interface; waits for the answer.</summary>
    /// <param name="index">The interface's number.</param>
    /// <exception cref="NetlinkException">Absent, not permitted, or of a kind that cannot be deleted.</exception>
    public void Delete(int index)
    {
        NetlinkWriter request = connection.Begin(RouteAbi.DelLink);
        request.PutStructure(new RouteAbi.LinkHeader { Index = index });
        connection.Execute(in request, $"delete interface {index}");
    }

    /// <summary>Puts an interface into a VRF, bridge or bond; waits for the answer.</summary>
    /// <param name="index">The interface's number.</param>
    /// <param name="master">The master's number.</param>
    /// <exception cref="NetlinkException">Absent, not permitted, or refused by the master.</exception>
    public void SetMaster(int index, int master)
    {
        NetlinkWriter request = connection.Begin(RouteAbi.NewLink);
        request.PutStructure(new RouteAbi.LinkHeader { Index = index });
        request.PutUInt32(RouteAbi.IflaMaster, (uint)master);
        connection.Execute(in request, $"put interface {index} under {master}");
    }

    /// <summary>Makes the kernel tell everybody of an interface once more, by giving it the group that it has; waits for the answer.</summary>
    /// <param name="index">The interface's number.</param>
    /// <param name="group">Its group.</param>
    /// <exception cref="NetlinkException">Absent, or not permitted.</exception>
    public void TellAgain(int index, uint group)
    {
        NetlinkWriter request = connection.Begin(RouteAbi.NewLink);
        request.PutStructure(new RouteAbi.LinkHeader { Index = index });
        request.PutUInt32(RouteAbi.IflaGroup, group);
        connection.Execute(in request, $"notify of interface {index}");
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
