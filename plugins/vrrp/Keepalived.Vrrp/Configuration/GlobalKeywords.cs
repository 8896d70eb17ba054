using System.Globalization;
using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The keywords that VRRP adds to <c>global_defs</c>.</summary>
internal static partial class GlobalKeywords
{
    /// <summary>Their names, for the plugin's attribute.</summary>
    public const string Names =
        "vrrp_version vrrp_mcast_group4 vrrp_mcast_group6 vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_garp_master_refresh "
        + "vrrp_garp_master_refresh_repeat vrrp_garp_lower_prio_delay vrrp_garp_lower_prio_repeat vrrp_min_garp vrrp_garp_interval "
        + "vrrp_gna_interval vrrp_down_timer_adverts vrrp_lower_prio_no_advert vrrp_higher_prio_send_advert vrrp_check_unicast_src "
        + "vrrp_skip_check_adv_addr vrrp_strict vrrp_owner_ignore_adverts v3_checksum_as_v2 dynamic_interfaces "
        + "vrrp_notify_priority_changes log_unknown_vrids vrrp_startup_delay vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier json_version "
        + "smtp_alert_vrrp stats_dump_file json_dump_file vrrp_iptables vrrp_ipsets nftables nftables_priority nftables_ifindex "
        + "disable_local_igmp default_interface vmac_prefix vmac_addr_prefix vrrp_garp_extra_if vrrp_vmac_garp_intvl iproute_usr_dir iproute_etc_dir "
        + "vrrp_netlink_cmd_rcv_bufs vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force "
        + "process_monitor_rcv_bufs process_monitor_rcv_bufs_force vrrp_delay_after_boot vrrp_reassert_after_conflict vrrp_restore_addresses";

    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(4294);
    private static readonly TimeSpan _longestInterval = TimeSpan.FromSeconds(4294.967295);

    public static void Register(IKeywordBlock<IConfigurationSession> block)
    {
        RegisterProtocol(block);
        RegisterAnnouncements(block);
        RegisterBehaviour(block);
        RegisterDumps(block);
        RegisterFirewall(block);
        RegisterInterfaces(block);
        RegisterSockets(block);
    }

    private static void RegisterProtocol(IKeywordBlock<IConfigurationSession> block)
    {
        Add(block, new("vrrp_version", "INT 2|3", "VRRP version of instances that name none.") { Default = "2" }, (r, g) =>
            g with { Version = (VrrpVersion)r.Integer("VRRP version", 2, 3) });
        Add(block, new("vrrp_mcast_group4", "IPV4", "Multicast group of IPv4 advertisements.") { Default = "224.0.0.18" }, (r, g) =>
            g with { GroupIPv4 = InstanceKeywords.Group(r, InternetAddress.IPv4Length) });
        Add(block, new("vrrp_mcast_group6", "IPV6", "Multicast group of IPv6 advertisements.") { Default = "ff02::12" }, (r, g) =>
            g with { GroupIPv6 = InstanceKeywords.Group(r, InternetAddress.IPv6Length) });
        Add(block, new("vrrp_down_timer_adverts", "INT 1..100", "Advertisements to miss before the master counts as gone.") { Default = "3" }, (r, g) =>
            g with { DownTimerAdvertisements = (int)r.Integer("number of advertisements", 1, 100) });
        Add(block, new("vrrp_check_unicast_src", "", "Drop unicast advertisements from others than the configured peers."), (_, g) =>
            g with { ChecksUnicastSource = true });
        Add(block, new("vrrp_skip_check_adv_addr", "BOOL?", "Do not compare the address list of the master already known.") { Default = "false" }, (r, g) =>
            g with { SkipsAddressCheck = r.OptionalBoolean() });
        Add(block, new("vrrp_strict", "BOOL?", "Enforce the RFC.") { Default = "false" }, (r, g) =>
            g with { Strict = r.OptionalBoolean() });
        Add(block, new("vrrp_owner_ignore_adverts", "BOOL?", "Address owners listen to nobody.") { Default = "false" }, (r, g) =>
            g with { OwnerIgnoresAdvertisements = r.OptionalBoolean() });
        Add(block, new("v3_checksum_as_v2", "(arguments are ignored)", "Version 3 IPv4 checksums without pseudo header."), (r, g) =>
        {
            r.Rest();
            return g with { Version3ChecksumAsVersion2 = true };
        });
    }

