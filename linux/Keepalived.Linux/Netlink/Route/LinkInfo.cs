namespace Keepalived.Linux.Netlink.Route;

/// <summary>A network interface as the kernel describes it (RTM_NEWLINK of linux/rtnetlink.h).</summary>
/// <param name="Index">Its number, from 1; unique in its namespace while it exists.</param>
/// <param name="Name">Its name.</param>
/// <param name="Flags">What it is and whether it works.</param>
/// <param name="Mtu">The largest packet in octets.</param>
/// <param name="HardwareType">The ARP hardware type (linux/if_arp.h): 1 Ethernet, 32 InfiniBand, 772 loopback.</param>
/// <param name="Address">Its link-layer address; empty where the kind has none.</param>
/// <param name="Broadcast">Its link-layer broadcast address; empty where the kind has none.</param>
/// <param name="State">The operational state of RFC 2863.</param>
public sealed record LinkInfo(
    int Index, KernelName Name, LinkFlags Flags, uint Mtu, ushort HardwareType, HardwareAddress Address, HardwareAddress Broadcast, OperationalState State)
{
    /// <summary>The index of the bridge, bond or VRF it belongs to; 0 for none.</summary>
    public int MasterIndex { get; init; }

    /// <summary>The index of the interface it sits on (macvlan, VLAN) or of its veth peer; 0 for none.</summary>
    public int ParentIndex { get; init; }

    /// <summary>The interface group; 0 is the default group.</summary>
    public uint Group { get; init; }

    /// <summary>The kind of virtual interface, such as "macvlan", "veth" or "vrf"; empty for a physical one.</summary>
    public KernelName Kind { get; init; }

    /// <summary>The routing table of a VRF; null for any other kind.</summary>
    public uint? VrfTable { get; init; }

    /// <summary>Whether the administrator wants it up.</summary>
    public bool IsUp => (Flags & LinkFlags.Up) != 0;

    /// <summary>Whether packets can flow: wanted up, and running.</summary>
    public bool IsOperational => (Flags & (LinkFlags.Up | LinkFlags.Running)) == (LinkFlags.Up | LinkFlags.Running);
}

/// <summary>Interface flags (IFF_ of linux/if.h).</summary>
[Flags]
public enum LinkFlags : uint
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>The administrator wants it up.</summary>
    Up = 1,
    /// <summary>It has a broadcast address.</summary>
    Broadcast = 1 << 1,
    /// <summary>It is a loopback.</summary>
    Loopback = 1 << 3,
    /// <summary>It joins two points.</summary>
    PointToPoint = 1 << 4,
    /// <summary>It is ready for traffic (RFC 2863 state up).</summary>
    Running = 1 << 6,
    /// <summary>It does not answer ARP.</summary>
    NoArp = 1 << 7,
    /// <summary>It carries multicast.</summary>
    Multicast = 1 << 12,
    /// <summary>The driver sees a carrier.</summary>
    LowerUp = 1 << 16,
    /// <summary>The driver says it is dormant.</summary>
    Dormant = 1 << 17,
}

/// <summary>The operational state of an interface (RFC 2863 ifOperStatus; IF_OPER_ of linux/if.h).</summary>
public enum OperationalState : byte
{
    /// <summary>The driver does not say: many virtual interfaces.</summary>
    Unknown = 0,
    /// <summary>A component is missing.</summary>
    NotPresent = 1,
    /// <summary>Cannot carry traffic.</summary>
    Down = 2,
    /// <summary>An interface below it is down.</summary>
    LowerLayerDown = 3,
    /// <summary>In a test mode.</summary>
    Testing = 4,
    /// <summary>Waits for something outside, such as authentication.</summary>
    Dormant = 5,
    /// <summary>Carries traffic.</summary>
    Up = 6,
}
