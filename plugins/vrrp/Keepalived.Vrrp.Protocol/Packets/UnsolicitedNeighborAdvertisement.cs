using System.Buffers.Binary;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The unsolicited neighbour advertisement (RFC 4861 sections 4.4 and 7.2.6) that moves an IPv6 address to our link-layer
/// address: sent to all nodes from the virtual address itself, with the override flag.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   Type = 136  |    Code = 0   |          Checksum             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |R|S|O|                     Reserved                            |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                       Target Address (16)                     |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   Option = 2  |  Length (8 B) |   Link-Layer Address ...      |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
public static class UnsolicitedNeighborAdvertisement
{
    /// <summary>Bytes of an Ethernet frame: header 14, IPv6 40, message 24, option 8.</summary>
    public const int EthernetFrameLength = EthernetHeader.Length + Ipv6HeaderLength + MessageLength + 8;

    /// <summary>EtherType of IPv6.</summary>
    public const ushort EtherType = 0x86DD;

    private const int Ipv6HeaderLength = 40;
    private const int MessageLength = 24;
    private const int OptionHeaderLength = 2;
    private const byte NextHeaderIcmpV6 = 58;
    private const byte HopLimit = 255;
    private const byte TypeNeighborAdvertisement = 136;
    private const byte OptionTargetLinkLayerAddress = 2;
    private const byte FlagRouter = 0x80;
    private const byte FlagOverride = 0x20;

    /// <summary>ff02::1, all nodes.</summary>
    public static InternetAddress AllNodes { get; } = InternetAddress.Parse("ff02::1");

    private static ReadOnlySpan<byte> AllNodesEthernet => [0x33, 0x33, 0x00, 0x00, 0x00, 0x01];

    /// <summary>Bytes of the IPv6 packet for link-layer addresses of this length: 72 for Ethernet, 88 for Infiniband.</summary>
    public static int PacketLength(int hardwareAddressLength) =>
        Ipv6HeaderLength + MessageLength + OptionLength(hardwareAddressLength);

    /// <summary>Writes an Ethernet frame for an AF_PACKET SOCK_RAW socket; returns its length, 86.</summary>
    /// <param name="destination">At least <see cref="EthernetFrameLength"/> bytes.</param>
    /// <param name="hardwareAddress">The six bytes of the interface (or VMAC).</param>
    /// <param name="address">The IPv6 address announced.</param>
    /// <param name="isRouter">Whether the interface forwards: the router flag.</param>
    public static int WriteEthernetFrame(Span<byte> destination, ReadOnlySpan<byte> hardwareAddress, InternetAddress address, bool isRouter)
    {
        EthernetHeader.Write(destination, AllNodesEthernet, hardwareAddress, EtherType);
        return EthernetHeader.Length + WritePacket(destination[EthernetHeader.Length..], hardwareAddress, address, isRouter);
    }

    /// <summary>Writes the IPv6 packet alone, for an AF_PACKET SOCK_DGRAM socket; returns its length (<see cref="PacketLength"/>).</summary>
    /// <exception cref="ArgumentException">Not an IPv6 address.</exception>
    public static int WritePacket(Span<byte> destination, ReadOnlySpan<byte> hardwareAddress, InternetAddress address, bool isRouter)
    {
        if (address.Length != InternetAddress.IPv6Length)
        {
            throw new ArgumentException("Neighbour advertisements announce IPv6 addresses.", nameof(address));
        }

        int length = PacketLength(hardwareAddress.Length);
        Span<byte> packet = destination[..length];
        packet.Clear();
        packet[0] = 6 << 4;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(length - Ipv6HeaderLength));
        packet[6] = NextHeaderIcmpV6;
        packet[7] = HopLimit;
        address.Write(packet[8..]);
        AllNodes.Write(packet[24..]);
        WriteMessage(packet[Ipv6HeaderLength..], hardwareAddress, address, isRouter);
        return length;
    }

    private static void WriteMessage(Span<byte> message, ReadOnlySpan<byte> hardwareAddress, InternetAddress address, bool isRouter)
    {
        message[0] = TypeNeighborAdvertisement;
        message[4] = (byte)(FlagOverride | (isRouter ? FlagRouter : 0));
        address.Write(message[8..]);
        message[MessageLength] = OptionTargetLinkLayerAddress;
        message[MessageLength + 1] = (byte)(OptionLength(hardwareAddress.Length) / 8);
        hardwareAddress.CopyTo(message[(MessageLength + OptionHeaderLength)..]);
        ulong pseudo = InternetChecksum.AddPseudoHeader(0, address, AllNodes, NextHeaderIcmpV6, message.Length);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(InternetChecksum.Add(pseudo, message)));
    }

    // Options are counted in units of eight bytes (RFC 4861 section 4.6).
    private static int OptionLength(int hardwareAddressLength) => (OptionHeaderLength + hardwareAddressLength + 7) / 8 * 8;
}
