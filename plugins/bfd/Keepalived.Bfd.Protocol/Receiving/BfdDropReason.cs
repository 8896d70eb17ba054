namespace Keepalived.Bfd.Protocol;

/// <summary>Why a received packet has no effect, in the order of the checks (RFC 5880 section 6.8.6).</summary>
public enum BfdDropReason : byte
{
    /// <summary>It has its effect.</summary>
    None,

    /// <summary>Another version than 1.</summary>
    Version,

    /// <summary>Shorter than a control packet, or its Length field says so.</summary>
    Length,

    /// <summary>Its Length field says more than there is.</summary>
    LengthBeyondPayload,

    /// <summary>A detection multiplier of 0.</summary>
    DetectMultiplierZero,

    /// <summary>The reserved bit of multipoint sessions.</summary>
    Multipoint,

    /// <summary>The sender's discriminator is 0.</summary>
    MyDiscriminatorZero,

    /// <summary>The sender claims to hear us, and does not know our discriminator.</summary>
    YourDiscriminatorZero,

    /// <summary>Poll and Final in one packet (section 6.5).</summary>
    PollAndFinal,

    /// <summary>No session has the discriminator that the packet is for.</summary>
    UnknownDiscriminator,

    /// <summary>No session is configured with that neighbour.</summary>
    UnknownNeighbor,

    /// <summary>Came to the port of single hop sessions for a multihop one, or the reverse (RFC 5883 section 5).</summary>
    WrongPort,

    /// <summary>Came over more hops than are allowed (RFC 5881 section 5, RFC 5082).</summary>
    TimeToLive,

    /// <summary>Authenticated, where no authentication is configured.</summary>
    AuthenticationUnexpected,

    /// <summary>Not authenticated, where it must be.</summary>
    AuthenticationMissing,

    /// <summary>Authenticated in another way than the configured one.</summary>
    AuthenticationType,

    /// <summary>The authentication section has not the length of its type.</summary>
    AuthenticationLength,

    /// <summary>A key id that is not configured.</summary>
    AuthenticationKey,

    /// <summary>A sequence number outside the window: repeated, or of another run of the sender.</summary>
    AuthenticationSequence,

    /// <summary>A wrong password or digest.</summary>
    AuthenticationDigest,

    /// <summary>The session is administratively down here, or not started.</summary>
    NotRunning,

    /// <summary>An echo packet that is none of ours: another length, identifier or signature.</summary>
    EchoForeign,

    /// <summary>An echo packet that was counted already, is too old, or belongs to a session that sends none.</summary>
    EchoStale,
}
