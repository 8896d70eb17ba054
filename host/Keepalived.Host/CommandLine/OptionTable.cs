namespace Keepalived.Host.CommandLine;

/// <summary>Every option there is: keepalived's, then ours, then those that the daemon passes to itself.</summary>
internal static class OptionTable
{
    /// <summary>The options in the order of the help text.</summary>
    internal static readonly OptionSpec[] Options =
    [
        new(OptionKind.UseFile, 'f', "use-file", OptionArgument.Required, "FILE", "Read this configuration file"),
        new(OptionKind.VrrpOnly, 'P', "vrrp", OptionArgument.None, "", "Run VRRP only, no health checks"),
        new(OptionKind.CheckerOnly, 'C', "check", OptionArgument.None, "", "Run health checks only, no VRRP"),
        new(OptionKind.NoBfd, 'B', "no_bfd", OptionArgument.None, "", "Run no BFD"),
        new(OptionKind.All, '\0', "all", OptionArgument.None, "", "Start every process, configured or not"),
        new(OptionKind.LogConsole, 'l', "log-console", OptionArgument.None, "", "Log to stderr"),
        new(OptionKind.LogDetail, 'D', "log-detail", OptionArgument.None, "", "Log in detail; twice for still more"),
        new(OptionKind.LogFacility, 'S', "log-facility", OptionArgument.Required, "0..7|local0..local7|user|daemon", "Syslog facility (daemon)"),
        new(OptionKind.LogFile, 'g', "log-file", OptionArgument.Optional, "FILE", "Log to a file too (keepalived.log in the temporary directory)"),
        new(OptionKind.FlushLogFile, '\0', "flush-log-file", OptionArgument.None, "", "Flush the log file after each line"),
        new(OptionKind.LogFormat, '\0', "log-format", OptionArgument.Required, "text|keepalived|json", "Form of the log (text): with a line for each event, without, or JSON"),
        new(OptionKind.NoSyslog, 'G', "no-syslog", OptionArgument.None, "", "Do not log to syslog"),
        new(OptionKind.Umask, 'u', "umask", OptionArgument.Required, "MASK", "File creation mask (0177)"),
        new(OptionKind.ReleaseVips, 'X', "release-vips", OptionArgument.None, "", "Drop virtual addresses at a stop by signal (always done)"),
        new(OptionKind.KeepVrrp, 'V', "dont-release-vrrp", OptionArgument.None, "", "Leave virtual addresses, routes and rules in place at stop"),
        new(OptionKind.KeepIpvs, 'I', "dont-release-ipvs", OptionArgument.None, "", "Leave IPVS services in place at stop"),
        new(OptionKind.NoRespawn, 'R', "dont-respawn", OptionArgument.None, "", "Stop when a child process ends instead of restarting it"),
        new(OptionKind.Foreground, 'n', "dont-fork", OptionArgument.None, "", "Stay in the foreground"),
        new(OptionKind.DumpConfiguration, 'd', "dump-conf", OptionArgument.None, "", "Log the configuration as read"),
        new(OptionKind.ParentPid, 'p', "pid", OptionArgument.Required, "FILE", "Pid file of the parent"),
        new(OptionKind.VrrpPid, 'r', "vrrp_pid", OptionArgument.Required, "FILE", "Pid file of the VRRP process"),
        new(OptionKind.Genhash, 'T', "genhash", OptionArgument.None, "", "Be genhash (must come first)"),
        new(OptionKind.CheckerPid, 'c', "checkers_pid", OptionArgument.Required, "FILE", "Pid file of the checker process"),
        new(OptionKind.MonitorAddresses, 'a', "address-monitoring", OptionArgument.None, "", "Log every address that comes or goes"),
        new(OptionKind.BfdPid, 'b', "bfd_pid", OptionArgument.Required, "FILE", "Pid file of the BFD process"),
        new(OptionKind.Snmp, 'x', "snmp", OptionArgument.None, "", "Enable SNMP (not in this version)"),
        new(OptionKind.SnmpSocket, 'A', "snmp-agent-socket", OptionArgument.Required, "FILE", "Address of the AgentX master (not in this version)"),
        new(OptionKind.Namespace, 's', "namespace", OptionArgument.Required, "NAME", "Run in this network namespace; overrides net_namespace"),
        new(OptionKind.CoreDump, 'm', "core-dump", OptionArgument.None, "", "Allow core dumps"),
        new(OptionKind.CoreDumpPattern, 'M', "core-dump-pattern", OptionArgument.Optional, "PATTERN", "Also set the kernel's core pattern (core)"),
        new(OptionKind.AllConfiguration, 'e', "all-config", OptionArgument.None, "", "Every file that is included must exist and be readable"),
        new(OptionKind.ConfigurationId, 'i', "config-id", OptionArgument.Required, "ID", "Value for lines that begin with @ID (node name)"),
        new(OptionKind.SignalNumber, '\0', "signum", OptionArgument.Required, "NAME", "Print the number of STOP, RELOAD, DATA, STATS, STATS_CLEAR or JSON"),
        new(OptionKind.ConfigurationTest, 't', "config-test", OptionArgument.Optional, "FILE", "Check the configuration, report to stderr or FILE, and end"),
        new(OptionKind.Perf, '\0', "perf", OptionArgument.Optional, "run|all|end", "Profile the VRRP process (not in this version)"),
        new(OptionKind.Debug, '\0', "debug", OptionArgument.Optional, "LETTERS", "Debug switches (not in this version)"),
        new(OptionKind.IgnoreInterrupt, '\0', "ignore-sigint", OptionArgument.None, "", "SIGINT does not stop the daemon"),
        new(OptionKind.PluginDirectory, '\0', "plugin-dir", OptionArgument.Required, "DIR", "Look for plugins here too; may be repeated"),
        new(OptionKind.ListPlugins, '\0', "list-plugins", OptionArgument.None, "", "Print the plugins found and end"),
        new(OptionKind.ListKeywords, '\0', "list-keywords", OptionArgument.None, "", "Print every keyword of the configuration and end"),
        new(OptionKind.Lint, '\0', "lint", OptionArgument.Required, "[-]RULE,…", "Under -t, switch a lint rule on or (-) off; may be repeated"),
        new(OptionKind.NoLint, '\0', "no-lint", OptionArgument.None, "", "Under -t, switch all lint rules off"),
        new(OptionKind.Format, '\0', "format", OptionArgument.Required, "text|json", "Form of the findings of -t (text); json goes to stdout or -tFILE"),
        new(OptionKind.WatchdogPeriod, '\0', "watchdog-period", OptionArgument.Required, "SECONDS", "Time between two hellos to a child process (5)"),
        new(OptionKind.Version, 'v', "version", OptionArgument.None, "", "Print the version and end"),
        new(OptionKind.Help, 'h', "help", OptionArgument.None, "", "Print this text and end"),
        new(OptionKind.ProcessRole, '\0', "process-role", OptionArgument.Required, "ROLE", ""),
        new(OptionKind.ControlDescriptor, '\0', "control-fd", OptionArgument.Required, "N", ""),
        new(OptionKind.WithoutPlugin, '\0', "without-plugin", OptionArgument.Required, "NAME", ""),
        new(OptionKind.Detached, '\0', "detached", OptionArgument.None, "", ""),
    ];

    /// <summary>Finds an option by its letter; null when there is none.</summary>
    internal static OptionSpec? Find(char letter)
    {
        foreach (OptionSpec option in Options)
        {
            if (option.Short == letter && letter != '\0')
            {
                return option;
            }
        }

        return null;
    }

    /// <summary>Finds an option by its long name or an abbreviation that fits only one; null when none or several fit.</summary>
    internal static OptionSpec? Find(ReadOnlySpan<char> name)
    {
        OptionSpec? found = null;
        bool ambiguous = false;
        foreach (OptionSpec option in Options)
        {
            if (name.SequenceEqual(option.Long))
            {
                return option;
            }

            // What the daemon says to itself is never abbreviated, and must not make a user's abbreviation ambiguous.
            if (option.Help.Length > 0 && option.Long.AsSpan().StartsWith(name))
            {
                ambiguous = found is not null;
                found ??= option;
            }
        }

        return ambiguous || name.IsEmpty ? null : found;
    }
}
