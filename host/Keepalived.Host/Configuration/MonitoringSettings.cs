namespace Keepalived.Host.Configuration;

/// <summary>What the configuration says of the SNMP agent.</summary>
internal sealed record SnmpSettings
{
    /// <summary>Address of the AgentX master, a transport of net-snmp; null for <c>unix:/var/agentx/master</c>.</summary>
    public string? Socket { get; init; }

    /// <summary>Traps are sent.</summary>
    public bool Traps { get; init; }

    /// <summary>The private module's VRRP branch.</summary>
    public bool Vrrp { get; init; }

    /// <summary>The private module's checker branch.</summary>
    public bool Checker { get; init; }

    /// <summary>VRRP-MIB of RFC 2787.</summary>
    public bool Rfc2787 { get; init; }

    /// <summary>VRRPV3-MIB of RFC 6527.</summary>
    public bool Rfc6527 { get; init; }

    /// <summary>How long figures of virtual servers are good for; 0.001 s to 30 s.</summary>
    public TimeSpan VirtualServerInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same for real servers; null for <see cref="VirtualServerInterval"/>.</summary>
    public TimeSpan? RealServerInterval { get; init; }
}

/// <summary>What the configuration says of the D-Bus service.</summary>
internal sealed record DBusSettings
{
    public bool Enabled { get; init; }

    /// <summary>Name on the bus; null for <c>org.keepalived.Vrrp1</c>.</summary>
    public string? ServiceName { get; init; }

    /// <summary>What stands in the path of an instance that has no interface; null for <c>none</c>.</summary>
    public string? NoInterfaceName { get; init; }
}
