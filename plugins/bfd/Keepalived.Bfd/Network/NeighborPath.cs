using System.Buffers.Binary;
using System.Net;

namespace Keepalived.Bfd.Network;

/// <summary>A neighbour as a received packet names it: its address. There is one session with each.</summary>
/// <param name="Address">The address; an IPv4 one as IPv6 maps it (RFC 4291 section 2.5.5.2).</param>
internal readonly record struct NeighborPath(UInt128 Address)
{
    private const int V4Length = 4;
    private static readonly UInt128 _mapped = new(0, 0xFFFF_0000_0000);

    /// <summary>From the 4 or 16 bytes of an address. Allocates nothing.</summary>
    public static NeighborPath Of(ReadOnlySpan<byte> address) => address.Length == V4Length
        ? new(_mapped | BinaryPrimitives.ReadUInt32BigEndian(address))
        : new(BinaryPrimitives.ReadUInt128BigEndian(address));

    /// <summary>From an address.</summary>
    public static NeighborPath Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return Of(bytes[..length]);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        IPAddress address = new(bytes);
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
