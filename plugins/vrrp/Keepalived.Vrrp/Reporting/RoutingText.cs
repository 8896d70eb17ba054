using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Reporting;

/// <summary>Routes and rules as one line each, worded as keepalived's dumps have them (seen in the dumps of 2.2.7).</summary>
internal static class RoutingText
{
    /// <summary>A route: <c>prepend 192.0.2.0/24 via inet 10.0.0.9 dev eth0 proto 18</c>.</summary>
    public static string Describe(RouteSettings route)
    {
        StringBuilder text = new();
        text.Append(PlaceOf(route));
        Add(text, route.Kind == RouteKind.Unicast ? null : NameOf(route.Kind));
        Add(text, DestinationOf(route));
        Add(text, "from", route.From);
        Add(text, "src", route.Source);
        Add(text, "tos", route.TypeOfService == 0 ? (byte?)null : route.TypeOfService);
        AddEncapsulation(text, route.Encapsulation);
        AddGateway(text, route.Gateway);
        Add(text, "dev", route.Device);
        Add(text, "vrf", route.Vrf);
        Add(text, "table", route.Table);
        Add(text, "proto", route.Protocol);
        Add(text, "scope", route.Scope);
        Add(text, "metric", route.Metric);
        Add(text, route.IsOnLink ? "onlink" : null);
        AddRealms(text, route.Realms);
        Add(text, "expires", route.Expires is { } seconds ? $"{seconds}sec" : null);
        AddMetrics(text, route.Metrics);
        Add(text, "pref", route.Preference?.ToString().ToLowerInvariant());
        Add(text, "ttl-propagate", route.PropagatesTtl is { } propagates ? (propagates ? "enabled" : "disabled") : null);
        foreach (NextHop hop in route.NextHops)
        {
            AddHop(text, hop);
        }

        return Add(text, route.IsUntracked ? "no_track" : null).ToString();
    }

    /// <summary>A rule: <c>from 192.0.2.0/24 priority 500 tos 0x0 protocol 18 lookup 100</c>.</summary>
    public static string Describe(RuleSettings rule)
    {
        StringBuilder text = new(rule.IsInverted ? "not from " : "from ");
        text.Append(rule.From is { } from ? PrefixOf(from) : "all");
        Add(text, "to", rule.To is { } to ? PrefixOf(to) : null);
        Add(text, "priority", rule.Preference);
        Add(text, "tos", $"0x{rule.TypeOfService ?? 0:x}");
        string mask = rule.FirewallMask is { } bits ? $"/0x{bits:x}" : "";
        Add(text, "fwmark", rule.FirewallMark is { } mark ? $"0x{mark:x}{mask}" : null);
        Add(text, "iif", rule.InputInterface);
        Add(text, "oif", rule.OutputInterface);
        Add(text, "suppress_prefixlen", rule.SuppressPrefixLength);
        Add(text, "suppress_ifgroup", rule.SuppressInterfaceGroup);
        Add(text, "tunnel-id", rule.TunnelId);
        Add(text, "uidrange", RangeOf(rule.UserIds));
        Add(text, rule.UsesVrfTable ? "l3mdev" : null);
        Add(text, "protocol", rule.Protocol);
        Add(text, "ipproto", rule.TransportProtocol);
        Add(text, "sport", RangeOf(rule.SourcePorts));
        Add(text, "dport", RangeOf(rule.DestinationPorts));
        Add(text, "realms", rule.Realms is { } realms ? $"{realms.From}/{realms.To}" : null);
        Add(text, rule.Action switch
        {
            RuleAction.Lookup => $"lookup {rule.Table ?? 0}",
            RuleAction.Goto => $"goto {rule.Target ?? 0}",
            RuleAction.Nop => "nop",
            _ => $"type {rule.Action.ToString().ToLowerInvariant()}",
        });
        return Add(text, rule.IsUntracked ? "no_track" : null).ToString();
    }

    // The kernel has one route of these kinds for a destination, so they are added.
    private static string PlaceOf(RouteSettings route) =>
        route is { Place: RoutePlace.Prepend, Kind: RouteKind.Blackhole or RouteKind.Unreachable or RouteKind.Prohibit or RouteKind.Throw }
            ? "add"
            : route.Place.ToString().ToLowerInvariant();

    private static string NameOf(RouteKind kind) => kind.ToString().ToLowerInvariant();

    private static string DestinationOf(RouteSettings route) =>
        route.Destination.Length == 0 ? (route.Family == AddressFamily.InterNetworkV6 ? "::/0" : "0.0.0.0/0") : route.Destination.ToString();

