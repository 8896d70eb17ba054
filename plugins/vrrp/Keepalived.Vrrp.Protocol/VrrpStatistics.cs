namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The counters of one virtual router, in the order and with the meaning of the statistics file. They live as long as
/// the router: a reload keeps them.
/// </summary>
public sealed class VrrpStatistics
{
    /// <summary>Advertisements: Received. Those that passed every check up to the address list.</summary>
    public ulong AdvertisementsReceived { get; internal set; }

    /// <summary>Advertisements: Sent, of any priority.</summary>
    public ulong AdvertisementsSent { get; internal set; }

    /// <summary>Became master.</summary>
    public ulong BecameMaster { get; internal set; }

    /// <summary>Released master.</summary>
    public ulong ReleasedMaster { get; internal set; }

    /// <summary>Packet Errors: Length, of the packet as measured and as its IP header states it.</summary>
    public ulong LengthErrors { get; internal set; }

    /// <summary>Packet Errors: TTL.</summary>
    public ulong TtlErrors { get; internal set; }

    /// <summary>Packet Errors: Invalid Type.</summary>
    public ulong InvalidTypes { get; internal set; }

    /// <summary>Packet Errors: Advertisement Interval (version 2).</summary>
    public ulong IntervalErrors { get; internal set; }

    /// <summary>Packet Errors: Address List.</summary>
    public ulong AddressListErrors { get; internal set; }

    /// <summary>Authentication Errors: Invalid Type.</summary>
    public ulong InvalidAuthenticationTypes { get; internal set; }

    /// <summary>Authentication Errors: Type Mismatch.</summary>
    public ulong AuthenticationTypeMismatches { get; internal set; }

    /// <summary>Authentication Errors: Failure.</summary>
    public ulong AuthenticationFailures { get; internal set; }

    /// <summary>Authentication Extension Errors: Missing (auth_hmac).</summary>
    public ulong TrailersMissing { get; internal set; }

    /// <summary>Authentication Extension Errors: Malformed.</summary>
    public ulong TrailersMalformed { get; internal set; }

    /// <summary>Authentication Extension Errors: Unknown Key.</summary>
    public ulong TrailersOfUnknownKeys { get; internal set; }

    /// <summary>Authentication Extension Errors: Invalid HMAC.</summary>
    public ulong TrailersWithWrongDigest { get; internal set; }

    /// <summary>Authentication Extension Errors: Stale.</summary>
    public ulong TrailersStale { get; internal set; }

    /// <summary>Authentication Extension Errors: Replay.</summary>
    public ulong TrailersReplayed { get; internal set; }

    /// <summary>Priority Zero: Received.</summary>
    public ulong PriorityZeroReceived { get; internal set; }

    /// <summary>Priority Zero: Sent.</summary>
    public ulong PriorityZeroSent { get; internal set; }

    /// <summary>Wrong version; not in the statistics file, part of the router-wide sum of the MIB (RFC 6527 vrrpv3RouterVersionErrors).</summary>
    public ulong VersionErrors { get; internal set; }

    /// <summary>Wrong checksum; not in the statistics file, part of vrrpv3RouterChecksumErrors.</summary>
    public ulong ChecksumErrors { get; internal set; }

    /// <summary>Multicast where unicast is configured, or the reverse. Not in the statistics file.</summary>
    public ulong DestinationErrors { get; internal set; }

    /// <summary>Ignored because the owner listens to nobody (owner_ignore_adverts). Not in the statistics file.</summary>
    public ulong OwnerIgnored { get; internal set; }

    /// <summary>Unicast from an address that is no configured peer. Not in the statistics file.</summary>
    public ulong UnknownPeers { get; internal set; }

    /// <summary>Sets every counter to zero (the signal that writes the statistics and clears them).</summary>
    public void Clear()
    {
        AdvertisementsReceived = 0;
        AdvertisementsSent = 0;
        BecameMaster = 0;
        ReleasedMaster = 0;
        LengthErrors = 0;
        TtlErrors = 0;
        InvalidTypes = 0;
        IntervalErrors = 0;
        AddressListErrors = 0;
        InvalidAuthenticationTypes = 0;
        AuthenticationTypeMismatches = 0;
        AuthenticationFailures = 0;
        TrailersMissing = 0;
        TrailersMalformed = 0;
        TrailersOfUnknownKeys = 0;
        TrailersWithWrongDigest = 0;
        TrailersStale = 0;
        TrailersReplayed = 0;
        PriorityZeroReceived = 0;
        PriorityZeroSent = 0;
        VersionErrors = 0;
        ChecksumErrors = 0;
        DestinationErrors = 0;
        OwnerIgnored = 0;
        UnknownPeers = 0;
    }
}
