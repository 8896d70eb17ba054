using Keepalived.Linux.Netlink;

namespace Keepalived.Vrrp.Configuration;

/// <summary>Names of the ipsets that iptables rules use.</summary>
internal sealed record IpsetNames(string IPv4, string IPv6, string LinkLocal, string Igmp, string Mld, string NeighbourDiscovery)
{
    /// <summary>Those of <c>vrrp_ipsets</c> without names, and of <c>vrrp_iptables</c> alone.</summary>
    public static IpsetNames Default { get; } = After(["keepalived"]);

    /// <summary>Makes the names that are not given of the first.</summary>
    public static IpsetNames After(IReadOnlyList<string> given)
    {
        return new(given[0], Name(1, "6"), Name(2, "_if6"), Name(3, "_igmp"), Name(4, "_mld"), Name(5, "_nd"));

        string Name(int index, string suffix) => index < given.Count ? given[index] : given[0] + suffix;
    }
}

/// <summary>How packets to addresses that are not accepted are dropped. With neither named, nftables is used when needed.</summary>
internal sealed record FirewallSettings
{
    /// <summary><c>vrrp_iptables</c> was there.</summary>
    public bool UsesIptables { get; init; }

    /// <summary>Chain for packets that come in; null with <see cref="UsesIptables"/> = none.</summary>
    public string? InputChain { get; init; }

    /// <summary>Chain for packets that go out.</summary>
    public string? OutputChain { get; init; }

    /// <summary><c>vrrp_ipsets</c>; null after <c>vrrp_ipsets</c> without names, which turns them off.</summary>
    public IpsetNames? Ipsets { get; init; } = IpsetNames.Default;

    /// <summary><c>nftables</c> was there.</summary>
    public bool UsesNftables { get; init; }

    /// <summary>Name of the tables.</summary>
    public string NftablesTable { get; init; } = "keepalived";

    /// <summary><c>nftables_priority</c> of the chains.</summary>
    public int NftablesPriority { get; init; } = -1;

    /// <summary><c>nftables_ifindex</c>: interfaces by number instead of name.</summary>
    public bool UsesInterfaceIndex { get; init; }
}

/// <summary>Receive buffer of a netlink socket.</summary>
/// <param name="Bytes">0 = this program's default.</param>
/// <param name="IsForced">Beyond the system's limit if need be (SO_RCVBUFFORCE).</param>
internal readonly record struct SocketBuffer(uint Bytes, bool IsForced)
{
    /// <summary>The same for a netlink socket, where 0 is this program's own default.</summary>
    public NetlinkReceiveBuffer ToNetlink() => Bytes == 0 ? default : new NetlinkReceiveBuffer((int)Math.Min(Bytes, int.MaxValue), IsForced);
}
