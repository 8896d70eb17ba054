using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>A network.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Length">0..32 or 0..128.</param>
internal readonly record struct NetworkPrefix(InternetAddress Address, byte Length)
{
    /// <inheritdoc/>
    public override string ToString() => Length == 0 ? "default" : $"{Address}/{Length}";
}

/// <summary>What a route does with a packet (RTN_* of linux/rtnetlink.h).</summary>
internal enum RouteKind : byte
{
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
    Throw = 9,
    Nat = 10,
}

/// <summary>Where a new route goes among those of the same destination.</summary>
internal enum RoutePlace
{
    /// <summary>In front (NLM_F_CREATE alone); the default.</summary>
    Prepend,

    /// <summary>Only when there is none (NLM_F_EXCL).</summary>
    Add,

    /// <summary>Behind (NLM_F_APPEND).</summary>
    Append,
}

/// <summary>A metric of a route (RTAX_*).</summary>
/// <param name="Value">The number.</param>
/// <param name="IsLocked"><c>lock</c>: the kernel may not adapt it.</param>
internal readonly record struct RouteMetric(uint Value, bool IsLocked);

/// <summary>A time among a route's metrics.</summary>
/// <param name="Milliseconds">Time in milliseconds; in the kernel's own unit when <paramref name="IsRaw"/>.</param>
/// <param name="IsRaw">The configuration gave no unit.</param>
/// <param name="IsLocked"><c>lock</c>: the kernel may not adapt it.</param>
internal readonly record struct RouteTimeMetric(uint Milliseconds, bool IsRaw, bool IsLocked);

/// <summary>Metrics of a route; null where the configuration says nothing.</summary>
internal sealed record RouteMetrics
{
    public static RouteMetrics None { get; } = new();

    public RouteMetric? Mtu { get; init; }

    public RouteMetric? AdvertisedSegment { get; init; }

    public RouteTimeMetric? RoundTripTime { get; init; }

    public RouteTimeMetric? RoundTripVariance { get; init; }

    public RouteMetric? Reordering { get; init; }

    public RouteMetric? CongestionWindow { get; init; }

    public RouteMetric? SlowStartThreshold { get; init; }

    public RouteTimeMetric? MinimumRetransmissionTimeout { get; init; }

    public byte? HopLimit { get; init; }

    public uint? Window { get; init; }

    public uint? InitialCongestionWindow { get; init; }

    public uint? InitialReceiveWindow { get; init; }

    /// <summary><c>features ecn</c>.</summary>
    public bool ExplicitCongestion { get; init; }

    public bool? QuickAck { get; init; }

    public bool? FastOpenWithoutCookie { get; init; }

    /// <summary><c>congctl</c>: name of the algorithm.</summary>
    public string? CongestionControl { get; init; }

    public bool IsCongestionControlLocked { get; init; }
}

/// <summary>Preference of an IPv6 route among equals (RFC 4191).</summary>
internal enum RouterPreference : byte
{
    Medium = 0,
    High = 1,
    Low = 3,
}

/// <summary>Realms of a route or rule.</summary>
/// <param name="From">Source realm; 0 for none.</param>
/// <param name="To">Destination realm.</param>
internal readonly record struct RouteRealms(ushort From, ushort To);

/// <summary>One of several ways that a route takes.</summary>
internal sealed record NextHop
{
    public InternetAddress? Gateway { get; init; }

    public string? Device { get; init; }

    /// <summary>Share of the traffic, 1..256.</summary>
    public int Weight { get; init; } = 1;

    public bool IsOnLink { get; init; }

    public RouteRealms? Realms { get; init; }

    public RouteEncapsulation? Encapsulation { get; init; }
}

/// <summary>A line of <c>virtual_routes</c> or <c>static_routes</c>: the language of <c>ip route</c>.</summary>
internal sealed record RouteSettings
{
    public required AddressFamily Family { get; init; }

    public RouteKind Kind { get; init; } = RouteKind.Unicast;

    public required NetworkPrefix Destination { get; init; }

    public RoutePlace Place { get; init; }

    /// <summary><c>via</c>.</summary>
    public InternetAddress? Gateway { get; init; }

    /// <summary><c>src</c>: source address that the route prefers.</summary>
    public InternetAddress? Source { get; init; }

    /// <summary><c>from</c>: network that packets must come from; IPv6 only.</summary>
    public NetworkPrefix? From { get; init; }

    /// <summary><c>dev</c>.</summary>
    public string? Device { get; init; }

    public bool IsOnLink { get; init; }

    public byte TypeOfService { get; init; }

    /// <summary>Null = the main table, or the VRF's.</summary>
    public uint? Table { get; init; }

    public string? Vrf { get; init; }

    /// <summary>Who owns the route (RTPROT_*); 18, ours, for every tracked one.</summary>
    public byte Protocol { get; init; } = RouteNames.KeepalivedProtocol;

    /// <summary>Null = what the kind asks for.</summary>
    public byte? Scope { get; init; }

    /// <summary><c>metric</c>, <c>priority</c> or <c>preference</c>.</summary>
    public uint? Metric { get; init; }

    public RouteRealms? Realms { get; init; }

    /// <summary>Life time in seconds; IPv6 only.</summary>
    public uint? Expires { get; init; }

    public RouterPreference? Preference { get; init; }

    public bool? PropagatesTtl { get; init; }

    public RouteMetrics Metrics { get; init; } = RouteMetrics.None;

    public RouteEncapsulation? Encapsulation { get; init; }

    /// <summary>Empty for a route with one way.</summary>
    public EquatableArray<NextHop> NextHops { get; init; }

    /// <summary>Not put back when somebody else removes it: <c>no_track</c>, or no interface is named.</summary>
    public bool IsUntracked { get; init; }

    /// <summary>Static routes: the group of instances that a fault of the route is told to.</summary>
    public string? TrackGroup { get; init; }
}
