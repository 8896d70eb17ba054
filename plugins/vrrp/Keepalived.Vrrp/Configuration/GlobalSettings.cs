using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>How the receive buffer of the advertisement sockets is sized (<c>vrrp_rx_bufs_policy</c>).</summary>
internal enum ReceiveBufferPolicy
{
    /// <summary>As the kernel has it.</summary>
    KernelDefault,

    /// <summary>A multiple of the interface's MTU.</summary>
    Mtu,

    /// <summary>A multiple of the size of an advertisement.</summary>
    Advertisement,

    /// <summary>A number of bytes.</summary>
    Bytes,
}

/// <summary>What <c>global_defs</c> says about VRRP. Immutable; a keyword makes a new one.</summary>
internal sealed record GlobalSettings
{
    /// <summary><c>vrrp_version</c>.</summary>
    public VrrpVersion Version { get; init; } = VrrpVersion.Version2;

    /// <summary><c>vrrp_mcast_group4</c>.</summary>
    public InternetAddress GroupIPv4 { get; init; } = InternetAddress.VrrpGroupIPv4;

    /// <summary><c>vrrp_mcast_group6</c>.</summary>
    public InternetAddress GroupIPv6 { get; init; } = InternetAddress.VrrpGroupIPv6;

    /// <summary><c>vrrp_garp_master_delay</c>; null where it has its default.</summary>
    public TimeSpan? GarpMasterDelay { get; init; }

    /// <summary><c>vrrp_garp_master_repeat</c>.</summary>
    public int? GarpMasterRepeat { get; init; }

    /// <summary><c>vrrp_garp_master_refresh</c>.</summary>
    public TimeSpan? GarpMasterRefresh { get; init; }

    /// <summary><c>vrrp_garp_master_refresh_repeat</c>.</summary>
    public int? GarpMasterRefreshRepeat { get; init; }

    /// <summary><c>vrrp_garp_lower_prio_delay</c>; null = the master delay.</summary>
    public TimeSpan? GarpLowerPriorityDelay { get; init; }

    /// <summary><c>vrrp_garp_lower_prio_repeat</c>; null = the master repeat.</summary>
    public int? GarpLowerPriorityRepeat { get; init; }

    /// <summary><c>vrrp_min_garp</c>: what still has its default becomes 1 round without delay and refresh.</summary>
    public bool MinimizesGarp { get; init; }

    /// <summary><c>vrrp_garp_interval</c>: least time between two gratuitous ARPs on one interface.</summary>
    public TimeSpan GarpInterval { get; init; }

    /// <summary><c>vrrp_gna_interval</c>: least time between two neighbour advertisements on one interface.</summary>
    public TimeSpan NeighbourAdvertisementInterval { get; init; }

    /// <summary><c>vrrp_down_timer_adverts</c>.</summary>
    public int DownTimerAdvertisements { get; init; } = 3;

    /// <summary><c>vrrp_reassert_after_conflict</c>.</summary>
    public bool ReassertsAfterConflict { get; init; }

    /// <summary><c>vrrp_restore_addresses</c>.</summary>
    public bool RestoresAddresses { get; init; }

    /// <summary><c>vrrp_lower_prio_no_advert</c>.</summary>
    public bool SilentToLowerPriority { get; init; }

    /// <summary><c>vrrp_higher_prio_send_advert</c>.</summary>
    public bool AdvertisesBeforeYielding { get; init; }

    /// <summary><c>vrrp_check_unicast_src</c>.</summary>
    public bool ChecksUnicastSource { get; init; }

    /// <summary><c>vrrp_skip_check_adv_addr</c>.</summary>
    public bool SkipsAddressCheck { get; init; }

    /// <summary><c>vrrp_strict</c>.</summary>
    public bool Strict { get; init; }

    /// <summary><c>vrrp_owner_ignore_adverts</c>.</summary>
    public bool OwnerIgnoresAdvertisements { get; init; }

    /// <summary><c>v3_checksum_as_v2</c>.</summary>
    public bool Version3ChecksumAsVersion2 { get; init; }

    /// <summary><c>dynamic_interfaces</c>: an interface may be absent.</summary>
    public bool DynamicInterfaces { get; init; }

