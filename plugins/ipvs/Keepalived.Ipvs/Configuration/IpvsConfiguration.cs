using Keepalived.Linux.Netlink;

namespace Keepalived.Ipvs;

/// <summary>Everything that this plugin runs on; one immutable value per reading.</summary>
/// <param name="Settings">What <c>global_defs</c> says.</param>
/// <param name="VirtualServers">The virtual servers in order of the file, no two with the same address.</param>
internal sealed record IpvsConfiguration(IpvsSettings Settings, EquatableArray<VirtualServerDefinition> VirtualServers)
{
    /// <summary>Whether a virtual server has <c>ha_suspend</c>.</summary>
    public bool HasSuspendable
    {
        get
        {
            foreach (VirtualServerDefinition server in VirtualServers)
            {
                if (server.HaSuspend)
                {
                    return true;
                }
            }

            return false;
        }
    }

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

/// <summary><c>nftables_ipvs</c>: how groups get their marks.</summary>
internal sealed record NftablesSettings
{
    /// <summary>Name of the table.</summary>
    public const string DefaultTable = "keepalived_ipvs";

    /// <summary>Name of the table; null = nftables is not used.</summary>
    public string? Table { get; init; }

    /// <summary>Priority of its chain.</summary>
    public int Priority { get; init; } = -1;

    /// <summary>First mark, 1..4294967295.</summary>
    public uint FirstMark { get; init; } = 1000;
}

/// <summary>Receive buffers of a netlink socket.</summary>
/// <param name="Size">Octets; 0 = the kernel's.</param>
/// <param name="Force">Beyond the system's limit (SO_RCVBUFFORCE).</param>
internal readonly record struct BufferSettings(uint Size, bool Force)
{
    /// <summary>Opens a socket with them; without a size it has ours, which is larger than the kernel's.</summary>
    public NetlinkSocket Open(NetlinkFamily family) =>
        NetlinkSocket.Open(family, Size == 0 ? default : new NetlinkReceiveBuffer((int)Math.Min(Size, int.MaxValue), Force));
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

    /// <summary><c>checker_share_probes</c>: one probe for all that ask the same thing of the same place.</summary>
    public bool ShareProbes { get; init; }

    /// <summary><c>rs_init_notifies</c>: run the scripts of servers for their first state too.</summary>
    public bool InitialNotifies { get; init; }

    /// <summary><c>nftables_ipvs</c> and what belongs to it.</summary>
    public NftablesSettings Nftables { get; init; } = new();

    /// <summary><c>lvs_netlink_cmd_rcv_bufs</c>: of the socket for requests.</summary>
    public BufferSettings RequestBuffers { get; init; }

    /// <summary><c>lvs_netlink_monitor_rcv_bufs</c>: of the socket that hears of addresses.</summary>
    public BufferSettings MonitorBuffers { get; init; }

    /// <summary><c>net_namespace_ipvs</c>: the namespace whose IPVS is used; empty = the one that the daemon was started in; null = its own.</summary>
    public string? Namespace { get; init; }
}
