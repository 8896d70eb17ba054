namespace Keepalived.Linux.Netlink.Route;

/// <summary>A macvlan interface in private mode or an ipvlan interface in mode L2, to be made (IFLA_INFO_KIND of linux/if_link.h).</summary>
/// <param name="Name">Its name.</param>
/// <param name="BaseIndex">The interface it sits on.</param>
/// <param name="Address">Its link-layer address; empty for the kernel's choice, and for ipvlan.</param>
/// <param name="Group">The interface group.</param>
public sealed record VirtualLinkRequest(KernelName Name, int BaseIndex, HardwareAddress Address, uint Group)
{
    /// <summary>An ipvlan instead of a macvlan.</summary>
    public bool IsIpvlan { get; init; }

    /// <summary>IPVLAN_F_*: 0 bridge, 1 private, 2 vepa.</summary>
    public ushort IpvlanFlags { get; init; }
}
