namespace Keepalived.Linux.Netlink.Route;

/// <summary>Types of <see cref="RouteMetricInfo"/> (RTAX_* of linux/rtnetlink.h).</summary>
public static class RouteMetricTypes
{
    /// <summary>Largest packet in octets.</summary>
    public const ushort Mtu = RoutingAbi.RtaxMtu;

    /// <summary>Largest window offered, in octets.</summary>
    public const ushort Window = RoutingAbi.RtaxWindow;

    /// <summary>First guess of the round trip time, in eighths of a millisecond.</summary>
    public const ushort RoundTripTime = RoutingAbi.RtaxRtt;

    /// <summary>First guess of its variance, in quarters of a millisecond.</summary>
    public const ushort RoundTripVariance = RoutingAbi.RtaxRttVar;

    /// <summary>Slow start threshold in segments.</summary>
    public const ushort SlowStartThreshold = RoutingAbi.RtaxSsThresh;

    /// <summary>Largest congestion window in segments.</summary>
    public const ushort CongestionWindow = RoutingAbi.RtaxCwnd;

    /// <summary>Segment size to advertise.</summary>
    public const ushort AdvertisedSegment = RoutingAbi.RtaxAdvMss;

    /// <summary>Reordering that is expected, in segments.</summary>
    public const ushort Reordering = RoutingAbi.RtaxReordering;

    /// <summary>Hop limit.</summary>
    public const ushort HopLimit = RoutingAbi.RtaxHopLimit;

    /// <summary>First congestion window in segments.</summary>
    public const ushort InitialCongestionWindow = RoutingAbi.RtaxInitCwnd;

    /// <summary>Bits of features; 1 is ECN.</summary>
    public const ushort Features = RoutingAbi.RtaxFeatures;

    /// <summary>Least retransmission timeout in milliseconds.</summary>
    public const ushort MinimumRetransmissionTimeout = RoutingAbi.RtaxRtoMin;

    /// <summary>First receive window in segments.</summary>
    public const ushort InitialReceiveWindow = RoutingAbi.RtaxInitRwnd;

    /// <summary>1 turns delayed acknowledgements off.</summary>
    public const ushort QuickAck = RoutingAbi.RtaxQuickAck;

    /// <summary>The congestion control algorithm; a name, so only the lock's bit uses this number.</summary>
    public const ushort CongestionControl = RoutingAbi.RtaxCcAlgo;

    /// <summary>1 makes TCP Fast Open do without cookies.</summary>
    public const ushort FastOpenWithoutCookie = RoutingAbi.RtaxFastOpenNoCookie;
}
