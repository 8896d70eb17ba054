using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary><c>encap</c>: what a route wraps packets into (linux/lwtunnel.h).</summary>
internal abstract record RouteEncapsulation;

/// <summary><c>encap ip</c> and <c>encap ip6</c>.</summary>
internal sealed record TunnelEncapsulation : RouteEncapsulation
{
    public required bool IsIPv6 { get; init; }

    public ulong? TunnelId { get; init; }

    public InternetAddress? Destination { get; init; }

    public InternetAddress? Source { get; init; }

    /// <summary><c>tos</c> or <c>tc</c>.</summary>
    public byte? TrafficClass { get; init; }

    /// <summary><c>ttl</c> or <c>hoplimit</c>.</summary>
    public byte? HopLimit { get; init; }

    public ushort? Flags { get; init; }
}

/// <summary><c>encap mpls</c>: labels from the outside in, each 20 bits.</summary>
internal sealed record MplsEncapsulation(EquatableArray<uint> Labels) : RouteEncapsulation;

/// <summary><c>encap ila</c>: the locator that replaces the upper half of the address.</summary>
internal sealed record IlaEncapsulation(ulong Locator) : RouteEncapsulation;
