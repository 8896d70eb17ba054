namespace Keepalived.Ipvs;

/// <summary>Everything that this plugin runs on; one immutable value per reading.</summary>
/// <param name="Settings">What <c>global_defs</c> says.</param>
/// <param name="VirtualServers">The virtual servers in order of the file, no two with the same address.</param>
internal sealed record IpvsConfiguration(IpvsSettings Settings, EquatableArray<VirtualServerDefinition> VirtualServers)
{
    /// <summary>Nothing to run.</summary>
    public static IpvsConfiguration Empty { get; } = new(new IpvsSettings(), []);
}

/// <summary>What is removed from the kernel's table besides our own services when the daemon stops.</summary>
internal enum FlushOnStop
{
    /// <summary>Nothing: our services are removed one by one.</summary>
    No,

    /// <summary>Our services, as ever.</summary>
    VirtualServers,

    /// <summary>The whole table, other people's services included.</summary>
    Everything,
}

/// <summary>Time-outs of IPVS connections in seconds; 0 leaves the kernel's.</summary>
/// <param name="Tcp">Established TCP, 0..2678400.</param>
/// <param name="TcpFin">TCP after FIN, 0..2678400.</param>
/// <param name="Udp">UDP, 0..2678400.</param>
internal readonly record struct ConnectionTimeouts(uint Tcp, uint TcpFin, uint Udp)
{
    /// <summary>Whether nothing is to be set.</summary>
    public bool IsEmpty => Tcp == 0 && TcpFin == 0 && Udp == 0;
}

/// <summary>The keywords of <c>global_defs</c> that concern this plugin.</summary>
internal sealed record IpvsSettings
{
    /// <summary><c>lvs_timeouts</c>.</summary>
    public ConnectionTimeouts Timeouts { get; init; }

    /// <summary><c>lvs_flush</c>: empty the kernel's table at start.</summary>
    public bool FlushAtStart { get; init; }

    /// <summary><c>lvs_flush_on_stop</c>.</summary>
    public FlushOnStop FlushAtStop { get; init; }

    /// <summary><c>checker_log_all_failures</c>: the default of the checkers.</summary>
    public bool LogAllFailures { get; init; }

    /// <summary><c>rs_init_notifies</c>: run the scripts of servers for their first state too.</summary>
    public bool InitialNotifies { get; init; }
}
