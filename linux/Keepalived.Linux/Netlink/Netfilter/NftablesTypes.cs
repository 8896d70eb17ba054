namespace Keepalived.Linux.Netlink.Netfilter;

/// <summary>Families of tables, numbered as address families are.</summary>
public enum NftablesFamily : byte
{
    /// <summary>IPv4.</summary>
    IPv4 = 2,

    /// <summary>IPv6.</summary>
    IPv6 = 10,
}

/// <summary>Where a base chain hooks in (enum nf_inet_hooks).</summary>
public enum NftablesHook
{
    /// <summary>Packets to this machine.</summary>
    Input = 1,

    /// <summary>Packets from this machine.</summary>
    Output = 3,
}

/// <summary>What a rule does with a packet (NF_DROP, NF_ACCEPT, NFT_GOTO).</summary>
public enum NftablesVerdict
{
    /// <summary>Drop it.</summary>
    Drop = 0,

    /// <summary>Accept it.</summary>
    Accept = 1,

    /// <summary>Go on in another chain, for good.</summary>
    Goto = -4,

    /// <summary>Leave the chain; a base chain's policy decides.</summary>
    Return = -5,
}

/// <summary>What a key or value of a set is. The numbers are nft's own, which only tell it how to show them.</summary>
/// <param name="Number">nft's number; for a concatenation six bits for each part.</param>
/// <param name="Length">Octets.</param>
public readonly record struct NftablesType(uint Number, int Length)
{
    private const int ConcatenationShift = 6;

    /// <summary>A number in the machine's order, which nft has to be told.</summary>
    internal bool IsHostOrder => this == InterfaceIndex || this == Mark;

    /// <summary>ipv4_addr.</summary>
    public static NftablesType IPv4Address { get; } = new(7, 4);

    /// <summary>ipv6_addr.</summary>
    public static NftablesType IPv6Address { get; } = new(8, 16);

    /// <summary>inet_service: a port.</summary>
    public static NftablesType Port { get; } = new(13, 2);

    /// <summary>mark.</summary>
    public static NftablesType Mark { get; } = new(19, 4);

    /// <summary>iface_index.</summary>
    public static NftablesType InterfaceIndex { get; } = new(20, 4);

    /// <summary>icmpv6_type.</summary>
    public static NftablesType Icmpv6Type { get; } = new(29, 1);

    /// <summary>ifname, padded with zeros.</summary>
    public static NftablesType InterfaceName { get; } = new(41, 16);

    /// <summary>This type, then another; each padded to four octets.</summary>
    public NftablesType Then(NftablesType next) => new((Number << ConcatenationShift) | next.Number, NetlinkAbi.Align(Length) + NetlinkAbi.Align(next.Length));
}

/// <summary>What a rule reads about a packet (NFT_META_*).</summary>
public enum NftablesMeta
{
    /// <summary>Index of the interface that it came by.</summary>
    InputIndex = 4,

    /// <summary>Index of the interface that it leaves by.</summary>
    OutputIndex = 5,

    /// <summary>Name of the interface that it came by.</summary>
    InputName = 6,

    /// <summary>Name of the interface that it leaves by.</summary>
    OutputName = 7,

    /// <summary>Transport protocol.</summary>
    TransportProtocol = 16,

    /// <summary>Kind of the interface that it leaves by, such as "macvlan".</summary>
    OutputKind = 27,
}
