namespace Keepalived.Vrrp.Configuration;

/// <summary>How ipvlan interfaces of one parent see each other (IPVLAN_F_* of linux/if_link.h).</summary>
internal enum IpvlanMode
{
    Bridge,
    Private,
    Vepa,
}

/// <summary>The interface of its own that an instance has its addresses on (<c>use_vmac</c>).</summary>
internal sealed record VmacSettings
{
    /// <summary>Null = made of <c>vmac_prefix</c> and the router id.</summary>
    public string? Name { get; init; }

    /// <summary>Five octets (the router id is the sixth) or six; empty for the RFC's.</summary>
    public EquatableArray<byte> MacAddress { get; init; }

    /// <summary><c>netlink_notify_msg</c>: tell other daemons once more when it is up.</summary>
    public bool NotifiesNetlink { get; init; }

    /// <summary>Null = the parent's group.</summary>
    public uint? InterfaceGroup { get; init; }

    /// <summary><c>vmac_xmit_base</c>, or implied by unicast.</summary>
    public bool TransmitsOnBase { get; init; }
}

/// <summary>The ipvlan interface that an instance sends and hears advertisements on (<c>use_ipvlan</c>).</summary>
internal sealed record IpvlanSettings
{
    /// <summary>Null = made of <c>vmac_prefix</c> and the router id.</summary>
    public string? Name { get; init; }

    public IpvlanMode Mode { get; init; }

    /// <summary>Its own address, the source of advertisements; IPv4 needs one.</summary>
    public NetworkPrefix? Address { get; init; }

    /// <summary>Null = the parent's group.</summary>
    public uint? InterfaceGroup { get; init; }
}

/// <summary>Announcements on the interfaces other than a virtual MAC's (<c>garp_extra_if</c>).</summary>
/// <param name="Period">Zero for none.</param>
/// <param name="ForAllInstances"><c>all</c>: for instances without a virtual MAC too.</param>
internal readonly record struct VmacAnnouncements(TimeSpan Period, bool ForAllInstances);

/// <summary>A <c>use_vmac</c> or <c>use_ipvlan</c> line as written.</summary>
internal sealed class VmacDraft
{
    public string? Name { get; set; }

    public Located<EquatableArray<byte>>? MacAddress { get; set; }

    public bool NotifiesNetlink { get; set; }

    public uint? InterfaceGroup { get; set; }

    public IpvlanMode Mode { get; set; }

    public Located<NetworkPrefix>? Address { get; set; }
}
