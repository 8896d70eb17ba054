using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs;

/// <summary><c>lvs_method</c>. The tunnel settings are of no meaning for NAT and DR and are then the defaults.</summary>
/// <param name="Kind">How packets reach the server.</param>
/// <param name="Tunnel">Encapsulation.</param>
/// <param name="TunnelPort">Port of GUE, 1..65535; 0 for the others.</param>
/// <param name="Checksum">Checksums of GUE and GRE.</param>
internal readonly record struct ForwardingMethod(
    IpvsForwarding Kind, IpvsTunnelType Tunnel = IpvsTunnelType.IpIp, int TunnelPort = 0, IpvsTunnelFlags Checksum = IpvsTunnelFlags.None)
{
    /// <summary>By hand: what the compiler makes compares each enumeration in a box, for every server of a start.</summary>
    public bool Equals(ForwardingMethod other) =>
        Kind == other.Kind && Tunnel == other.Tunnel && TunnelPort == other.TunnelPort && Checksum == other.Checksum;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine((uint)Kind, (int)Tunnel, TunnelPort, (int)Checksum);

    /// <summary>A destination of the kernel's table with this method.</summary>
    public IpvsDestination ToDestination(DestinationAddress destination, int weight) =>
        new(InetAddress.FromIPAddress(destination.Address), (ushort)destination.Port)
        {
            Forwarding = Kind, Weight = weight, TunnelType = Tunnel, TunnelPort = (ushort)TunnelPort, TunnelFlags = Checksum,
        };

    /// <summary>The word of the configuration.</summary>
    public override string ToString() => Kind switch
    {
        IpvsForwarding.DirectRoute => "DR",
        IpvsForwarding.Tunnel => "TUN",
        _ => "NAT",
    };
}
