using System.Collections.Immutable;
using System.Net.Sockets;
using Keepalived.Scripts;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The scripts of an instance; null where there is none.</summary>
internal sealed record NotifyScripts
{
    public static NotifyScripts None { get; } = new();

    public ScriptCommand? Master { get; init; }

    public ScriptCommand? Backup { get; init; }

    public ScriptCommand? Fault { get; init; }

    public ScriptCommand? Stop { get; init; }

    public ScriptCommand? Deleted { get; init; }

    public ScriptCommand? LowerPriority { get; init; }

    /// <summary><c>notify</c>: run for everything, with four arguments.</summary>
    public ScriptCommand? Any { get; init; }

    /// <summary><c>notify_deleted</c> was there: a removal is told as DELETED instead of FAULT.</summary>
    public bool SaysDeleted { get; init; }
}

/// <summary>
/// A virtual router as it runs: complete, corrected and consistent. Compared by value: a reload with equal settings is no
/// change. Places in the file are not part of it.
/// </summary>
internal sealed record InstanceSettings
{
    public required string Name { get; init; }

    /// <summary>Null only for unicast with a source address.</summary>
    public required string? Interface { get; init; }

    public required byte VirtualRouterId { get; init; }

    public required AddressFamily Family { get; init; }

    public required VrrpVersion Version { get; init; }

    public required byte Priority { get; init; }

    /// <summary>The configured or derived start state is MASTER.</summary>
    public required bool StartsAsMaster { get; init; }

    public required TimeSpan AdvertisementInterval { get; init; }

    /// <summary><c>mcast_src_ip</c> or <c>unicast_src_ip</c>; null = the interface's.</summary>
    public InternetAddress? Source { get; init; }

    public bool IsUnicast { get; init; }

    public EquatableArray<UnicastPeer> Peers { get; init; }

    public bool ChecksUnicastSource { get; init; }

    /// <summary>The group advertisements go to; without meaning for unicast.</summary>
    public required InternetAddress MulticastGroup { get; init; }

    /// <summary>TTL or hop limit of unicast; null = 255 for IPv4, the kernel's for IPv6.</summary>
    public byte? UnicastTtl { get; init; }

    public OldUnicastChecksum OldUnicastChecksum { get; init; }

    public bool Version3ChecksumAsVersion2 { get; init; }

    /// <summary>The password of PASS or AH; null for none.</summary>
    public string? Password { get; init; }

    /// <summary><c>auth_type AH</c>: the password is the key of an authentication header.</summary>
    public bool UsesAuthenticationHeader { get; init; }

    /// <summary>The addresses that advertisements list.</summary>
    public EquatableArray<VirtualAddress> Addresses { get; init; }

    /// <summary>The addresses that advertisements do not list.</summary>
    public EquatableArray<VirtualAddress> ExcludedAddresses { get; init; }

    public bool TracksInterface { get; init; } = true;

    public bool TracksSourceAddress { get; init; }

    public bool PromotesSecondaries { get; init; }

    public bool Preempts { get; init; } = true;

    public TimeSpan PreemptDelay { get; init; }

    public bool Strict { get; init; }

    public bool Accepts { get; init; } = true;

    public bool SkipsAddressCheck { get; init; }

    public bool OwnerIgnoresAdvertisements { get; init; }

    public bool SilentToLowerPriority { get; init; }

    public bool AdvertisesBeforeYielding { get; init; }

    /// <summary><c>reassert_after_conflict</c>.</summary>
    public bool ReassertsAfterConflict { get; init; }

    /// <summary><c>restore_addresses</c>.</summary>
    public bool RestoresAddresses { get; init; }

    public int DownTimerAdvertisements { get; init; } = 3;

    public AnnouncementParameters Announcements { get; init; } = new();

    public uint? ReceiveBufferBytes { get; init; }

    public NotifyScripts Notify { get; init; } = NotifyScripts.None;

    public bool NotifiesPriorityChanges { get; init; }

    public bool SmtpAlert { get; init; }

    /// <summary>What the instance tracks, its group's objects among it.</summary>
    public TrackingSettings Tracking { get; init; } = TrackingSettings.None;

    /// <summary>Name of the sync group that it belongs to; null for none.</summary>
    public string? SyncGroup { get; init; }

    /// <summary><c>use_vmac</c>; null for none.</summary>
    public VmacSettings? Vmac { get; init; }

