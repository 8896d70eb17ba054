namespace Keepalived.Bfd.Protocol;

/// <summary>State of a session, with its number on the wire (RFC 5880 section 4.1, Sta).</summary>
public enum BfdState : byte
{
    /// <summary>Held down by somebody; not a failure of the path.</summary>
    AdminDown = 0,

    /// <summary>No session, or it has just been lost.</summary>
    Down = 1,

    /// <summary>The neighbour is heard; whether it hears us is not known yet.</summary>
    Init = 2,

    /// <summary>Both hear each other.</summary>
    Up = 3,
}

/// <summary>Why a session changed its state last, with the number on the wire (RFC 5880 section 4.1, Diag). 9..31 are reserved.</summary>
public enum BfdDiagnostic : byte
{
    /// <summary>No reason.</summary>
    None = 0,

    /// <summary>No control packet for a whole detection time.</summary>
    ControlDetectionTimeExpired = 1,

    /// <summary>Echo packets did not come back.</summary>
    EchoFailed = 2,

    /// <summary>The neighbour said that its side is down.</summary>
    NeighborSignaledDown = 3,

    /// <summary>The forwarding plane was reset.</summary>
    ForwardingPlaneReset = 4,

    /// <summary>The path is known to be down by other means.</summary>
    PathDown = 5,

    /// <summary>A path that this one is a part of is down.</summary>
    ConcatenatedPathDown = 6,

    /// <summary>Somebody took it down.</summary>
    AdministrativelyDown = 7,

    /// <summary>A path that this one is a part of is down, in the other direction.</summary>
    ReverseConcatenatedPathDown = 8,
}
