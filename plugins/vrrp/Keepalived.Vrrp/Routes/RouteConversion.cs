using System.Collections.Immutable;
using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Routes;

/// <summary>From the configuration's words to the kernel's, as <c>ip route</c> and <c>ip rule</c> translate them.</summary>
internal static class RouteConversion
{
    private const uint MainTable = 254;
    private const uint LocalTable = 255;
    private const byte ScopeHost = 254;
    private const byte ScopeLink = 253;

    // What the kernel stores of times: RTT in eighths, its variance in quarters of a millisecond (RTAX_RTT of linux/rtnetlink.h).
    private const uint RttScale = 8;
    private const uint RttVarScale = 4;

    /// <summary>keepalived raises lower times to this (seen in its log), and peers of a pair should have the same routes.</summary>
    private const uint ShortestTime = 200;

    /// <summary>The form that the kernel is asked with.</summary>
    /// <param name="route">The configured route.</param>
    /// <param name="indexOf">Index of an interface; 0 while there is none.</param>
    /// <param name="vrfTable">Table of the route's VRF; null without.</param>
    public static RouteInfo ToRouteInfo(this RouteSettings route, Func<string, int> indexOf, uint? vrfTable)
    {
        return new RouteInfo(route.Destination.Address.ToInetAddress(), route.Destination.Length)
        {
            Type = (byte)route.Kind,
            Source = route.From?.Address.ToInetAddress() ?? InetAddress.None,
            SourceLength = route.From?.Length ?? 0,
            Gateway = route.Gateway?.ToInetAddress() ?? InetAddress.None,
            PreferredSource = route.Source?.ToInetAddress() ?? InetAddress.None,
            InterfaceIndex = route.Device is { } device ? indexOf(device) : 0,
            IsOnLink = route.IsOnLink && route.NextHops.Count == 0,
            TypeOfService = route.TypeOfService,
            Table = route.Table ?? vrfTable ?? TableOf(route.Kind),
            Protocol = route.Protocol,
            Scope = route.Scope ?? ScopeOf(route),
            Metric = route.Metric,
            Realms = Realms(route.Realms),
            Expires = route.Expires,
            RouterPreference = route.Preference is { } preference ? (byte)preference : null,
            PropagatesTtl = route.PropagatesTtl,
            Metrics = Metrics(route.Metrics, out uint locked),
            LockedMetrics = locked,
            CongestionControl = route.Metrics.CongestionControl,
            Encapsulation = Encapsulation(route.Encapsulation),
            NextHops = [.. route.NextHops.Select(hop => ToNextHop(hop, indexOf))],
        };
    }

    /// <summary>The form that the kernel is asked with. A rule that says nothing of a family is an IPv4 rule, as keepalived makes it.</summary>
    public static RuleInfo ToRuleInfo(this RuleSettings rule) => new(rule.Family == AddressFamily.InterNetworkV6, (byte)rule.Action, rule.Preference)
    {
        IsInverted = rule.IsInverted,
        Source = rule.From is { Length: > 0 } from ? from.Address.ToInetAddress() : InetAddress.None,
        SourceLength = rule.From?.Length ?? 0,
        Destination = rule.To is { Length: > 0 } to ? to.Address.ToInetAddress() : InetAddress.None,
        DestinationLength = rule.To?.Length ?? 0,
        TypeOfService = rule.TypeOfService ?? 0,
        Table = rule.UsesVrfTable ? 0 : rule.Table ?? 0,
        UsesVrfTable = rule.UsesVrfTable,
        Target = rule.Target,
        Mark = rule.FirewallMark,
        Mask = rule.FirewallMask,
        Realms = Realms(rule.Realms),
        SuppressPrefixLength = rule.SuppressPrefixLength,
        SuppressGroup = rule.SuppressInterfaceGroup,
        InputInterface = Name(rule.InputInterface),
        OutputInterface = Name(rule.OutputInterface),
        TunnelId = rule.TunnelId,
        Users = rule.UserIds is { } users ? (users.First, users.Last) : null,
        Transport = rule.TransportProtocol,
        SourcePorts = Ports(rule.SourcePorts),
        DestinationPorts = Ports(rule.DestinationPorts),
        Protocol = rule.Protocol,
    };

    // What ip-route(8) takes for these kinds. keepalived leaves them in the main table with global scope, which the kernel refuses.
    private static uint TableOf(RouteKind kind) => kind is RouteKind.Local or RouteKind.Broadcast or RouteKind.Nat or RouteKind.Anycast ? LocalTable : MainTable;

