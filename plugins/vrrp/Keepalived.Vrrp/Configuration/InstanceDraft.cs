using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>
/// A <c>vrrp_instance</c> block as written: null is what the block does not say. <see cref="InstanceCompletion"/> turns it
/// into <see cref="InstanceSettings"/>.
/// </summary>
internal sealed class InstanceDraft(string name, SourceLocation location) : ITrackingBlock, INotifyBlock
{
    public string Name { get; } = name;

    public string Title => $"vrrp_instance {Name}";

    /// <summary>Place of the block's keyword, for findings about what is missing.</summary>
    public SourceLocation Location { get; } = location;

    public Located<string>? Interface { get; set; }

    public Located<bool>? StateMaster { get; set; }

    public Located<byte>? VirtualRouterId { get; set; }

    public Located<byte>? Priority { get; set; }

    public Located<VrrpVersion>? Version { get; set; }

    public Located<TimeSpan>? AdvertisementInterval { get; set; }

    public SourceLocation? NativeIPv6 { get; set; }

    public Located<InternetAddress>? MulticastSource { get; set; }

    public Located<InternetAddress>? UnicastSource { get; set; }

    public Located<InternetAddress>? MulticastGroup { get; set; }

    public Located<List<Located<UnicastPeer>>>? Peers { get; set; }

    public bool FaultWithoutPeers { get; set; }

    public bool ChecksUnicastSource { get; set; }

    public Located<byte>? UnicastTtl { get; set; }

    public OldUnicastChecksum OldUnicastChecksum { get; set; }

    public bool? Version3ChecksumAsVersion2 { get; set; }

    public bool TracksSourceAddress { get; set; }

    public bool DontTrackPrimary { get; set; }

    public List<Located<VirtualAddress>> Addresses { get; } = [];

    public List<Located<VirtualAddress>> ExcludedAddresses { get; } = [];

    public bool NoVirtualAddress { get; set; }

    public SourceLocation? PromotesSecondaries { get; set; }

    public Located<bool>? Accept { get; set; }

    public bool? SkipsAddressCheck { get; set; }

    public bool? Strict { get; set; }

    public Located<bool>? NoPreempt { get; set; }

    public Located<TimeSpan>? PreemptDelay { get; set; }

    public Located<int>? DownTimerAdvertisements { get; set; }

    public Located<bool>? SilentToLowerPriority { get; set; }

    public bool? ReassertsAfterConflict { get; set; }

    public bool? RestoresAddresses { get; set; }

    public Located<bool>? AdvertisesBeforeYielding { get; set; }

    public Located<bool>? OwnerIgnoresAdvertisements { get; set; }

    public TimeSpan? GarpMasterDelay { get; set; }

    public int? GarpMasterRepeat { get; set; }

    public TimeSpan? GarpMasterRefresh { get; set; }

    public int? GarpMasterRefreshRepeat { get; set; }

    public Located<TimeSpan>? GarpLowerPriorityDelay { get; set; }

    public Located<int>? GarpLowerPriorityRepeat { get; set; }

    public uint? ReceiveBufferBytes { get; set; }

    public Located<AuthenticationDraft>? Authentication { get; set; }

    public NotifyDraft Notify { get; } = new();

    public TrackingDraft Tracking { get; } = new();

    public Located<VmacDraft>? Vmac { get; set; }

    public Located<VmacDraft>? Ipvlan { get; set; }

    /// <summary><c>use_vmac_addr</c>.</summary>
    public bool UsesVmacForAddresses { get; set; }

    /// <summary><c>vmac_xmit_base</c>.</summary>
    public SourceLocation? TransmitsOnBase { get; set; }

    public Located<string>? Vrf { get; set; }

    /// <summary>A keyword that makes sense for unicast only, the first of them.</summary>
    public SourceLocation? UnicastKeyword { get; set; }

    public List<Located<RouteSettings>> Routes { get; } = [];

    public List<Located<RuleSettings>> Rules { get; } = [];

    public Located<byte>? TimerExpiredPriority { get; set; }

    public Located<VmacAnnouncements>? VmacAnnouncements { get; set; }

    public bool PollsLink { get; set; }

    /// <summary><c>lvs_sync_daemon_interface</c>.</summary>
    public Located<string>? SyncDaemonInterface { get; set; }

    public Located<HmacDraft>? Hmac { get; set; }

    public bool? NotifiesPriorityChanges { get; set; }

    public bool? SmtpAlert { get; set; }
}

/// <summary>An <c>authentication</c> block as written.</summary>
internal sealed class AuthenticationDraft
{
    /// <summary><c>auth_type</c>: true for AH, false for PASS; null when the block names none, which means no authentication.</summary>
    public bool? IsAuthenticationHeader { get; set; }

    /// <summary><c>auth_pass</c>, at most eight bytes.</summary>
    public string? Password { get; set; }
}