    private static void RegisterAnnouncements(IKeywordBlock<IConfigurationSession> block)
    {
        Add(block, new("vrrp_garp_master_delay", "SECONDS 0..4294", "Time to the second round of announcements of a new master.") { Default = "5" }, (r, g) =>
            g with { GarpMasterDelay = r.Seconds("delay", TimeSpan.Zero, _longest, 0) });
        Add(block, new("vrrp_garp_master_repeat", "INT 0..4294967295", "Announcements of each address by a new master.") { Default = "5" }, (r, g) =>
            g with { GarpMasterRepeat = InstanceKeywords.Repeat(r) });
        Add(block, new("vrrp_garp_master_refresh", "SECONDS 0..4294967295", "Period of announcements by a master; 0 is never.") { Default = "0" }, (r, g) =>
            g with { GarpMasterRefresh = InstanceKeywords.Refresh(r) });
        Add(block, new("vrrp_garp_master_refresh_repeat", "INT 0..4294967295", "Announcements of each address per period.") { Default = "1" }, (r, g) =>
            g with { GarpMasterRefreshRepeat = InstanceKeywords.Repeat(r) });
        Add(block, new("vrrp_garp_lower_prio_delay", "SECONDS 0..4294", "Time to the second round after a lower priority was heard.") { Default = "vrrp_garp_master_delay" }, (r, g) =>
            g with { GarpLowerPriorityDelay = r.Seconds("delay", TimeSpan.Zero, _longest, 0) });
        Add(block, new("vrrp_garp_lower_prio_repeat", "INT 0..2147483647", "Announcements after a lower priority was heard.") { Default = "vrrp_garp_master_repeat" }, (r, g) =>
            g with { GarpLowerPriorityRepeat = (int)r.Integer("number of announcements", 0, int.MaxValue) });
        Add(block, new("vrrp_min_garp", "BOOL?", "One announcement without repetition where nothing else is set.") { Default = "false" }, (r, g) =>
            g with { MinimizesGarp = r.OptionalBoolean() });
        Add(block, new("vrrp_garp_interval", "SECONDS 0.000001..4294.967295", "Least time between two gratuitous ARPs on an interface.") { Default = "0" }, (r, g) =>
            g with { GarpInterval = r.Seconds("interval", TimeSpan.FromMicroseconds(1), _longestInterval) });
        Add(block, new("vrrp_gna_interval", "SECONDS 0.000001..4294.967295", "Least time between two neighbour advertisements on an interface.") { Default = "0" }, (r, g) =>
            g with { NeighbourAdvertisementInterval = r.Seconds("interval", TimeSpan.FromMicroseconds(1), _longestInterval) });
    }

