namespace Keepalived.Linux.Netlink.Route;

/// <summary>A routing rule to be added or deleted (RTM_NEWRULE of linux/fib_rules.h).</summary>
/// <param name="IsIPv6">The family.</param>
/// <param name="Action">What it does (FR_ACT_*): 1 looks into a table.</param>
/// <param name="Priority">Place among the rules, the lowest first.</param>
public sealed record RuleInfo(bool IsIPv6, byte Action, uint Priority)
{
    /// <summary>It holds for what does not match.</summary>
    public bool IsInverted { get; init; }

    /// <summary>The network that packets come from; none for any.</summary>
    public InetAddress Source { get; init; }

    /// <summary>Prefix length of <see cref="Source"/>.</summary>
    public byte SourceLength { get; init; }

    /// <summary>The network that packets go to; none for any.</summary>
    public InetAddress Destination { get; init; }

    /// <summary>Prefix length of <see cref="Destination"/>.</summary>
    public byte DestinationLength { get; init; }

    /// <summary>The type of service that packets must have; 0 for any.</summary>
    public byte TypeOfService { get; init; }

    /// <summary>The table to look into; 0 for none.</summary>
    public uint Table { get; init; }

    /// <summary>Whether the table is that of the packet's VRF.</summary>
    public bool UsesVrfTable { get; init; }

    /// <summary>The priority to go on at; null unless the action is goto.</summary>
    public uint? Target { get; init; }

    /// <summary>The mark that packets must have; null for any.</summary>
    public uint? Mark { get; init; }

    /// <summary>The bits of the mark that count; null for all.</summary>
    public uint? Mask { get; init; }

    /// <summary>Realms: source in the upper half, destination in the lower; null for none.</summary>
    public uint? Realms { get; init; }

    /// <summary>Results with a prefix of this length or less are not used; null for no such thing.</summary>
    public int? SuppressPrefixLength { get; init; }

    /// <summary>Results that lead to an interface of this group are not used; null for no such thing.</summary>
    public uint? SuppressGroup { get; init; }

    /// <summary>The interface that packets come by; empty for any.</summary>
    public KernelName InputInterface { get; init; }

    /// <summary>The interface that packets are bound to; empty for any.</summary>
    public KernelName OutputInterface { get; init; }

    /// <summary>The tunnel that packets come by; null for any.</summary>
    public ulong? TunnelId { get; init; }

    /// <summary>The users whose packets match; null for all.</summary>
    public (uint First, uint Last)? Users { get; init; }

    /// <summary>The transport protocol; null for any.</summary>
    public byte? Transport { get; init; }

    /// <summary>The source ports; null for any.</summary>
    public (ushort First, ushort Last)? SourcePorts { get; init; }

    /// <summary>The destination ports; null for any.</summary>
    public (ushort First, ushort Last)? DestinationPorts { get; init; }

    /// <summary>Who owns the rule (RTPROT_*).</summary>
    public byte Protocol { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"rule of preference {Priority}";
}

/// <summary>What identifies a rule in the kernel's news, as far as this room compares it.</summary>
/// <param name="IsIPv6">The family.</param>
/// <param name="Action">What it does.</param>
/// <param name="Priority">Place among the rules.</param>
/// <param name="Source">The network that packets come from; none for any.</param>
/// <param name="Destination">The network that packets go to; none for any.</param>
/// <param name="Protocol">Who owns it.</param>
public readonly record struct RuleKey(bool IsIPv6, byte Action, uint Priority, InetAddress Source, InetAddress Destination, byte Protocol)
{
    /// <summary>The key under which the kernel will tell of a rule.</summary>
    public static RuleKey Of(RuleInfo rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new RuleKey(rule.IsIPv6, rule.Action, rule.Priority, rule.Source, rule.Destination, rule.Protocol);
    }
}
