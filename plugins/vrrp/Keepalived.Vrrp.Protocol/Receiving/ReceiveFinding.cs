namespace Keepalived.Vrrp.Protocol;

/// <summary>What can be wrong with a received advertisement, in the order of the checks. All but the warnings drop the packet.</summary>
[Flags]
public enum ReceiveFinding
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The packet is longer or shorter than its address count asks for.</summary>
    Length = 1 << 0,

    /// <summary>A multicast packet whose TTL or hop limit is not 255: it came through a router.</summary>
    HopLimit = 1 << 1,

    /// <summary>Another version than the configured one.</summary>
    Version = 1 << 2,

    /// <summary>Version 2: an authentication type that does not exist.</summary>
    InvalidAuthenticationType = 1 << 3,

    /// <summary>Version 2: another authentication type than the configured one.</summary>
    AuthenticationTypeMismatch = 1 << 4,

    /// <summary>Version 2: a wrong password.</summary>
    AuthenticationFailure = 1 << 5,

    /// <summary>Version 2: another interval than the configured one.</summary>
    Interval = 1 << 6,

    /// <summary>A type other than ADVERTISEMENT.</summary>
    Type = 1 << 7,

    /// <summary>The IP header states another total length than the message has.</summary>
    StatedLength = 1 << 8,

    /// <summary>A wrong checksum.</summary>
    Checksum = 1 << 9,

    /// <summary>Multicast where unicast is configured, or the reverse.</summary>
    Destination = 1 << 10,

    /// <summary>The owner is told to ignore advertisements.</summary>
    OwnerIgnores = 1 << 11,

    /// <summary>Unicast from an address that is no configured peer.</summary>
    UnknownPeer = 1 << 12,

    /// <summary>Unicast from a peer with a TTL outside the range configured for it.</summary>
    PeerHopLimit = 1 << 13,

    /// <summary>Warning. Version 3: another interval than the configured one; it is learned.</summary>
    DifferentInterval = 1 << 14,

    /// <summary>Warning. Other addresses than the configured ones.</summary>
    AddressList = 1 << 15,

    /// <summary>Warning. Verified only the way old versions compute unicast checksums: sending changes to that way too.</summary>
    OldUnicastChecksum = 1 << 16,
}
