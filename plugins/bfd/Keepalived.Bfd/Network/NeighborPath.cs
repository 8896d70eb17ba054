using System.Buffers.Binary;
using System.Net;

namespace Keepalived.Bfd.Network;

/// <summary>A neighbour as a received packet names it: its address. There is one session with each.</summary>
/// <param name="High">The first half of the address; an IPv4 one as IPv6 maps it (RFC 4291 section 2.5.5.2).</param>
/// <param name="Low">The other half. Two halves, as code with 128-bit integers is not compiled ahead of time.</param>
internal readonly record struct NeighborPath(ulong High, ulong Low)
{
    private const int V4Length = 4;
    private const int Half = sizeof(ulong);
    private const ulong Mapped = 0xFFFF_0000_0000;

    /// <summary>From the 4 or 16 bytes of an address. Allocates nothing.</summary>
    public static NeighborPath Of(ReadOnlySpan<byte> address) => address.Length == V4Length
        ? new(0, Mapped | BinaryPrimitives.ReadUInt32BigEndian(address))
        : new(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[Half..]));

    /// <summary>From an address.</summary>
    public static NeighborPath Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[2 * Half];
        address.TryWriteBytes(bytes, out int length);
        return Of(bytes[..length]);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[2 * Half];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[Half..], Low);
        IPAddress address = new(bytes);
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