    /// <summary><c>use_vmac_addr</c>: addresses on other interfaces get a virtual MAC.</summary>
    public bool UsesVmacForAddresses { get; init; }

    /// <summary><c>use_ipvlan</c>; null for none.</summary>
    public IpvlanSettings? Ipvlan { get; init; }

    /// <summary>The interfaces that the instance makes, its own first.</summary>
    public EquatableArray<VirtualLinkSettings> VirtualLinks { get; init; }

    /// <summary>The interface of <c>use_vmac</c> or <c>use_ipvlan</c>; null without.</summary>
    public string? OwnLink { get; init; }

    /// <summary>Where advertisements are sent and heard: an interface, or the VRF of unicast without one; null for unicast in none.</summary>
    public string? SendInterface => OwnLink is null || Vmac is { TransmitsOnBase: true } ? Interface ?? Vrf : OwnLink;

    /// <summary>Something in it asks for an interface of its own.</summary>
    public bool WantsVirtualLink => Vmac is not null || Ipvlan is not null || UsesVmacForAddresses || HasVmacAddress(Addresses) || HasVmacAddress(ExcludedAddresses);

    /// <summary><c>garp_extra_if</c>.</summary>
    public VmacAnnouncements VmacAnnouncements { get; init; }

    /// <summary><c>vrf</c>; without an interface only.</summary>
    public string? Vrf { get; init; }

    /// <summary><c>virtual_routes</c>.</summary>
    public EquatableArray<RouteSettings> Routes { get; init; }

    /// <summary><c>virtual_rules</c>.</summary>
    public EquatableArray<RuleSettings> Rules { get; init; }

    /// <summary><c>auth_hmac</c>; null for none.</summary>
    public HmacSettings? Hmac { get; init; }

    /// <summary><c>timer_expired_backup</c>: priority to reckon the other router with; null for off.</summary>
    public byte? TimerExpiredPriority { get; init; }

    /// <summary>How long changes of the interface are waited out.</summary>
    public InterfaceDelays Delays { get; init; }

    /// <summary>The link of the interface is polled.</summary>
    public LinkPolling? Polling { get; init; }

    /// <summary><c>lvs_sync_daemon_interface</c>.</summary>
    public string? SyncDaemonInterface { get; init; }

    /// <summary>Another instance here has the same identity on the link; it stays in FAULT.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>Reasons why the instance may not run; it stays in FAULT. Each has been reported.</summary>
    public int ConfigurationFaults { get; init; }

    /// <summary>The owner of the virtual addresses (RFC 9568 section 6.1).</summary>
    public bool IsOwner => Priority == VirtualRouterParameters.OwnerPriority;

    /// <summary>Protocol number of the instance's packets.</summary>
    public byte IpProtocol => UsesAuthenticationHeader ? AuthenticationHeader.Protocol : VrrpAdvertisement.Protocol;

    /// <summary>Bytes that authentication adds to an advertisement.</summary>
    public int AuthenticationLength =>
        UsesAuthenticationHeader ? AuthenticationHeader.Length : Hmac is null ? 0 : AuthenticationTrailer.Length;

    /// <summary>It has more in the kernel than addresses on its own interface.</summary>
    public bool HasLinkNeeds => !Accepts || (VmacAnnouncements.Period > TimeSpan.Zero && VmacAnnouncements.ForAllInstances) || PromotesSecondaries || VirtualLinks.Count > 0 || Routes.Count > 0 || Rules.Count > 0 || HasForeignAddress(Addresses) || HasForeignAddress(ExcludedAddresses);

    private static bool HasVmacAddress(EquatableArray<VirtualAddress> addresses)
    {
        for (int i = 0; i < addresses.Count; i++)
        {
            if (addresses[i].UsesVmac)
            {
                return true;
            }
        }

        return false;
    }