    // Global where ip-route(8) would say link: keepalived's routes are told from the administrator's by that, too.
    private static byte ScopeOf(RouteSettings route) => route.Kind switch
    {
        _ when route.Family == AddressFamily.InterNetworkV6 => 0,
        RouteKind.Local or RouteKind.Nat => ScopeHost,
        RouteKind.Broadcast or RouteKind.Multicast or RouteKind.Anycast => ScopeLink,
        _ => 0,
    };

    private static uint? Realms(RouteRealms? realms) => realms is { } known ? ((uint)known.From << 16) | known.To : null;

    private static KernelName Name(string? name) => KernelName.TryParse(name ?? "", out KernelName known) ? known : default;

    private static (ushort First, ushort Last)? Ports(NumberRange? range) => range is { } known ? ((ushort)known.First, (ushort)known.Last) : null;

    private static NextHopInfo ToNextHop(NextHop hop, Func<string, int> indexOf) =>
        new(hop.Device is { } device ? indexOf(device) : 0, hop.Gateway?.ToInetAddress() ?? InetAddress.None, hop.Weight)
        {
            IsOnLink = hop.IsOnLink,
            Realms = Realms(hop.Realms),
            Encapsulation = Encapsulation(hop.Encapsulation),
        };

    private static RouteEncapsulationInfo? Encapsulation(RouteEncapsulation? encapsulation) => encapsulation switch
    {
        TunnelEncapsulation tunnel => new TunnelEncapsulationInfo(tunnel.IsIPv6)
        {
            TunnelId = tunnel.TunnelId,
            Destination = tunnel.Destination?.ToInetAddress() ?? InetAddress.None,
            Source = tunnel.Source?.ToInetAddress() ?? InetAddress.None,
            TrafficClass = tunnel.TrafficClass,
            HopLimit = tunnel.HopLimit,
            Flags = tunnel.Flags,
        },
        MplsEncapsulation mpls => new MplsEncapsulationInfo([.. mpls.Labels]),
        IlaEncapsulation ila => new IlaEncapsulationInfo(ila.Locator),
        _ => null,
    };

    private static ImmutableArray<RouteMetricInfo> Metrics(RouteMetrics metrics, out uint locked)
    {
        List<RouteMetricInfo> list = [];
        uint locks = metrics.IsCongestionControlLocked ? 1u << RouteMetricTypes.CongestionControl : 0;
        Lockable(RouteMetricTypes.Mtu, metrics.Mtu);
        Plain(RouteMetricTypes.Window, metrics.Window);
        Time(RouteMetricTypes.RoundTripTime, metrics.RoundTripTime, RttScale);
        Time(RouteMetricTypes.RoundTripVariance, metrics.RoundTripVariance, RttVarScale);
        Lockable(RouteMetricTypes.SlowStartThreshold, metrics.SlowStartThreshold);
        Lockable(RouteMetricTypes.CongestionWindow, metrics.CongestionWindow);
        Lockable(RouteMetricTypes.AdvertisedSegment, metrics.AdvertisedSegment);
        Lockable(RouteMetricTypes.Reordering, metrics.Reordering);
        Plain(RouteMetricTypes.HopLimit, metrics.HopLimit);
        Plain(RouteMetricTypes.InitialCongestionWindow, metrics.InitialCongestionWindow);
        Plain(RouteMetricTypes.Features, metrics.ExplicitCongestion ? 1 : null);
        Time(RouteMetricTypes.MinimumRetransmissionTimeout, metrics.MinimumRetransmissionTimeout, 1);
        Plain(RouteMetricTypes.InitialReceiveWindow, metrics.InitialReceiveWindow);
        Plain(RouteMetricTypes.QuickAck, Flag(metrics.QuickAck));
        Plain(RouteMetricTypes.FastOpenWithoutCookie, Flag(metrics.FastOpenWithoutCookie));
        locked = locks;
        return [.. list];

        void Plain(ushort type, uint? value)
        {
            if (value is { } number)
            {
                list.Add(new(type, number));
            }
        }

        void Lockable(ushort type, RouteMetric? metric)
        {
            if (metric is { } known)
            {
                list.Add(new(type, known.Value));
                locks |= known.IsLocked ? 1u << type : 0;
            }
        }

        void Time(ushort type, RouteTimeMetric? metric, uint scale)
        {
            if (metric is { } known)
            {
                uint value = Math.Max(known.Milliseconds, ShortestTime);
                list.Add(new(type, unchecked(value * scale)));
                locks |= known.IsLocked ? 1u << type : 0;
            }
        }

        static uint? Flag(bool? value) => value is { } flag ? flag ? 1u : 0 : null;
    }
}
