using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Network;

/// <summary>What a pair of sockets is shared by: all instances with the same family, interface, and group or unicast source.</summary>
/// <param name="Family">Address family.</param>
/// <param name="InterfaceIndex">The interface; 0 for unicast without one.</param>
/// <param name="IsUnicast">Whether <paramref name="Address"/> is our own address instead of the group.</param>
/// <param name="Address">Multicast group or unicast source.</param>
internal readonly record struct ChannelKey(AddressFamily Family, int InterfaceIndex, bool IsUnicast, InternetAddress Address)
{
    /// <summary>Protocol number of the packets: VRRP, or the authentication header before it.</summary>
    public byte Protocol { get; init; } = VrrpAdvertisement.Protocol;
}

/// <summary>What a channel needs besides its key.</summary>
/// <param name="InterfaceName">Name of the interface the sockets are bound to; null for none.</param>
/// <param name="ReceiveBuffer">Bytes of the receive buffer; 0 leaves it to the kernel.</param>
/// <param name="HopLimit">IPv6 hop limit of what is sent; -1 leaves it to the kernel.</param>
internal readonly record struct ChannelOptions(string? InterfaceName, int ReceiveBuffer, int HopLimit);

/// <summary>Opens channels; the seam below which tests put a fake network.</summary>
internal interface IAdvertisementNetwork
{
    /// <exception cref="LinuxException">The kernel refuses a socket or an option of it.</exception>
    IAdvertisementChannel Open(in ChannelKey key, in ChannelOptions options);
}

/// <summary>Takes what a channel received.</summary>
internal interface IDatagramReceiver
{
    /// <summary>One packet; its bytes are gone when this returns.</summary>
    void Receive(in VrrpDatagram datagram);
}

/// <summary>A pair of sockets. Sending and receiving allocate nothing.</summary>
internal interface IAdvertisementChannel : IDisposable
{
    /// <summary>Readable when packets have come; -1 for a fake.</summary>
    int Descriptor { get; }

    /// <summary>The sending socket, for the data dump; -1 for a fake.</summary>
    int SendDescriptor { get; }

    /// <summary>Copies a packet into the next batch.</summary>
    /// <param name="packet">IPv4 with its header, IPv6 without.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="source">The address it leaves from; in IPv4 the packet has it already.</param>
    void Queue(ReadOnlySpan<byte> packet, InternetAddress destination, InternetAddress source);

    /// <summary>Sends the batch with one call.</summary>
    /// <param name="unsent">How many of the batch were not sent.</param>
    /// <returns>Why they were not; the first reason.</returns>
    Errno Flush(out int unsent);

    /// <summary>Passes on what has come, up to a batch.</summary>
    void Receive(IDatagramReceiver receiver);
}
