namespace Keepalived.Vrrp.Protocol;

/// <summary>A configured unicast peer and the TTL range it is believed in.</summary>
/// <param name="Address">The peer's source address.</param>
/// <param name="MinimumTtl">Lowest TTL accepted, 0..255.</param>
/// <param name="MaximumTtl">Highest TTL accepted, 0..255.</param>
public readonly record struct UnicastPeer(InternetAddress Address, byte MinimumTtl = 0, byte MaximumTtl = 255);

/// <summary>What a virtual router demands of an advertisement before it believes it.</summary>
public sealed record ReceiveRules
{
    /// <summary>Version, interval, addresses, password and checksum rules, the same as for sending.</summary>
    public required AdvertisementFormat Format { get; init; }

    /// <summary>Unicast is configured: multicast packets are dropped, and the reverse when false.</summary>
    public bool IsUnicast { get; init; }

    /// <summary>The unicast peers.</summary>
    public EquatableArray<UnicastPeer> Peers { get; init; } = [];

    /// <summary>Drop unicast packets from others than <see cref="Peers"/> (check_unicast_src).</summary>
    public bool RequiresKnownPeer { get; init; }

    /// <summary>Do not compare the address list of packets from the master already known (skip_check_adv_addr).</summary>
    public bool TrustsAddressListOfKnownMaster { get; init; }

    /// <summary>An owner that listens to nobody (owner_ignore_adverts).</summary>
    public bool OwnerIgnoresAdvertisements { get; init; }
}
