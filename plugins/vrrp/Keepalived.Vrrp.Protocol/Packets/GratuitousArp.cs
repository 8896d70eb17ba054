using System.Buffers.Binary;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The gratuitous ARP request (RFC 826, RFC 5227 section 3) that moves an IPv4 address to our link-layer address: sender and
/// target protocol address are the virtual address, the target hardware field is the link's broadcast address.
/// <code>
/// | hardware type 2 | protocol type 2 | hlen 1 | plen 1 | operation 2 |
/// | sender hardware hlen | sender protocol 4 | target hardware hlen | target protocol 4 |
/// </code>
/// </summary>
public static class GratuitousArp
{
    /// <summary>Bytes of an Ethernet frame with header, without padding.</summary>
    public const int EthernetFrameLength = EthernetHeader.Length + FixedLength + (2 * EthernetHeader.AddressLength) + (2 * InternetAddress.IPv4Length);

    /// <summary>EtherType of ARP.</summary>
    public const ushort EtherType = 0x0806;

    /// <summary>Hardware type of Ethernet (linux/if_arp.h ARPHRD_ETHER).</summary>
    public const ushort EthernetHardwareType = 1;

    /// <summary>Hardware type of Infiniband (linux/if_arp.h ARPHRD_INFINIBAND), with 20-byte addresses.</summary>
    public const ushort InfinibandHardwareType = 32;

    private const int FixedLength = 8;
    private const ushort OperationRequest = 1;
    private const ushort ProtocolTypeIPv4 = 0x0800;

    /// <summary>Bytes of the ARP message for link-layer addresses of this length: 28 for Ethernet, 56 for Infiniband.</summary>
    public static int MessageLength(int hardwareAddressLength) =>
        FixedLength + (2 * hardwareAddressLength) + (2 * InternetAddress.IPv4Length);

    /// <summary>Writes a broadcast Ethernet frame for an AF_PACKET SOCK_RAW socket; returns its length, 42.</summary>
    /// <param name="destination">At least <see cref="EthernetFrameLength"/> bytes.</param>
    /// <param name="hardwareAddress">The six bytes of the interface (or VMAC).</param>
    /// <param name="address">The IPv4 address announced.</param>
    public static int WriteEthernetFrame(Span<byte> destination, ReadOnlySpan<byte> hardwareAddress, InternetAddress address)
    {
        EthernetHeader.Write(destination, EthernetHeader.Broadcast, hardwareAddress, EtherType);
        return EthernetHeader.Length + WriteMessage(
            destination[EthernetHeader.Length..], EthernetHardwareType, hardwareAddress, EthernetHeader.Broadcast, address);
    }

    /// <summary>
    /// Writes the ARP message alone, for an AF_PACKET SOCK_DGRAM socket on any link; returns its length
    /// (<see cref="MessageLength"/>).
    /// </summary>
    /// <param name="destination">At least <see cref="MessageLength"/> bytes.</param>
    /// <param name="hardwareType">The link's ARPHRD_ number.</param>
    /// <param name="hardwareAddress">Own link-layer address.</param>
    /// <param name="broadcast">The link's broadcast address, equally long.</param>
    /// <param name="address">The IPv4 address announced.</param>
    /// <exception cref="ArgumentException">Not IPv4, or link-layer addresses of different length.</exception>
    public static int WriteMessage(
        Span<byte> destination, ushort hardwareType, ReadOnlySpan<byte> hardwareAddress, ReadOnlySpan<byte> broadcast, InternetAddress address)
    {
        if (address.Length != InternetAddress.IPv4Length || broadcast.Length != hardwareAddress.Length)
        {
            throw new ArgumentException("ARP announces IPv4 addresses, on a link with addresses of one length.", nameof(address));
        }

        BinaryPrimitives.WriteUInt16BigEndian(destination, hardwareType);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], ProtocolTypeIPv4);
        destination[4] = (byte)hardwareAddress.Length;
        destination[5] = InternetAddress.IPv4Length;
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], OperationRequest);

        Span<byte> rest = destination[FixedLength..];
        hardwareAddress.CopyTo(rest);
        address.Write(rest[hardwareAddress.Length..]);
        rest = rest[(hardwareAddress.Length + InternetAddress.IPv4Length)..];
        broadcast.CopyTo(rest);
        address.Write(rest[hardwareAddress.Length..]);
        return MessageLength(hardwareAddress.Length);
    }
}
