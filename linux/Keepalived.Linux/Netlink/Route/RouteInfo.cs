using System.Collections.Immutable;

namespace Keepalived.Linux.Netlink.Route;

/// <summary>Where a new route goes among those of the same destination (NLM_F_ flags of RTM_NEWROUTE).</summary>
public enum RouteAddMode
{
    /// <summary>In front of others.</summary>
    Prepend,

    /// <summary>Only when there is none.</summary>
    CreateOnly,

    /// <summary>Behind others.</summary>
    Append,
}

/// <summary>A route to be added or deleted (RTM_NEWROUTE of linux/rtnetlink.h).</summary>
/// <param name="Destination">The network; of no octets set for a default route. Its length says the family.</param>
/// <param name="PrefixLength">0 to 32 or 0 to 128.</param>
public sealed record RouteInfo(InetAddress Destination, byte PrefixLength)
{
    /// <summary>What it does with packets (RTN_*); 1 is unicast.</summary>
    public byte Type { get; init; } = 1;

    /// <summary>The network that packets come from (IPv6); none for any.</summary>
    public InetAddress Source { get; init; }

    /// <summary>Prefix length of <see cref="Source"/>.</summary>
    public byte SourceLength { get; init; }

    /// <summary>The next router; none when the destination is on the link.</summary>
    public InetAddress Gateway { get; init; }

    /// <summary>The source address that the machine's own packets get; none for the kernel's choice.</summary>
    public InetAddress PreferredSource { get; init; }

    /// <summary>The interface; 0 for the kernel's choice.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>The gateway is on the link although no address says so.</summary>
    public bool IsOnLink { get; init; }

    /// <summary>The type of service that packets must have; 0 for any.</summary>
    public byte TypeOfService { get; init; }

    /// <summary>The table; 254 is main.</summary>
    public uint Table { get; init; } = 254;

    /// <summary>Who owns the route (RTPROT_*).</summary>
    public byte Protocol { get; init; }

    /// <summary>How far the destination is (RT_SCOPE_*).</summary>
    public byte Scope { get; init; }

    /// <summary>Lower is preferred; null for the kernel's.</summary>
    public uint? Metric { get; init; }

    /// <summary>Realms: source in the upper half, destination in the lower; null for none.</summary>
    public uint? Realms { get; init; }

    /// <summary>Seconds until it vanishes (IPv6); null for never.</summary>
    public uint? Expires { get; init; }

    /// <summary>Preference among routers (RFC 4191); null for medium.</summary>
    public byte? RouterPreference { get; init; }

    /// <summary>Whether the hop limit travels with an MPLS label; null for the kernel's.</summary>
    public bool? PropagatesTtl { get; init; }

    /// <summary>Metrics in ascending order of type (RTAX_*).</summary>
    public ImmutableArray<RouteMetricInfo> Metrics { get; init; } = [];

    /// <summary>Bit n set: the kernel may not adapt metric n.</summary>
    public uint LockedMetrics { get; init; }

    /// <summary>The congestion control algorithm; null for the kernel's.</summary>
    public string? CongestionControl { get; init; }

    /// <summary>What packets are wrapped into; null for nothing.</summary>
    public RouteEncapsulationInfo? Encapsulation { get; init; }

    /// <summary>Several ways, when there is more than <see cref="Gateway"/> and <see cref="InterfaceIndex"/>.</summary>
    public ImmutableArray<NextHopInfo> NextHops { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => PrefixLength == 0 ? "default" : $"{Destination}/{PrefixLength}";
}

/// <summary>A metric of a route (RTAX_*) in the kernel's own unit.</summary>
/// <param name="Type">RTAX_*.</param>
/// <param name="Value">The number.</param>
public readonly record struct RouteMetricInfo(ushort Type, uint Value);

/// <summary>One of several ways of a route (struct rtnexthop).</summary>
/// <param name="InterfaceIndex">The interface; 0 for the kernel's choice.</param>
/// <param name="Gateway">The next router; none when there is none.</param>
/// <param name="Weight">Share of the traffic, 1 to 256.</param>
public sealed record NextHopInfo(int InterfaceIndex, InetAddress Gateway, int Weight)
{
    /// <summary>The gateway is on the link although no address says so.</summary>
    public bool IsOnLink { get; init; }

    /// <summary>Realms as in <see cref="RouteInfo.Realms"/>.</summary>
    public uint? Realms { get; init; }

    /// <summary>What packets are wrapped into; null for nothing.</summary>
    public RouteEncapsulationInfo? Encapsulation { get; init; }
}

/// <summary>What a route wraps packets into (linux/lwtunnel.h).</summary>
public abstract record RouteEncapsulationInfo;

/// <summary>An IP tunnel without an interface.</summary>
/// <param name="IsIPv6">Whether the outer header is IPv6.</param>
public sealed record TunnelEncapsulationInfo(bool IsIPv6) : RouteEncapsulationInfo
{
    /// <summary>The tunnel's number; null for 0.</summary>
    public ulong? TunnelId { get; init; }

    /// <summary>The other end; none for any.</summary>
    public InetAddress Destination { get; init; }

    /// <summary>This end; none for any.</summary>
    public InetAddress Source { get; init; }

    /// <summary>Type of service or traffic class; null for 0.</summary>
    public byte? TrafficClass { get; init; }

    /// <summary>Hop limit; null for the kernel's.</summary>
    public byte? HopLimit { get; init; }

    /// <summary>Tunnel flags; null for none.</summary>
    public ushort? Flags { get; init; }
}

/// <summary>MPLS labels from the outside in, each of 20 bits.</summary>
public sealed record MplsEncapsulationInfo(ImmutableArray<uint> Labels) : RouteEncapsulationInfo;

/// <summary>The locator that replaces the upper half of the address.</summary>
public sealed record IlaEncapsulationInfo(ulong Locator) : RouteEncapsulationInfo;

/// <summary>What identifies a route in the kernel's news, as far as this room compares it.</summary>
/// <param name="Destination">The network; none for a default route.</param>
/// <param name="PrefixLength">Its length.</param>
/// <param name="IsIPv6">The family.</param>
/// <param name="Table">The table.</param>
/// <param name="TypeOfService">The type of service.</param>
/// <param name="Metric">The metric; 0 where there is none.</param>
/// <param name="Protocol">Who owns it.</param>
public readonly record struct RouteKey(InetAddress Destination, byte PrefixLength, bool IsIPv6, uint Table, byte TypeOfService, uint Metric, byte Protocol)
{
    // IP6_RT_PRIO_USER of the kernel: what an IPv6 route gets that names none.
    private const uint DefaultIPv6Metric = 1024;

    /// <summary>The key under which the kernel will tell of a route.</summary>
    public static RouteKey Of(RouteInfo route)
    {
        ArgumentNullException.ThrowIfNull(route);
        bool isIPv6 = route.Destination.IsIPv6;
        uint metric = route.Metric ?? 0;
        return new RouteKey(
            route.PrefixLength == 0 ? InetAddress.None : route.Destination,
            route.PrefixLength,
            isIPv6,
            route.Table,
            route.TypeOfService,
            isIPv6 && metric == 0 ? DefaultIPv6Metric : metric,
            route.Protocol);
    }
}
