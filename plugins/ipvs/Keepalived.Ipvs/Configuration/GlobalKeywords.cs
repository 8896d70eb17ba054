using Keepalived.Configuration;

namespace Keepalived.Ipvs;

/// <summary>The keywords of <c>global_defs</c> that concern this plugin.</summary>
internal static class GlobalKeywords
{
    private const int LongestTimeout = 2678400;

    public static void Register(IKeywordTree keywords)
    {
        IKeywordBlock<IConfigurationSession> globals = keywords.Extend<IConfigurationSession>("global_defs");
        globals.Keyword(new("lvs_timeouts", "[tcp SECONDS] [tcpfin SECONDS] [udp SECONDS], each 0..2678400", "Time-outs of IPVS connections; restored at exit."),
            (r, s) => Change(s, ReadTimeouts(r), static (settings, timeouts) => settings with { Timeouts = timeouts }));
        globals.Keyword(new("lvs_flush", "", "Empty the kernel's IPVS table at start."),
            (_, s) => Change(s, true, static (settings, value) => settings with { FlushAtStart = value }));
        globals.Keyword(new("lvs_flush_on_stop", "[VS]", "Empty the kernel's IPVS table at stop; VS = only our services.") { Default = "our services" },
            (r, s) => Change(s, ReadFlush(r), static (settings, value) => settings with { FlushAtStop = value }));
        globals.Keyword(new("lvs_flush_onstop", "[VS]", "The old name of lvs_flush_on_stop.") { ReplacedBy = "lvs_flush_on_stop" },
            (r, s) => Change(s, ReadFlush(r), static (settings, value) => settings with { FlushAtStop = value }));
        globals.Keyword(new("checker_log_all_failures", "BOOL?", "Log every failed probe of every checker.") { Default = "false" },
            (r, s) => Change(s, r.OptionalBoolean(), static (settings, value) => settings with { LogAllFailures = value }));
        globals.Keyword(new("rs_init_notifies", "BOOL?", "Run the scripts of real servers for their first state too.") { Default = "false" },
            (r, s) => Change(s, r.OptionalBoolean(), static (settings, value) => settings with { InitialNotifies = value }));
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
