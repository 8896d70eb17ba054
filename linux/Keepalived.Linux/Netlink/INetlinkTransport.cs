namespace Keepalived.Linux.Netlink;

/// <summary>
/// Bytes to and from a kernel: the seam for tests, below sequence numbers, acknowledgements and multipart answers, so that
/// all of these are the real ones in a test. A fake kernel implements this with a function from request bytes to datagrams.
/// Belongs to one thread.
/// </summary>
public interface INetlinkTransport : IDisposable
{
    /// <summary>The descriptor an event loop watches for reading; -1 where there is none (a fake).</summary>
    int Descriptor { get; }

    /// <summary>Sends one datagram holding one or more requests. The kernel works through it before this returns.</summary>
    /// <returns><see cref="Errno.None"/>, or why nothing was sent.</returns>
    Errno Send(ReadOnlySpan<byte> messages);

    /// <summary>Takes the next datagram; never waits.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="datagram">What was received; its length is the whole datagram's even when it was cut off.</param>
    /// <returns>
    /// <see cref="Errno.None"/>; <see cref="Errno.EAGAIN"/> when there is nothing; <see cref="Errno.ENOBUFS"/> when the kernel
    /// dropped messages since the receive queue was full; <see cref="Errno.EMSGSIZE"/> when the datagram did not fit and was lost.
    /// </returns>
    Errno Receive(Span<byte> buffer, out NetlinkDatagram datagram);

    /// <summary>Waits until there is something to receive.</summary>
    /// <param name="timeout">The longest wait; rounded up to milliseconds.</param>
    /// <returns>Whether there is something.</returns>
    bool WaitReadable(TimeSpan timeout);

    /// <summary>Subscribes to a multicast group of the family.</summary>
    /// <param name="group">The group's number, from 1.</param>
    /// <returns><see cref="Errno.None"/>, or why not.</returns>
    Errno Join(uint group);

    /// <summary>Lets the kernel drop news of a kind that one socket's requests cause, before they are queued here. Only a saving.</summary>
    /// <param name="news">Which.</param>
    /// <returns><see cref="Errno.None"/>, or why not: then the news come as before.</returns>
    Errno Ignore(in NetlinkNews news) => Errno.EOPNOTSUPP;
}

/// <summary>What one receive gave.</summary>
/// <param name="Length">The datagram's octets.</param>
/// <param name="IsMulticast">
/// Whether it came by subscription. A notification that our own request caused carries our sequence number, so only the
/// sender's address tells it from an answer.
/// </param>
public readonly record struct NetlinkDatagram(int Length, bool IsMulticast);

/// <summary>Notifications that a socket's own requests cause.</summary>
/// <param name="Type">The message type (nlmsg_type).</param>
/// <param name="Family">The first octet of the message's body: the address family in rtnetlink.</param>
/// <param name="CausedBy">The port (nlmsg_pid) of the socket whose requests cause them.</param>
public readonly record struct NetlinkNews(ushort Type, byte Family, uint CausedBy);

/// <summary>The netlink families this room speaks, numbered as in linux/netlink.h.</summary>
public enum NetlinkFamily
{
    /// <summary>Links, addresses, neighbours, routes and rules (rtnetlink).</summary>
    Route = 0,

    /// <summary>The connector: news of processes.</summary>
    Connector = 11,

    /// <summary>Packet filter, nftables.</summary>
    Netfilter = 12,

    /// <summary>Generic netlink, with IPVS on top.</summary>
    Generic = 16,
}
