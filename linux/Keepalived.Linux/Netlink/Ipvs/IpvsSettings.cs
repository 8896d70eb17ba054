namespace Keepalived.Linux.Netlink.Ipvs;

/// <summary>The kernel's IPVS.</summary>
/// <param name="Version">Such as 1.2.1.</param>
/// <param name="ConnectionTableSize">Buckets of its connection table.</param>
public readonly record struct IpvsInfo(Version Version, uint ConnectionTableSize);

/// <summary>How long idle connections are kept, in seconds. When set, 0 leaves a value as it is.</summary>
/// <param name="Tcp">Established TCP connections.</param>
/// <param name="TcpFin">TCP connections after a FIN.</param>
/// <param name="Udp">UDP.</param>
public readonly record struct IpvsTimeouts(uint Tcp, uint TcpFin, uint Udp);

/// <summary>Which part a synchronisation daemon plays (IP_VS_STATE_ of linux/ip_vs.h).</summary>
public enum IpvsDaemonRole : uint
{
    /// <summary>Sends connections to backups.</summary>
    Master = 1,
    /// <summary>Learns connections from masters.</summary>
    Backup = 2,
}

/// <summary>A connection synchronisation daemon of the kernel.</summary>
/// <param name="Role">Its part; one daemon of each runs at most.</param>
/// <param name="Interface">The interface of its multicast.</param>
/// <param name="SyncId">Masters and backups with the same number belong together, 0 to 255; for a backup 0 takes all.</param>
public readonly record struct IpvsDaemon(IpvsDaemonRole Role, KernelName Interface, byte SyncId)
{
    /// <summary>The largest datagram's payload in octets; 0 leaves it to the kernel.</summary>
    public ushort MaxLength { get; init; }

    /// <summary>The multicast group; none leaves it to the kernel (224.0.0.81).</summary>
    public InetAddress Group { get; init; }

    /// <summary>The UDP port; 0 leaves it to the kernel (8848).</summary>
    public ushort Port { get; init; }

    /// <summary>The multicast time to live; 0 leaves it to the kernel (1).</summary>
    public byte Ttl { get; init; }
}
