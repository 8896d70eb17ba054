using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Vrrp.Addresses;

/// <summary>Gets how each change of the kernel's address table ended.</summary>
internal interface IAddressTableHandler
{
    /// <summary>A queued change is over.</summary>
    /// <param name="token">What it was queued with.</param>
    /// <param name="errno">How it ended.</param>
    /// <param name="kernelText">The kernel's own words about a failure, if it had any.</param>
    void Completed(long token, Errno errno, string? kernelText);
}

/// <summary>The kernel's address table as far as this room changes it; the seam for tests.</summary>
internal interface IAddressTable : IDisposable
{
    /// <summary>Readable when changes have ended; -1 for a fake.</summary>
    int Descriptor { get; }

    /// <summary>Queues adding or updating an address.</summary>
    void QueueAdd(in AddressInfo address, long token);

    /// <summary>Queues deleting an address.</summary>
    void QueueDelete(in AddressInfo address, long token);

    /// <summary>Hands the queued changes to the kernel, which works through them before this returns.</summary>
    void Flush();

    /// <summary>Tells the handler what has ended.</summary>
    void OnReadable();
}

/// <summary>Over a netlink socket of its own.</summary>
internal sealed class KernelAddressTable : IAddressTable, INetlinkReplyHandler
{
    private readonly NetlinkConnection _connection;
    private readonly AddressClient _client;
    private readonly IAddressTableHandler _handler;

    /// <summary>Takes over a transport.</summary>
    public KernelAddressTable(IAddressTableHandler handler, INetlinkTransport transport)
    {
        _handler = handler;
        _connection = new NetlinkConnection(transport, AddressInstaller.ChunkSize);
        _client = new AddressClient(_connection);
    }

    public int Descriptor => _connection.Descriptor;

    public void QueueAdd(in AddressInfo address, long token) => _client.QueueAdd(address, AddressAddMode.CreateOrReplace, this, token);

    public void QueueDelete(in AddressInfo address, long token) => _client.QueueDelete(address, this, token);

    public void Flush() => _connection.Flush();

    public void OnReadable() => _connection.OnReadable();

    public void Dispose() => _connection.Dispose();

    void INetlinkReplyHandler.Reply(long token, in NetlinkMessage message)
    {
        // Changes are only acknowledged.
    }

    void INetlinkReplyHandler.Completed(long token, in NetlinkResult result) =>
        _handler.Completed(token, result.Errno, result.Succeeded ? null : result.KernelText);
}
