namespace Keepalived.Vrrp.Protocol;

/// <summary>What can be wrong with a received advertisement, in the order of the checks. All but the warnings drop the packet.</summary>
[Flags]
public enum ReceiveFinding
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>An authentication header where none is configured, or none where one is.</summary>
    AuthenticationHeader = 1 << 0,

    /// <summary>The packet is longer or shorter than its address count asks for.</summary>
    Length = 1 << 1,

    /// <summary>A multicast packet whose TTL or hop limit is not 255: it came through a router.</summary>
    HopLimit = 1 << 2,

    /// <summary>Another version than the configured one.</summary>
    Version = 1 << 3,

    /// <summary>No trailer where auth_hmac demands one.</summary>
    TrailerMissing = 1 << 4,

    /// <summary>A trailer of a type that does not exist, or with reserved bits set.</summary>
    TrailerMalformed = 1 << 5,

    /// <summary>A time stamp further from the own clock than the window.</summary>
    TrailerStale = 1 << 6,

    /// <summary>Signed with a key that is not configured.</summary>
    TrailerUnknownKey = 1 << 7,

    /// <summary>A digest that does not belong to the packet and the key.</summary>
    TrailerDigest = 1 << 8,

    /// <summary>A stamp that is not later than the last one of the same sender.</summary>
    TrailerReplay = 1 << 9,

    /// <summary>Version 2: an authentication type that does not exist.</summary>
    InvalidAuthenticationType = 1 << 10,

    /// <summary>Version 2: another authentication type than the configured one.</summary>
    AuthenticationTypeMismatch = 1 << 11,

    /// <summary>Version 2: a wrong password.</summary>
    AuthenticationFailure = 1 << 12,

    /// <summary>Version 2 with AH: a sequence number that is not above the last one.</summary>
    AuthenticationSequence = 1 << 13,

    /// <summary>Version 2 with AH: a digest that does not belong to the packet and the password, or another sender's index.</summary>
    AuthenticationDigest = 1 << 14,

    /// <summary>Version 2: another interval than the configured one.</summary>
    Interval = 1 << 15,

    /// <summary>A type other than ADVERTISEMENT.</summary>
    Type = 1 << 16,

    /// <summary>The IP header states another total length than the message has.</summary>
    StatedLength = 1 << 17,

    /// <summary>A wrong checksum.</summary>
    Checksum = 1 << 18,

    /// <summary>Multicast where unicast is configured, or the reverse.</summary>
    Destination = 1 << 19,

    /// <summary>The owner is told to ignore advertisements.</summary>
    OwnerIgnores = 1 << 20,

    /// <summary>Unicast from an address that is no configured peer.</summary>
    UnknownPeer = 1 << 21,

    /// <summary>Unicast from a peer with a TTL outside the range configured for it.</summary>
    PeerHopLimit = 1 << 22,

    /// <summary>Warning. Version 3: another interval than the configured one; it is learned.</summary>
    DifferentInterval = 1 << 23,

    /// <summary>Warning. Other addresses than the configured ones.</summary>
    AddressList = 1 << 24,

    /// <summary>Warning. Verified only the way old versions compute unicast checksums: sending changes to that way too.</summary>
    OldUnicastChecksum = 1 << 25,

    /// <summary>Warning. The sender's clock is off by more than half the window of auth_hmac.</summary>
    ClockSkew = 1 << 26,
}
