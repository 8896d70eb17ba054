namespace Keepalived.Linux.Netlink.Ipvs;

/// <summary>How packets reach a real server (IP_VS_CONN_F_ of linux/ip_vs.h).</summary>
public enum IpvsForwarding : uint
{
    /// <summary>Addresses are rewritten both ways (NAT).</summary>
    Masquerade = 0,
    /// <summary>The real server is this machine; the kernel says so itself, it is never asked for.</summary>
    LocalNode = 1,
    /// <summary>Packets are put into a tunnel.</summary>
    Tunnel = 2,
    /// <summary>Packets are sent to the real server's link-layer address.</summary>
    DirectRoute = 3,
    /// <summary>Packets pass by IPVS (cache clusters).</summary>
    Bypass = 4,
}

/// <summary>The kind of tunnel to a real server.</summary>
public enum IpvsTunnelType : byte
{
    /// <summary>IP in IP (RFC 2003, RFC 2473).</summary>
    IpIp = 0,
    /// <summary>Generic UDP encapsulation; it needs a port.</summary>
    Gue = 1,
    /// <summary>Generic routing encapsulation (RFC 2784).</summary>
    Gre = 2,
}

/// <summary>Checksums in a tunnel's own header (IP_VS_TUNNEL_ENCAP_FLAG_ of linux/ip_vs.h).</summary>
[Flags]
public enum IpvsTunnelFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>A checksum (GUE, GRE).</summary>
    Checksum = 1,
    /// <summary>Remote checksum offload (GUE).</summary>
    RemoteChecksum = 2,
}

/// <summary>A real server of a virtual service. Address and port make it the one it is.</summary>
/// <param name="Address">Its address; of the other family than the service's only with <see cref="IpvsForwarding.Tunnel"/>.</param>
/// <param name="Port">Its port; 0 for the port the client asked for.</param>
public readonly record struct IpvsDestination(InetAddress Address, ushort Port)
{
    /// <summary>How packets reach it.</summary>
    public IpvsForwarding Forwarding { get; init; }

    /// <summary>Its share of new connections, 0 to 2147483647; 0 takes none.</summary>
    public int Weight { get; init; }

    /// <summary>Connections from which on it takes no new ones; 0 for no limit.</summary>
    public uint UpperThreshold { get; init; }

    /// <summary>Connections below which it takes new ones again; 0 lets the kernel use three quarters of the upper one.</summary>
    public uint LowerThreshold { get; init; }

    /// <summary>The kind of tunnel; meaningful with <see cref="IpvsForwarding.Tunnel"/>.</summary>
    public IpvsTunnelType TunnelType { get; init; }

    /// <summary>The UDP port of a GUE tunnel; 0 otherwise.</summary>
    public ushort TunnelPort { get; init; }

    /// <summary>Checksums of a GUE or GRE tunnel.</summary>
    public IpvsTunnelFlags TunnelFlags { get; init; }

    /// <summary>Such as "192.0.2.10:80" or "[2001:db8::10]:80".</summary>
    public override string ToString() => Address.IsIPv6 ? $"[{Address}]:{Port}" : $"{Address}:{Port}";
}

/// <summary>A real server as found in the kernel.</summary>
/// <param name="Destination">The real server.</param>
/// <param name="ActiveConnections">Established connections.</param>
/// <param name="InactiveConnections">Other connections.</param>
/// <param name="PersistentConnections">Persistence templates.</param>
/// <param name="Counters">What it has carried.</param>
public readonly record struct IpvsDestinationStatus(
    IpvsDestination Destination, uint ActiveConnections, uint InactiveConnections, uint PersistentConnections, IpvsCounters Counters);

/// <summary>What a service or real server has carried since it was made or zeroed, and the rates of the last seconds.</summary>
/// <param name="Connections">Connections scheduled.</param>
/// <param name="IncomingPackets">Packets from clients.</param>
/// <param name="OutgoingPackets">Packets to clients; 0 where answers take another way.</param>
/// <param name="IncomingBytes">Octets from clients.</param>
/// <param name="OutgoingBytes">Octets to clients.</param>
public readonly record struct IpvsCounters(ulong Connections, ulong IncomingPackets, ulong OutgoingPackets, ulong IncomingBytes, ulong OutgoingBytes)
{
    /// <summary>Connections a second.</summary>
    public ulong ConnectionRate { get; init; }

    /// <summary>Packets from clients a second.</summary>
    public ulong IncomingPacketRate { get; init; }

    /// <summary>Packets to clients a second.</summary>
    public ulong OutgoingPacketRate { get; init; }

    /// <summary>Octets from clients a second.</summary>
    public ulong IncomingByteRate { get; init; }

    /// <summary>Octets to clients a second.</summary>
    public ulong OutgoingByteRate { get; init; }
}
