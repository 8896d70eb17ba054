using System.Net;

namespace Keepalived.Plugins;

/// <summary><c>lvs_sync_daemon</c>: the kernel's synchronisation of connections between directors.</summary>
/// <param name="Interface">Interface that it multicasts on.</param>
public sealed record SyncDaemonSettings(string Interface)
{
    /// <summary>The vrrp_instance that it follows; null = both roles run all the time.</summary>
    public string? Instance { get; init; }

    /// <summary>Identity, 0..255; null = the instance's virtual_router_id, else 0.</summary>
    public byte? Id { get; init; }

    /// <summary>Longest message, 1..65507; null = the kernel's.</summary>
    public ushort? LongestMessage { get; init; }

    /// <summary>Port, 1..65535; null = the kernel's (8848).</summary>
    public ushort? Port { get; init; }

    /// <summary>TTL, 1..255; null = the kernel's (1).</summary>
    public byte? TimeToLive { get; init; }

    /// <summary>Multicast group; null = the kernel's (224.0.0.81).</summary>
    public IPAddress? Group { get; init; }
}