    /// <summary><c>vrrp_notify_priority_changes</c>.</summary>
    public bool NotifiesPriorityChanges { get; init; }

    /// <summary><c>log_unknown_vrids</c>.</summary>
    public bool LogsUnknownRouterIds { get; init; }

    /// <summary><c>vrrp_startup_delay</c>: until then advertisements are neither heard nor sent; zero for none.</summary>
    public TimeSpan StartupDelay { get; init; }

    /// <summary><c>vrrp_rx_bufs_policy</c>.</summary>
    public ReceiveBufferPolicy ReceiveBuffer { get; init; }

    /// <summary>The number of <c>vrrp_rx_bufs_policy</c>.</summary>
    public uint ReceiveBufferBytes { get; init; }

    /// <summary><c>vrrp_rx_bufs_multiplier</c>.</summary>
    public uint ReceiveBufferMultiplier { get; init; } = 3;

    /// <summary><c>json_version</c>.</summary>
    public int JsonVersion { get; init; } = 1;

    /// <summary><c>smtp_alert_vrrp</c>; null where not set.</summary>
    public bool? SmtpAlert { get; init; }

    /// <summary><c>dynamic_interfaces allow_if_changes</c>: an interface may come back as one of another type.</summary>
    public bool AllowsInterfaceTypeChange { get; init; }

    /// <summary><c>default_interface</c>.</summary>
    public string DefaultInterface { get; init; } = "eth0";

    /// <summary><c>disable_local_igmp</c>.</summary>
    public bool DisablesLocalIgmp { get; init; }

    /// <summary><c>vrrp_iptables</c>, <c>vrrp_ipsets</c> and <c>nftables*</c>.</summary>
    public FirewallSettings Firewall { get; init; } = new();

    /// <summary>What <c>vmac_prefix</c> is when nobody says it.</summary>
    public const string DefaultVmacPrefix = "vrrp";

    /// <summary><c>vmac_prefix</c>.</summary>
    public string VmacPrefix { get; init; } = DefaultVmacPrefix;

    /// <summary><c>vmac_addr_prefix</c>; null = <see cref="VmacPrefix"/>.</summary>
    public string? VmacAddressPrefix { get; init; }

    /// <summary><c>vrrp_garp_extra_if</c>.</summary>
    public VmacAnnouncements VmacAnnouncements { get; init; }

    /// <summary><c>iproute_usr_dir</c>.</summary>
    public string RouteNamesUsrDirectory { get; init; } = RouteNames.DefaultUsrDirectory;

    /// <summary><c>iproute_etc_dir</c>.</summary>
    public string RouteNamesEtcDirectory { get; init; } = RouteNames.DefaultEtcDirectory;

    /// <summary><c>vrrp_netlink_cmd_rcv_bufs</c>.</summary>
    public SocketBuffer CommandBuffer { get; init; }

    /// <summary><c>vrrp_netlink_monitor_rcv_bufs</c>.</summary>
    public SocketBuffer MonitorBuffer { get; init; }

    /// <summary><c>process_monitor_rcv_bufs</c>.</summary>
    public SocketBuffer ProcessBuffer { get; init; }

    /// <summary><c>vrrp_delay_after_boot</c>, counted from the machine's start; zero for none.</summary>
    public TimeSpan DelayAfterBoot { get; init; }

    /// <summary>What an instance announces that sets nothing itself.</summary>
    public AnnouncementParameters Announcements
    {
        get
        {
            int repeat = GarpMasterRepeat ?? (MinimizesGarp ? 1 : 5);
            TimeSpan delay = GarpMasterDelay ?? (MinimizesGarp ? TimeSpan.Zero : TimeSpan.FromSeconds(5));
            return new AnnouncementParameters
            {
                MasterRepeat = repeat,
                MasterDelay = delay,
                MasterRefresh = GarpMasterRefresh ?? TimeSpan.Zero,
                MasterRefreshRepeat = GarpMasterRefreshRepeat ?? (MinimizesGarp ? 0 : 1),
                LowerPriorityRepeat = GarpLowerPriorityRepeat ?? repeat,
                LowerPriorityDelay = GarpLowerPriorityDelay ?? delay,
            };
        }
    }
}