    private static void RegisterBehaviour(IKeywordBlock<IConfigurationSession> block)
    {
        Add(block, new("vrrp_lower_prio_no_advert", "BOOL?", "A master does not answer a lower priority.") { Default = "false" }, (r, g) =>
            g with { SilentToLowerPriority = r.OptionalBoolean() });
        Add(block, new("vrrp_higher_prio_send_advert", "BOOL?", "A master that yields sends one more advertisement.") { Default = "false" }, (r, g) =>
            g with { AdvertisesBeforeYielding = r.OptionalBoolean() });
        Add(block, new("vrrp_reassert_after_conflict", "BOOL?", "Masters that outlast another one announce and notify again.") { Default = "false" }, (r, g) =>
            g with { ReassertsAfterConflict = r.OptionalBoolean() });
        Add(block, new("vrrp_restore_addresses", "BOOL?", "Masters put back addresses that others remove, instead of going to BACKUP.") { Default = "false" }, (r, g) =>
            g with { RestoresAddresses = r.OptionalBoolean() });
        Add(block, new("dynamic_interfaces", "[allow_if_changes]", "Interfaces may appear and vanish while the daemon runs."), (r, g) =>
        {
            bool hasOption = r.TryWord(out string word);
            return !hasOption || word == "allow_if_changes"
                ? g with { DynamicInterfaces = true, AllowsInterfaceTypeChange = hasOption }
                : throw r.Reject($"'{word}' is no option of dynamic_interfaces", "the only option is allow_if_changes");
        });
        Add(block, new("vrrp_notify_priority_changes", "BOOL?", "Notify of changes of the effective priority.") { Default = "false" }, (r, g) =>
            g with { NotifiesPriorityChanges = r.OptionalBoolean() });
        Add(block, new("log_unknown_vrids", "", "Log advertisements of routers that are not configured."), (_, g) =>
            g with { LogsUnknownRouterIds = true });
        Add(block, new("vrrp_startup_delay", "SECONDS 0.001..4294.967295", "Time after start in which VRRP neither listens nor sends."), (r, g) =>
            g with { StartupDelay = r.Seconds("delay", TimeSpan.FromMilliseconds(1), _longestInterval) });
        Add(block, new("vrrp_rx_bufs_policy", "MTU | ADVERT | BYTES", "Size of the sockets' receive buffers.") { Default = "the kernel's" }, ReadBufferPolicy);
        Add(block, new("vrrp_rx_bufs_multiplier", "INT 1..4294967295", "Factor of the policies MTU and ADVERT.") { Default = "3" }, (r, g) =>
            g with { ReceiveBufferMultiplier = (uint)r.Integer("factor", 1, uint.MaxValue) });
        Add(block, new("smtp_alert_vrrp", "BOOL?", "Mail about instances and groups that set nothing themselves; if absent, smtp_alert."), (r, g) =>
            g with { SmtpAlert = r.OptionalBoolean() });
    }

    private static void RegisterDumps(IKeywordBlock<IConfigurationSession> block)
    {
        Add(block, new("json_version", "INT 1|2", "Layout of the JSON dump.") { Default = "1" }, (r, g) =>
            g with { JsonVersion = (int)r.Integer("JSON version", 1, 2) });
        Add(block, new("stats_dump_file", "PATH", "Read for compatibility; the statistics file keeps its place, as with keepalived."), IgnorePath);
        Add(block, new("json_dump_file", "PATH", "Read for compatibility; the JSON file keeps its place, as with keepalived."), IgnorePath);
    }

    private static GlobalSettings IgnorePath(IKeywordReader reader, GlobalSettings settings)
    {
        reader.Word("path");
        const string Message = "is read, as keepalived reads it, and has no effect in this version";
        reader.Session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, reader.Location, $"'{reader.Keyword}' {Message}", "remove it"));
        return settings;
    }

    private static GlobalSettings ReadBufferPolicy(IKeywordReader reader, GlobalSettings settings)
    {
        string word = reader.Word("buffer policy");
        return word.ToUpperInvariant() switch
        {
            "MTU" => settings with { ReceiveBuffer = ReceiveBufferPolicy.Mtu },
            "ADVERT" => settings with { ReceiveBuffer = ReceiveBufferPolicy.Advertisement },
            _ when uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint bytes) =>
                settings with { ReceiveBuffer = ReceiveBufferPolicy.Bytes, ReceiveBufferBytes = bytes },
            _ => throw reader.Reject($"'{word}' is no buffer policy", "use MTU, ADVERT or a number of bytes", DiagnosticClass.InvalidNumber),
        };
    }

    private static void Add(
        IKeywordBlock<IConfigurationSession> block, KeywordSpec spec, Func<IKeywordReader, GlobalSettings, GlobalSettings> read) =>
        block.Keyword(spec, (reader, session) =>
        {
            VrrpReading reading = session.Get<VrrpReading>();
            reading.Globals = read(reader, reading.Globals);
        });
}
