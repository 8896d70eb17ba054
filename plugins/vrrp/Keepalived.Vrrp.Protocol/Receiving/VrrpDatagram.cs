using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// A received VRRP packet with what the IP layer knows of it. From an IPv4 raw socket the header comes with the packet; for
/// IPv6 the socket tells source, destination and hop limit in ancillary data.
/// </summary>
public readonly ref struct VrrpDatagram
{
    private VrrpDatagram(ReadOnlySpan<byte> packet, int headerLength, InternetAddress source, InternetAddress destination)
    {
        Packet = packet;
        ReadOnlySpan<byte> message = packet[headerLength..];
        Message = message;
        Source = source;
        Destination = destination;
    }

    /// <summary>Everything: in IPv4 from the IP header on, in IPv6 the message.</summary>
    public ReadOnlySpan<byte> Packet { get; }

    /// <summary>The authentication header; empty without one.</summary>
    public ReadOnlySpan<byte> AuthenticationHeader => Packet[IpHeaderLength..^Message.Length];

    /// <summary>The bytes behind the headers, at least eight, with any padding the link added.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <summary>Source address.</summary>
    public InternetAddress Source { get; }

    /// <summary>Destination address.</summary>
    public InternetAddress Destination { get; }

    /// <summary>Received TTL or hop limit.</summary>
    public byte HopLimit { get; private init; }

    /// <summary>Bytes of IP header in front of the message: 0 for IPv6.</summary>
    public int IpHeaderLength { get; private init; }

    /// <summary>The total length the IPv4 header states; for IPv6 the message's length.</summary>
    public int StatedLength { get; private init; }

    /// <summary>True when the kernel has verified the checksum already (IPV6_CHECKSUM sockets).</summary>
    public bool IsChecksumVerified { get; private init; }

    /// <summary>The router the packet is for: the key to dispatch by.</summary>
    public byte VirtualRouterId => Message[VrrpAdvertisement.VirtualRouterIdOffset];

    /// <summary>Address family of the packet.</summary>
    public AddressFamily Family => Source.Family;

    /// <summary>
    /// Takes an IPv4 packet with its header. False if it has no readable header, is not protocol 112, alone or behind an
    /// authentication header, or is too short to hold even the router id of a message: nobody can be charged with such a packet.
    /// </summary>
    public static bool TryOpenIPv4(ReadOnlySpan<byte> packet, out VrrpDatagram datagram)
    {
        datagram = default;
        if (!Ipv4Header.TryRead(packet, out Ipv4Header header) || !TryFindMessage(packet, header, out int headers))
        {
            return false;
        }

        datagram = new VrrpDatagram(packet, headers, header.Source, header.Destination)
        {
            HopLimit = header.TimeToLive,
            IpHeaderLength = header.HeaderLength,
            StatedLength = header.TotalLength,
        };
        return true;
    }

    /// <summary>Takes an IPv6 message. False if it is too short to hold a router id.</summary>
    /// <param name="message">The payload.</param>
    /// <param name="source">From the socket address.</param>
    /// <param name="destination">From IPV6_PKTINFO.</param>
    /// <param name="hopLimit">From IPV6_HOPLIMIT.</param>
    /// <param name="isChecksumVerified">Whether the socket verifies checksums itself.</param>
    /// <param name="datagram">The packet.</param>
    public static bool TryOpenIPv6(
        ReadOnlySpan<byte> message,
        InternetAddress source,
        InternetAddress destination,
        byte hopLimit,
        bool isChecksumVerified,
        out VrrpDatagram datagram)
    {
        datagram = default;
        if (message.Length < VrrpAdvertisement.HeaderLength)
        {
            return false;
        }

        datagram = new VrrpDatagram(message, 0, source, destination)
        {
            HopLimit = hopLimit,
            StatedLength = message.Length,
            IsChecksumVerified = isChecksumVerified,
        };
        return true;
    }

    private static bool TryFindMessage(ReadOnlySpan<byte> packet, in Ipv4Header header, out int headers)
    {
        headers = header.HeaderLength;
        if (header.Protocol == Protocol.AuthenticationHeader.Protocol
            && Protocol.AuthenticationHeader.IsReadable(packet[headers..]))
        {
            headers += Protocol.AuthenticationHeader.Length;
        }
        else if (header.Protocol != VrrpAdvertisement.Protocol)
        {
            return false;
        }

        return packet.Length - headers >= VrrpAdvertisement.HeaderLength;
    }
}
