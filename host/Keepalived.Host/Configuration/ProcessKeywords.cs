using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Host.Configuration;

/// <summary>The keywords that say how each child process is scheduled: the same six for vrrp, checker and bfd.</summary>
internal static class ProcessKeywords
{
    private delegate void Change(HostSettings settings, Func<ProcessSettings, ProcessSettings> change);

    internal static void Register(IKeywordBlock<IConfigurationSession> globals)
    {
        Add(globals, "vrrp", PluginRoles.Vrrp, static (settings, change) => settings.Vrrp = change(settings.Vrrp));
        Add(globals, "checker", PluginRoles.Checker, static (settings, change) => settings.Checker = change(settings.Checker));
        Add(globals, "bfd", PluginRoles.Bfd, static (settings, change) => settings.Bfd = change(settings.Bfd));
        AddName(globals, new("lvs_process_name", "NAME", "Name of the checker process.") { ReplacedBy = "checker_process_name", IsQuietlyDeprecated = true }, PluginRoles.Checker, static (settings, change) => settings.Checker = change(settings.Checker));
    }

    private static void Add(IKeywordBlock<IConfigurationSession> globals, string prefix, PluginRoles role, Change change)
    {
        AddName(globals, new(prefix + "_process_name", "NAME (15 characters used)", "Name of the process in the kernel's process list."), role, change);
        globals.Keyword(
            new(prefix + "_priority", "INT -20..19", "Nice value of the process.") { Default = "0", Process = role },
            (reader, session) =>
            {
                int nice = (int)reader.Integer("nice value", -20, 19);
                change(session.Get<HostSettings>(), settings => settings with { Nice = nice });
            });
        globals.Keyword(
            new(prefix + "_rt_priority", "INT 1..99", "Real-time priority (SCHED_RR) of the process; other values are clamped; without it none.") { Process = role },
            (reader, session) =>
            {
                int priority = (int)Math.Clamp(reader.Integer("real-time priority", int.MinValue, int.MaxValue), 1, 99);
                change(session.Get<HostSettings>(), settings => settings with { RealTimePriority = priority });
            });
        globals.Keyword(
            new(prefix + "_no_swap", "", "Keep the process in memory.") { Process = role },
            (_, session) => change(session.Get<HostSettings>(), static settings => settings with { NoSwap = true }));
        globals.Keyword(
            new(prefix + "_cpu_affinity", "CPU…", "The CPUs that the process may run on; without it all.") { Process = role },
            (reader, session) =>
            {
                EquatableArray<int> cpus = ReadCpus(reader);
                change(session.Get<HostSettings>(), settings => settings with { Cpus = cpus });
            });
        AddRealTimeLimit(globals, new(prefix + "_rlimit_rttime", "MICROSECONDS 1..4294967295", "CPU time that the process may use without sleeping, under a real-time priority; without it any."), role, change);
        AddRealTimeLimit(globals, new(prefix + "_rlimit_rtime", "MICROSECONDS 1..4294967295", "The same.") { ReplacedBy = prefix + "_rlimit_rttime", IsQuietlyDeprecated = true }, role, change);
    }

    private static void AddName(IKeywordBlock<IConfigurationSession> globals, KeywordSpec spec, PluginRoles role, Change change) =>
        globals.Keyword(
            spec with { Process = role },
            (reader, session) =>
            {
                string name = reader.Word("name");
                change(session.Get<HostSettings>(), settings => settings with { ProcessName = name });
            });

    private static void AddRealTimeLimit(IKeywordBlock<IConfigurationSession> globals, KeywordSpec spec, PluginRoles role, Change change) =>
        globals.Keyword(
            spec with { Process = role },
            (reader, session) =>
            {
                // The soft limit is half of it, and must not become 0.
                long limit = Math.Max(2, reader.Integer("time", 1, uint.MaxValue));
                change(session.Get<HostSettings>(), settings => settings with { RealTimeLimit = limit });
            });

    private static EquatableArray<int> ReadCpus(IKeywordReader reader)
    {
        List<int> cpus = [];
        do
        {
            cpus.Add((int)reader.Integer("CPU number", 0, Environment.ProcessorCount - 1));
        }
        while (!reader.AtEnd);
        return cpus.ToEquatableArray();
    }
}
