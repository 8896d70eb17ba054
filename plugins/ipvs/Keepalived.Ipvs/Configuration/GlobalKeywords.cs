using Keepalived.Configuration;

namespace Keepalived.Ipvs;

/// <summary>The keywords of <c>global_defs</c> that concern this plugin.</summary>
internal static class GlobalKeywords
{
    public const string Names = "lvs_timeouts lvs_flush lvs_flush_on_stop lvs_flush_onstop checker_log_all_failures checker_share_probes rs_init_notifies "
        + "nftables_ipvs nftables_ipvs_priority nftables_ipvs_start_fwmark lvs_netlink_cmd_rcv_bufs lvs_netlink_cmd_rcv_bufs_force "
        + "lvs_netlink_monitor_rcv_bufs lvs_netlink_monitor_rcv_bufs_force";

    private const int LongestTimeout = 2678400;

    public static void Register(IKeywordTree keywords)
    {
        keywords.Root.Keyword(new("net_namespace_ipvs", "[NAME]", "Network namespace whose IPVS is used; without a name the one that the daemon was started in; its own if absent."),
            static (r, s) =>
            {
                r.RefuseSecond(s.Get<IpvsReading>().Settings.Namespace is not null);
                Change(s, r.AtEnd ? "" : r.Word("name of the namespace"), static (settings, value) => settings with { Namespace = value });
            });
        IKeywordBlock<IConfigurationSession> globals = keywords.Extend<IConfigurationSession>("global_defs");
        AddNftables(globals);
        AddBuffers(globals);
        globals.Keyword(new("lvs_timeouts", "[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS], each 0..2678400", "Time-outs of IPVS connections; restored at exit."),
            (r, s) => Change(s, ReadTimeouts(r), static (settings, timeouts) => settings with { Timeouts = timeouts }));
        globals.Keyword(new("lvs_flush", "", "Empty the kernel's IPVS table at start.") { Default = "false" },
            (_, s) => Change(s, true, static (settings, value) => settings with { FlushAtStart = value }));
        globals.Keyword(new("lvs_flush_on_stop", "[VS]", "Empty the kernel's IPVS table at stop; VS, or nothing of the kind, only our services.") { Default = "VS" },
            (r, s) => Change(s, ReadFlush(r), static (settings, value) => settings with { FlushAtStop = value }));
        globals.Keyword(new("lvs_flush_onstop", "[VS]", "The old name of lvs_flush_on_stop.") { ReplacedBy = "lvs_flush_on_stop", IsQuietlyDeprecated = true },
            (r, s) => Change(s, ReadFlush(r), static (settings, value) => settings with { FlushAtStop = value }));
        globals.Keyword(new("checker_log_all_failures", "BOOL?", "Log every failed probe of every checker.") { Default = "false" },
            (r, s) => Change(s, r.OptionalBoolean(), static (settings, value) => settings with { LogAllFailures = value }));
        globals.Keyword(new("checker_share_probes", "BOOL?", "Real servers that are checked at the same place in the same way share one probe.") { Default = "false" },
            (r, s) => Change(s, r.OptionalBoolean(), static (settings, value) => settings with { ShareProbes = value }));
        globals.Keyword(new("rs_init_notifies", "BOOL?", "Run the scripts of real servers for their first state too.") { Default = "false" },
            (r, s) => Change(s, r.OptionalBoolean(), static (settings, value) => settings with { InitialNotifies = value }));
    }

    private static void AddNftables(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(new("nftables_ipvs", "[TABLE]", "Give the addresses of groups a mark each by nftables; table keepalived_ipvs if none is named."),
            static (r, s) =>
            {
                r.RefuseSecond(s.Get<IpvsReading>().Settings.Nftables.Table is not null);
                Change(s, r.AtEnd ? NftablesSettings.DefaultTable : r.Word("name of the table"),
                    static (settings, value) => settings with { Nftables = settings.Nftables with { Table = value } });
            });
        globals.Keyword(new("nftables_ipvs_priority", "INT -2147483648..2147483647", "Priority of the chain of nftables_ipvs.") { Default = "-1" },
            static (r, s) => Change(s, (int)r.Integer("priority", int.MinValue, int.MaxValue),
                static (settings, value) => settings with { Nftables = settings.Nftables with { Priority = value } }));
        globals.Keyword(new("nftables_ipvs_start_fwmark", "INT 1..4294967295", "First mark that nftables_ipvs uses.") { Default = "1000" },
            static (r, s) => Change(s, (uint)r.Integer("mark", 1, uint.MaxValue),
                static (settings, value) => settings with { Nftables = settings.Nftables with { FirstMark = value } }));
    }

    private static void AddBuffers(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(new("lvs_netlink_cmd_rcv_bufs", "BYTES 0..4294967295", "Receive buffer of the netlink socket for requests; 0 = the kernel's.") { Default = "0" },
            static (r, s) => Change(s, (uint)r.Integer("size", 0, uint.MaxValue),
                static (settings, value) => settings with { RequestBuffers = settings.RequestBuffers with { Size = value } }));
        globals.Keyword(new("lvs_netlink_cmd_rcv_bufs_force", "BOOL?", "Let that buffer be larger than the system's limit.") { Default = "false" },
            static (r, s) => Change(s, r.OptionalBoolean(), static (settings, value) => settings with { RequestBuffers = settings.RequestBuffers with { Force = value } }));
        globals.Keyword(new("lvs_netlink_monitor_rcv_bufs", "BYTES 0..4294967295", "Receive buffer of the netlink socket that hears of addresses; 0 = the kernel's.") { Default = "0" },
            static (r, s) => Change(s, (uint)r.Integer("size", 0, uint.MaxValue),
                static (settings, value) => settings with { MonitorBuffers = settings.MonitorBuffers with { Size = value } }));
        globals.Keyword(new("lvs_netlink_monitor_rcv_bufs_force", "BOOL?", "Let that buffer be larger than the system's limit.") { Default = "false" },
            static (r, s) => Change(s, r.OptionalBoolean(), static (settings, value) => settings with { MonitorBuffers = settings.MonitorBuffers with { Force = value } }));
    }

    private static void Change<T>(IConfigurationSession session, T value, Func<IpvsSettings, T, IpvsSettings> change)
    {
        IpvsReading reading = session.Get<IpvsReading>();
        reading.Settings = change(reading.Settings, value);
    }

    private static FlushOnStop ReadFlush(IKeywordReader reader)
    {
        if (!reader.TryWord(out string word))
        {
            return FlushOnStop.Everything;
        }

        return word == "VS" ? FlushOnStop.VirtualServers : throw reader.Reject($"'{word}' is nothing that can be flushed", "write VS or nothing");
    }

    private static ConnectionTimeouts ReadTimeouts(IKeywordReader reader)
    {
        ConnectionTimeouts timeouts = default;
        bool any = false;
        while (reader.TryWord(out string word))
        {
            any = true;
            timeouts = word switch
            {
                "tcp" => timeouts with { Tcp = Read(reader, "tcp") },
                "tcpfin" => timeouts with { TcpFin = Read(reader, "tcpfin") },
                "udp" => timeouts with { Udp = Read(reader, "udp") },
                _ => throw reader.Reject($"'{word}' is no kind of time-out", "write tcp, tcpfin or udp and a number of seconds"),
            };
        }

        return any ? timeouts : throw reader.Reject(
            "lvs_timeouts names no time-out", "write for example: lvs_timeouts tcp 900", DiagnosticClass.MissingParameter);
    }

    private static uint Read(IKeywordReader reader, string what) => (uint)reader.Integer($"{what} time-out", 0, LongestTimeout);
}
