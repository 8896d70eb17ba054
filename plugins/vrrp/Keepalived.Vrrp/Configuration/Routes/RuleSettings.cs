using System.Net.Sockets;

namespace Keepalived.Vrrp.Configuration;

/// <summary>What a rule does (FR_ACT_* of linux/fib_rules.h).</summary>
internal enum RuleAction : byte
{
    /// <summary>Look into a table.</summary>
    Lookup = 1,

    /// <summary>Go on at another rule.</summary>
    Goto = 2,

    /// <summary>Nothing; a target of goto.</summary>
    Nop = 3,

    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
}

/// <summary>A range of numbers, both ends in it.</summary>
internal readonly record struct NumberRange(uint First, uint Last);

/// <summary>A line of <c>virtual_rules</c> or <c>static_rules</c>: the language of <c>ip rule</c>.</summary>
internal sealed record RuleSettings
{
    /// <summary>Unspecified when nothing in the rule says it: then it is made for both families.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.Unspecified;

    /// <summary><c>not</c>: it holds for what does not match.</summary>
    public bool IsInverted { get; init; }

    public NetworkPrefix? From { get; init; }

    public NetworkPrefix? To { get; init; }

    /// <summary>Place among the rules; the lowest first.</summary>
    public required uint Preference { get; init; }

    public required RuleAction Action { get; init; }

    /// <summary>Table of <see cref="RuleAction.Lookup"/>; null with <see cref="UsesVrfTable"/>.</summary>
    public uint? Table { get; init; }

    /// <summary>Preference that <see cref="RuleAction.Goto"/> goes on at.</summary>
    public uint? Target { get; init; }

    /// <summary><c>l3mdev</c>: the table of the VRF that the packet belongs to.</summary>
    public bool UsesVrfTable { get; init; }

    public byte? TypeOfService { get; init; }

    public uint? FirewallMark { get; init; }

    public uint? FirewallMask { get; init; }

    public RouteRealms? Realms { get; init; }

    /// <summary>Results with a prefix of this length or less are not used.</summary>
    public int? SuppressPrefixLength { get; init; }

    /// <summary>Results that lead to an interface of this group are not used.</summary>
    public uint? SuppressInterfaceGroup { get; init; }

    public string? InputInterface { get; init; }

    public string? OutputInterface { get; init; }

    public ulong? TunnelId { get; init; }

    public NumberRange? UserIds { get; init; }

    /// <summary>Who owns the rule (RTPROT_*); 18, ours, for every tracked one.</summary>
    public byte Protocol { get; init; } = RouteNames.KeepalivedProtocol;

    public byte? TransportProtocol { get; init; }

    public NumberRange? SourcePorts { get; init; }

    public NumberRange? DestinationPorts { get; init; }

    /// <summary>Not put back when somebody else removes it.</summary>
    public bool IsUntracked { get; init; }

    /// <summary>Static rules: the group of instances that a fault of the rule is told to.</summary>
    public string? TrackGroup { get; init; }
}