    private bool HasForeignAddress(EquatableArray<VirtualAddress> addresses)
    {
        for (int i = 0; i < addresses.Count; i++)
        {
            if (addresses[i].Device is { } device && device != Interface)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What the state machine needs.</summary>
    public VirtualRouterParameters ToParameters() => new()
    {
        VirtualRouterId = VirtualRouterId,
        Family = Family,
        Version = Version,
        BasePriority = Priority,
        AdvertisementInterval = AdvertisementInterval,
        DownTimerAdvertisements = DownTimerAdvertisements,
        StartsAsMaster = StartsAsMaster,
        Preempts = Preempts,
        PreemptDelay = PreemptDelay,
        SilentToLowerPriority = SilentToLowerPriority,
        AdvertisesBeforeYielding = AdvertisesBeforeYielding,
        ReassertsAfterConflict = ReassertsAfterConflict,
        TakeoverPriority = TimerExpiredPriority,
        Announcements = Announcements,
    };

    /// <summary>What both ends must agree on.</summary>
    public AdvertisementFormat ToFormat() => new()
    {
        VirtualRouterId = VirtualRouterId,
        Version = Version,
        Family = Family,
        Interval = AdvertisementInterval,
        Addresses = EquatableArray.Create<InternetAddress>(AddressList()),
        Password = Password,
        UsesAuthenticationHeader = UsesAuthenticationHeader,
        Hmac = Hmac,
        Version3ChecksumAsVersion2 = Version3ChecksumAsVersion2,
        OldUnicastChecksum = OldUnicastChecksum,
    };

    // A loop: LINQ over a struct is compiled at run time.
    private InternetAddress[] AddressList()
    {
        var list = new InternetAddress[Addresses.Count];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = Addresses[i].Address;
        }

        return list;
    }

    /// <summary>What is demanded of advertisements before they are believed.</summary>
    public ReceiveRules ToReceiveRules() => new()
    {
        Format = ToFormat(),
        IsUnicast = IsUnicast,
        Peers = [.. Peers],
        RequiresKnownPeer = ChecksUnicastSource,
        TrustsAddressListOfKnownMaster = SkipsAddressCheck,
        OwnerIgnoresAdvertisements = OwnerIgnoresAdvertisements,
    };
}

/// <summary>The whole configuration of the plugin.</summary>
internal sealed record VrrpConfiguration(GlobalSettings Globals, EquatableArray<InstanceSettings> Instances)
{
    /// <summary>The sync groups that have members.</summary>
    public EquatableArray<SyncGroupSettings> SyncGroups { get; init; }

    /// <summary>The scripts that can be run, tracked or not.</summary>
    public EquatableArray<ScriptTracker> Scripts { get; init; }

    /// <summary>The processes that are counted, tracked or not.</summary>
    public EquatableArray<ProcessTracker> Processes { get; init; }

    /// <summary>The groups that static objects name.</summary>
    public EquatableArray<TrackGroupSettings> TrackGroups { get; init; }

    /// <summary>Interfaces on which announcements keep a distance.</summary>
    public EquatableArray<GarpGroupSettings> GarpGroups { get; init; }

    /// <summary><c>static_ipaddress</c>.</summary>
    public EquatableArray<StaticAddress> StaticAddresses { get; init; }

    /// <summary><c>static_routes</c>.</summary>
    public EquatableArray<RouteSettings> StaticRoutes { get; init; }

    /// <summary><c>static_rules</c>.</summary>
    public EquatableArray<RuleSettings> StaticRules { get; init; }

    /// <summary><c>interface_up_down_delays</c>; what an instance cannot bear is taken away.</summary>
    public EquatableArray<NamedInterfaceDelays> InterfaceDelays { get; init; }

    /// <summary>Interfaces whose links are polled, however many instances ask for it.</summary>
    public EquatableArray<PolledInterface> PolledInterfaces { get; init; }

    /// <summary><c>linkbeat_use_polling</c> of the root.</summary>
    public bool PollsAllInterfaces { get; init; }

    /// <summary><c>namespace_with_ipsets</c>.</summary>
    public bool AllowsIpsetsInNamespace { get; init; }

    /// <summary>There is something that exists whatever state instances have.</summary>
    public bool HasStatics => StaticAddresses.Count > 0 || StaticRoutes.Count > 0 || StaticRules.Count > 0;

    /// <summary>An instance has more in the kernel than addresses on its own interface.</summary>
    public bool HasLinkNeeds
    {
        get
        {
            for (int i = 0; i < Instances.Count; i++)
            {
                if (Instances[i].HasLinkNeeds)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The members of a sync group, in its order.</summary>
    public IEnumerable<InstanceSettings> MembersOf(SyncGroupSettings group) =>
        group.Members.Select(name => Instances.First(instance => instance.Name == name));
}
