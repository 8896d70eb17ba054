namespace Keepalived.Linux.Netlink.Route;

/// <summary>An entry of the ARP or neighbour discovery table (RTM_NEWNEIGH of linux/rtnetlink.h).</summary>
/// <param name="InterfaceIndex">The interface's number.</param>
/// <param name="Address">The neighbour's address.</param>
/// <param name="Hardware">Its link-layer address; empty while unresolved.</param>
/// <param name="State">What is known of it.</param>
public readonly record struct NeighbourInfo(int InterfaceIndex, InetAddress Address, HardwareAddress Hardware, NeighbourState State);

/// <summary>What is known of a neighbour (NUD_ of linux/neighbour.h; RFC 4861 section 7.3.2).</summary>
[Flags]
public enum NeighbourState : ushort
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Being resolved.</summary>
    Incomplete = 0x01,
    /// <summary>Reachable a moment ago.</summary>
    Reachable = 0x02,
    /// <summary>Not confirmed lately.</summary>
    Stale = 0x04,
    /// <summary>Waits before being probed.</summary>
    Delay = 0x08,
    /// <summary>Being probed.</summary>
    Probe = 0x10,
    /// <summary>Resolution failed.</summary>
    Failed = 0x20,
    /// <summary>Needs no resolution.</summary>
    NoArp = 0x40,
    /// <summary>Set by the administrator.</summary>
    Permanent = 0x80,
}
