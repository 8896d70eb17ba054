namespace Keepalived.Bfd.Protocol;

/// <summary>Observations that leave the state as it is.</summary>
public enum BfdReportKind
{
    /// <summary>A poll sequence has begun: the neighbour is told of changed intervals (RFC 5880 section 6.5).</summary>
    PollStarted,

    /// <summary>The neighbour has taken the changed intervals.</summary>
    PollCompleted,

    /// <summary>The neighbour changed its intervals or its multiplier.</summary>
    NeighborTimingChanged,

    /// <summary>Echo packets are being sent.</summary>
    EchoStarted,

    /// <summary>Echo packets are no longer sent.</summary>
    EchoStopped,
}

/// <summary>One observation, with the timing that holds now.</summary>
/// <param name="Kind">What was observed.</param>
/// <param name="TransmitInterval">Negotiated interval of own packets, before jitter; zero: none are sent periodically.</param>
/// <param name="DetectionTime">After this long without a packet the session is down.</param>
public readonly record struct BfdReport(BfdReportKind Kind, TimeSpan TransmitInterval, TimeSpan DetectionTime);
