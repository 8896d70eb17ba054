using System.Net.Sockets;

namespace Keepalived.Vrrp.Configuration;

/// <summary>An interface that an instance makes on top of another: a macvlan with the virtual router's MAC address, or an ipvlan.</summary>
internal sealed record VirtualLinkSettings
{
    public required string Name { get; init; }

    /// <summary>The interface it sits on.</summary>
    public required string Base { get; init; }

    /// <summary>The family that it is for; it decides the MAC address and which settings of the kernel are changed.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>Six octets; empty for an ipvlan, which has the base's.</summary>
    public EquatableArray<byte> MacAddress { get; init; }

    /// <summary>Null = the base's group.</summary>
    public uint? InterfaceGroup { get; init; }

    public bool NotifiesNetlink { get; init; }

    /// <summary>It has IPv6 addresses, or may get some: IPv6 stays enabled on it.</summary>
    public bool CarriesIPv6 { get; init; }

    /// <summary>Null for a macvlan.</summary>
    public IpvlanMode? Ipvlan { get; init; }

    /// <summary>An ipvlan's own address.</summary>
    public NetworkPrefix? Address { get; init; }
}
