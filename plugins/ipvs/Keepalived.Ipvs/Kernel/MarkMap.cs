using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Linux.Netlink.Netfilter;

namespace Keepalived.Ipvs;

/// <summary>A map from destination address and port to a mark, with the rule that uses it: one for each family and protocol.</summary>
internal readonly record struct MarkMap(NftablesFamily Family, IpvsProtocol Protocol)
{
    private const string Chain = "in";

    // Offsets and lengths in RFC 791, RFC 8200 and RFC 9293 (the ports are at the same place in UDP and SCTP).
    private const int IPv4Destination = 16;
    private const int IPv4Length = 4;
    private const int IPv6Destination = 24;
    private const int IPv6Length = 16;
    private const int DestinationPort = 2;
    private const int PortLength = 2;

    // Registers of four octets: those that follow an address of IPv4 or IPv6 in register 1.
    private const uint BehindIPv4 = 9;
    private const uint BehindIPv6 = 2;

    private bool IsIPv4 => Family == NftablesFamily.IPv4;

    /// <summary>Its name, which is keepalived's.</summary>
    public string Name => Protocol switch
    {
        IpvsProtocol.Tcp => "tcp_map",
        IpvsProtocol.Udp => "udp_map",
        _ => "sctp_map",
    };

    /// <summary>Makes the chain that the rules of a family are in.</summary>
    public static void AddChain(NftablesBatch batch, NftablesFamily family, NftablesSettings settings) =>
        batch.AddChain(family, settings.Table!, Chain, NftablesHook.Input, settings.Priority);

    /// <summary>Makes the map and its rule.</summary>
    /// <param name="batch">Where to.</param>
    /// <param name="table">In which table.</param>
    /// <param name="counts">Whether elements and rule count what they match.</param>
    public void Add(NftablesBatch batch, string table, bool counts)
    {
        batch.AddRangeMap(Family, table, Name, [IsIPv4 ? NftablesType.IPv4Address : NftablesType.IPv6Address, NftablesType.Port], NftablesType.Mark, counts);
        NftablesRule rule = new NftablesRule()
            .Load(NftablesMeta.TransportProtocol).Equal([(byte)Protocol])
            .LoadNetwork(IsIPv4 ? IPv4Destination : IPv6Destination, IsIPv4 ? IPv4Length : IPv6Length)
            .LoadTransport(DestinationPort, PortLength, IsIPv4 ? BehindIPv4 : BehindIPv6)
            .Map(Name, 1).SetMark();
        batch.AddRule(Family, table, Chain, (counts ? rule.Count() : rule).Then(NftablesVerdict.Return));
    }
}
