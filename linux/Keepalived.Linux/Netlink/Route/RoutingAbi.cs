using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink.Route;

/// <summary>Names and numbers of routes and rules: linux/rtnetlink.h, linux/fib_rules.h, linux/lwtunnel.h, linux/mpls_iptunnel.h, linux/ila.h.</summary>
internal static class RoutingAbi
{
    // enum rtattr_type_t.
    internal const ushort RtaDestination = 1;
    internal const ushort RtaSource = 2;
    internal const ushort RtaOutput = 4;
    internal const ushort RtaGateway = 5;
    internal const ushort RtaPriority = 6;
    internal const ushort RtaPreferredSource = 7;
    internal const ushort RtaMetrics = 8;
    internal const ushort RtaMultipath = 9;
    internal const ushort RtaFlow = 11;
    internal const ushort RtaTable = 15;
    internal const ushort RtaPreference = 20;
    internal const ushort RtaEncapsulationType = 21;
    internal const ushort RtaEncapsulation = 22;
    internal const ushort RtaExpires = 23;
    internal const ushort RtaTtlPropagate = 26;

    // RTAX_*.
    internal const ushort RtaxLock = 1;
    internal const ushort RtaxMtu = 2;
    internal const ushort RtaxWindow = 3;
    internal const ushort RtaxRtt = 4;
    internal const ushort RtaxRttVar = 5;
    internal const ushort RtaxSsThresh = 6;
    internal const ushort RtaxCwnd = 7;
    internal const ushort RtaxAdvMss = 8;
    internal const ushort RtaxReordering = 9;
    internal const ushort RtaxHopLimit = 10;
    internal const ushort RtaxInitCwnd = 11;
    internal const ushort RtaxFeatures = 12;
    internal const ushort RtaxRtoMin = 13;
    internal const ushort RtaxInitRwnd = 14;
    internal const ushort RtaxQuickAck = 15;
    internal const ushort RtaxCcAlgo = 16;
    internal const ushort RtaxFastOpenNoCookie = 17;
    internal const uint FeatureEcn = 1;

    internal const uint NextHopOnLink = 4;
    internal const byte TableUnspecified = 0;
    internal const uint LargestShortTable = 255;

    // enum lwtunnel_encap_types and the attributes of each.
    internal const ushort EncapsulationMpls = 1;
    internal const ushort EncapsulationIPv4 = 2;
    internal const ushort EncapsulationIla = 3;
    internal const ushort EncapsulationIPv6 = 4;
    internal const ushort TunnelId = 1;
    internal const ushort TunnelDestination = 2;
    internal const ushort TunnelSource = 3;
    internal const ushort TunnelHopLimit = 4;
    internal const ushort TunnelTrafficClass = 5;
    internal const ushort TunnelFlags = 6;
    internal const ushort MplsDestination = 1;
    internal const ushort IlaLocator = 1;

    // enum of linux/fib_rules.h.
    internal const ushort FraDestination = 1;
    internal const ushort FraSource = 2;
    internal const ushort FraInputName = 3;
    internal const ushort FraGoto = 4;
    internal const ushort FraPriority = 6;
    internal const ushort FraMark = 10;
    internal const ushort FraFlow = 11;
    internal const ushort FraTunnelId = 12;
    internal const ushort FraSuppressGroup = 13;
    internal const ushort FraSuppressPrefixLength = 14;
    internal const ushort FraTable = 15;
    internal const ushort FraMask = 16;
    internal const ushort FraOutputName = 17;
    internal const ushort FraL3Mdev = 19;
    internal const ushort FraUidRange = 20;
    internal const ushort FraProtocol = 21;
    internal const ushort FraTransport = 22;
    internal const ushort FraSourcePorts = 23;
    internal const ushort FraDestinationPorts = 24;
    internal const uint RuleInverted = 2;

    /// <summary>struct rtmsg of linux/rtnetlink.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RouteHeader
    {
        internal const int Length = 12;

        internal byte Family;
        internal byte DestinationLength;
        internal byte SourceLength;
        internal byte TypeOfService;
        internal byte Table;
        internal byte Protocol;
        internal byte Scope;
        internal byte Type;
        internal uint Flags;
    }

    /// <summary>struct fib_rule_hdr of linux/fib_rules.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RuleHeader
    {
        internal const int Length = 12;

        internal byte Family;
        internal byte DestinationLength;
        internal byte SourceLength;
        internal byte TypeOfService;
        internal byte Table;
        internal byte Reserved1;
        internal byte Reserved2;
        internal byte Action;
        internal uint Flags;
    }

    /// <summary>struct rtnexthop of linux/rtnetlink.h; attributes follow, and the length counts them.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NextHopHeader
    {
        internal ushort Length;
        internal byte Flags;
        internal byte WeightLessOne;
        internal int Index;
    }

    /// <summary>Two numbers of 32 bits: struct fib_rule_uid_range.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct WideRange
    {
        internal uint First;
        internal uint Last;
    }

    /// <summary>Two numbers of 16 bits: struct fib_rule_port_range.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NarrowRange
    {
        internal ushort First;
        internal ushort Last;
    }
}
