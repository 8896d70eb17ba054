namespace Keepalived.Linux.Netlink.Route;

/// <summary>What adding an address does when it is there already.</summary>
public enum AddressAddMode
{
    /// <summary>The request fails with <see cref="NetlinkFailure.Exists"/>.</summary>
    CreateOnly,

    /// <summary>Its lifetimes and flags are changed.</summary>
    CreateOrReplace,
}

/// <summary>Lists, adds and deletes addresses. Belongs to its connection's thread. Header: linux/if_addr.h.</summary>
public sealed class AddressClient(NetlinkConnection connection)
{
    /// <summary>All addresses of both families; waits for the answer.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    public IReadOnlyList<AddressInfo> List() => connection.Dump<AddressInfo>(BeginList, "list addresses", RouteCodec.TryReadAddress);

    /// <summary>Adds an address; waits for the answer.</summary>
    /// <exception cref="NetlinkException">Exists, not permitted, no such interface, or an option the family refuses.</exception>
    public void Add(in AddressInfo address, AddressAddMode mode = AddressAddMode.CreateOnly)
    {
        NetlinkWriter request = WriteAdd(in address, mode);
        connection.Execute(in request, $"add {address} to interface {address.InterfaceIndex}");
    }

    /// <summary>Deletes an address; waits for the answer.</summary>
    /// <exception cref="NetlinkException">Absent, or not permitted.</exception>
    public void Delete(in AddressInfo address)
    {
        NetlinkWriter request = WriteDelete(in address);
        connection.Execute(in request, $"delete {address} from interface {address.InterfaceIndex}");
    }

    /// <summary>Queues adding an address; nothing is allocated.</summary>
    /// <param name="address">The address.</param>
    /// <param name="mode">What to do when it is there already.</param>
    /// <param name="handler">Who gets the result.</param>
    /// <param name="token">Given back with the result.</param>
    public void QueueAdd(in AddressInfo address, AddressAddMode mode, INetlinkReplyHandler handler, long token)
    {
        NetlinkWriter request = WriteAdd(in address, mode);
        connection.Queue(in request, handler, token);
    }

    /// <summary>Queues deleting an address; nothing is allocated.</summary>
    /// <param name="address">The address: interface, address, prefix length, peer and label identify it.</param>
    /// <param name="handler">Who gets the result.</param>
    /// <param name="token">Given back with the result.</param>
    public void QueueDelete(in AddressInfo address, INetlinkReplyHandler handler, long token)
    {
        NetlinkWriter request = WriteDelete(in address);
        connection.Queue(in request, handler, token);
    }

    /// <summary>A dump request for addresses of both families.</summary>
    internal static NetlinkWriter BeginList(NetlinkConnection connection)
    {
        NetlinkWriter request = connection.BeginDump(RouteAbi.GetAddr);
        request.PutStructure(default(RouteAbi.AddressHeader));
        return request;
    }

    private NetlinkWriter BeginList() => BeginList(connection);

    private NetlinkWriter WriteAdd(in AddressInfo address, AddressAddMode mode)
    {
        ushort flags = (ushort)(NetlinkAbi.Create | (mode == AddressAddMode.CreateOnly ? NetlinkAbi.Excl : NetlinkAbi.Replace));
        NetlinkWriter request = connection.Begin(RouteAbi.NewAddr, flags);
        RouteCodec.WriteAddress(ref request, in address);
        RouteCodec.WriteAddressProperties(ref request, in address);
        return request;
    }

    private NetlinkWriter WriteDelete(in AddressInfo address)
    {
        NetlinkWriter request = connection.Begin(RouteAbi.DelAddr);
        RouteCodec.WriteAddress(ref request, in address);
        if (!address.Label.IsEmpty)
        {
            request.PutName(RouteAbi.IfaLabel, address.Label);
        }

        return request;
    }
}