    private static string PrefixOf(NetworkPrefix prefix) => prefix.Length == prefix.Address.Length * 8 ? prefix.Address.ToString() : prefix.ToString();

    private static string? RangeOf(NumberRange? range) => range is { } known ? $"{known.First}-{known.Last}" : null;

    private static void AddGateway(StringBuilder text, InternetAddress? gateway) =>
        Add(text, gateway is { Family: AddressFamily.InterNetworkV6 } ? "via inet6" : "via inet", gateway);

    private static void AddRealms(StringBuilder text, RouteRealms? realms) =>
        Add(text, "realms", realms is { } known ? (known.From == 0 ? $"{known.To}" : $"{known.From}/{known.To}") : null);

    private static void AddHop(StringBuilder text, NextHop hop)
    {
        Add(text, "nexthop");
        AddEncapsulation(text, hop.Encapsulation);
        AddGateway(text, hop.Gateway);
        Add(text, "dev", hop.Device);
        Add(text, "weight", hop.Weight);
        Add(text, hop.IsOnLink ? "onlink" : null);
        AddRealms(text, hop.Realms);
    }

    private static void AddMetrics(StringBuilder text, RouteMetrics metrics)
    {
        Add(text, metrics.IsCongestionControlLocked ? "congctl lock" : "congctl", metrics.CongestionControl);
        AddTime(text, "rtt", metrics.RoundTripTime);
        AddTime(text, "rttvar", metrics.RoundTripVariance);
        AddTime(text, "rto_min", metrics.MinimumRetransmissionTimeout);
        Add(text, metrics.ExplicitCongestion ? "features ecn" : null);
        AddMetric(text, "mtu", metrics.Mtu);
        Add(text, "window", metrics.Window);
        AddMetric(text, "ssthresh", metrics.SlowStartThreshold);
        AddMetric(text, "cwnd", metrics.CongestionWindow);
        AddMetric(text, "advmss", metrics.AdvertisedSegment);
        AddMetric(text, "reordering", metrics.Reordering);
        Add(text, "hoplimit", metrics.HopLimit);
        Add(text, "initcwnd", metrics.InitialCongestionWindow);
        Add(text, "initrwnd", metrics.InitialReceiveWindow);
        Add(text, "quickack", metrics.QuickAck is { } quick ? (int?)(quick ? 1 : 0) : null);
        Add(text, "fastopen_no_cookie", metrics.FastOpenWithoutCookie is { } open ? (int?)(open ? 1 : 0) : null);
    }

    private static void AddMetric(StringBuilder text, string name, RouteMetric? metric) =>
        Add(text, metric is { IsLocked: true } ? name + " lock" : name, metric?.Value);

    private static void AddTime(StringBuilder text, string name, RouteTimeMetric? time)
    {
        const uint Second = 1000;
        if (time is { } known)
        {
            string value = known.IsRaw ? $"{known.Milliseconds}"
                : known.Milliseconds >= Second && known.Milliseconds % Second == 0 ? $"{known.Milliseconds / Second}s" : $"{known.Milliseconds}ms";
            Add(text, known.IsLocked ? name + " lock" : name, value);
        }
    }

    private static void AddEncapsulation(StringBuilder text, RouteEncapsulation? encapsulation)
    {
        switch (encapsulation)
        {
            case TunnelEncapsulation tunnel:
                Add(text, tunnel.IsIPv6 ? "encap ip6" : "encap ip");
                Add(text, "id", tunnel.TunnelId);
                Add(text, "dst", tunnel.Destination);
                Add(text, "src", tunnel.Source);
                Add(text, tunnel.IsIPv6 ? "tc" : "tos", tunnel.TrafficClass);
                Add(text, tunnel.IsIPv6 ? "hoplimit" : "ttl", tunnel.HopLimit);
                Add(text, "flags", tunnel.Flags is { } flags ? $"0x{flags:x}" : null);
                break;
            case MplsEncapsulation mpls:
                Add(text, "encap mpls", string.Join('/', mpls.Labels));
                break;
            case IlaEncapsulation ila:
                Add(text, "encap ila", $"{ila.Locator >> 48:x}:{(ila.Locator >> 32) & ushort.MaxValue:x}:{(ila.Locator >> 16) & ushort.MaxValue:x}:{ila.Locator & ushort.MaxValue:x}");
                break;
        }
    }

    private static StringBuilder Add(StringBuilder text, string? word) => word is null ? text : text.Append(' ').Append(word);

    private static void Add<T>(StringBuilder text, string name, T? value)
    {
        if (value is not null)
        {
            text.Append(' ').Append(name).Append(CultureInfo.InvariantCulture, $" {value}");
        }
    }
}
