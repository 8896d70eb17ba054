using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink.Route;

/// <summary>Names and numbers of linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/neighbour.h and linux/if.h.</summary>
internal static class RouteAbi
{
    // Message types (linux/rtnetlink.h).
    internal const ushort NewLink = 16;
    internal const ushort DelLink = 17;
    internal const ushort GetLink = 18;
    internal const ushort NewAddr = 20;
    internal const ushort DelAddr = 21;
    internal const ushort GetAddr = 22;
    internal const ushort NewNeigh = 28;
    internal const ushort DelNeigh = 29;
    internal const ushort GetNeigh = 30;
    internal const ushort NewRoute = 24;
    internal const ushort DelRoute = 25;
    internal const ushort NewRule = 32;
    internal const ushort DelRule = 33;

    // Multicast groups (enum rtnetlink_groups).
    internal const uint GroupLink = 1;
    internal const uint GroupNeigh = 3;
    internal const uint GroupIPv4Address = 5;
    internal const uint GroupIPv6Address = 9;
    internal const uint GroupIPv4Route = 7;
    internal const uint GroupIPv4Rule = 8;
    internal const uint GroupIPv6Route = 11;
    internal const uint GroupIPv6Rule = 19;

    // enum ifla of linux/if_link.h.
    internal const ushort IflaAddress = 1;
    internal const ushort IflaBroadcast = 2;
    internal const ushort IflaName = 3;
    internal const ushort IflaMtu = 4;
    internal const ushort IflaLink = 5;
    internal const ushort IflaMaster = 10;
    internal const ushort IflaWireless = 11;
    internal const ushort IflaOperstate = 16;
    internal const ushort IflaLinkInfo = 18;
    internal const ushort IflaGroup = 27;
    internal const ushort IflaExtMask = 29;
    internal const ushort InfoKind = 1;
    internal const ushort InfoData = 2;
    internal const ushort VrfTable = 1;
    internal const ushort MacvlanMode = 1;
    internal const ushort IpvlanMode = 1;
    internal const ushort IpvlanFlags = 2;
    internal const uint MacvlanPrivate = 1;
    internal const ushort IpvlanL2 = 0;

    // RTEXT_FILTER_SKIP_STATS of linux/rtnetlink.h: a dump without counters is a quarter of the size.
    internal const uint SkipStatistics = 1 << 3;

    internal const uint IffUp = 1;

    // enum of linux/if_addr.h.
    internal const ushort IfaAddress = 1;
    internal const ushort IfaLocal = 2;
    internal const ushort IfaLabel = 3;
    internal const ushort IfaBroadcast = 4;
    internal const ushort IfaCacheInfo = 6;
    internal const ushort IfaFlags = 8;
    internal const ushort IfaProto = 11;

    // enum of linux/neighbour.h.
    internal const ushort NdaDestination = 1;
    internal const ushort NdaLinkLayerAddress = 2;

    internal const int LinkHeaderLength = 16;
    internal const int AddressHeaderLength = 8;
    internal const int NeighbourHeaderLength = 12;

    /// <summary>struct ifinfomsg of linux/rtnetlink.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct LinkHeader
    {
        internal byte Family;
        internal byte Padding;
        internal ushort HardwareType;
        internal int Index;
        internal uint Flags;
        internal uint Change;
    }

    /// <summary>struct ifaddrmsg of linux/if_addr.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct AddressHeader
    {
        internal byte Family;
        internal byte PrefixLength;
        internal byte Flags;
        internal byte Scope;
        internal int Index;
    }

    /// <summary>struct ifa_cacheinfo of linux/if_addr.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct AddressLifetimes
    {
        internal const int Size = 16;

        internal uint Preferred;
        internal uint Valid;
        internal uint Created;
        internal uint Updated;
    }

    /// <summary>struct ndmsg of linux/neighbour.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NeighbourHeader
    {
        internal byte Family;
        internal byte Padding1;
        internal ushort Padding2;
        internal int Index;
        internal ushort State;
        internal byte Flags;
        internal byte Type;
    }
}
