using System.Buffers.Binary;
using Keepalived.Linux.Netlink.Netfilter;

namespace Keepalived.Ipvs;

/// <summary>What a service of a group takes in: a range of addresses with a range of ports. Bounds belong to it.</summary>
/// <param name="Map">The map that it is in.</param>
/// <param name="First">First address as a number.</param>
/// <param name="Last">Last address.</param>
/// <param name="FirstPort">First port.</param>
/// <param name="LastPort">Last port.</param>
internal readonly record struct MarkArea(MarkMap Map, UInt128 First, UInt128 Last, ushort FirstPort, ushort LastPort)
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    /// <summary>The octets of a key with a port padded to four.</summary>
    public const int LongestKey = IPv6Length + sizeof(uint);

    /// <summary>Whether the two have an address and port in common.</summary>
    public bool Overlaps(in MarkArea other) =>
        Map == other.Map && First <= other.Last && other.First <= Last && FirstPort <= other.LastPort && other.FirstPort <= LastPort;

    /// <summary>Adds what remains of it without another that overlaps: at most four areas.</summary>
    public void Without(in MarkArea other, List<MarkArea> rest)
    {
        if (First < other.First)
        {
            rest.Add(this with { Last = other.First - 1 });
        }

        if (Last > other.Last)
        {
            rest.Add(this with { First = other.Last + 1 });
        }

        MarkArea common = this with { First = UInt128.Max(First, other.First), Last = UInt128.Min(Last, other.Last) };
        if (FirstPort < other.FirstPort)
        {
            rest.Add(common with { LastPort = (ushort)(other.FirstPort - 1) });
        }

        if (LastPort > other.LastPort)
        {
            rest.Add(common with { FirstPort = (ushort)(other.LastPort + 1) });
        }
    }

    /// <summary>Writes the lower or the upper bound as nftables wants it.</summary>
    /// <param name="octets">Where to, <see cref="LongestKey"/> octets.</param>
    /// <param name="isLast">The upper bound.</param>
    /// <returns>The octets written.</returns>
    public ReadOnlySpan<byte> WriteKey(Span<byte> octets, bool isLast)
    {
        Span<byte> address = stackalloc byte[IPv6Length];
        BinaryPrimitives.WriteUInt128BigEndian(address, isLast ? Last : First);
        int length = Map.Family == NftablesFamily.IPv4 ? IPv4Length : IPv6Length;
        octets.Clear();
        address[^length..].CopyTo(octets);
        BinaryPrimitives.WriteUInt16BigEndian(octets[length..], isLast ? LastPort : FirstPort);
        return octets[..(length + sizeof(uint))];
    }
}
