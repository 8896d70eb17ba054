using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Host.Configuration;

/// <summary>
/// The keywords that belong to no plugin: those of the daemon as a whole, in the root and in <c>global_defs</c>. Every process reads them;
/// only the parent reports findings about them.
/// </summary>
internal static class HostKeywords
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(uint.MaxValue);

    /// <summary>Registers all of them. <c>global_defs</c> is opened with the session itself, so that plugins may add to it.</summary>
    internal static void Register(KeywordTree tree)
    {
        AddRoot(tree.Root);
        IKeywordBlock<IConfigurationSession> globals = tree.Root.Block<IConfigurationSession>(
            new("global_defs", "{ … }", "Settings of the daemon as a whole."), static (_, session) => session);
        AddIdentity(globals);
        AddScripts(globals);
        AddFiles(globals);
        AddReload(globals);
        globals.Keyword(
            new("smtp_alert", "BOOL?", "Mail about whatever says nothing of mail itself; if absent, real servers only."),
            static (reader, session) => session.Settings().SmtpAlert = reader.OptionalBoolean());
        AddAutomaticPriority(globals);
        MonitoringKeywords.Register(globals);
        LintKeywords.Register(tree, globals);
        ProcessKeywords.Register(globals);
        SyncDaemonKeyword.Register(globals);
        globals.Keyword(
            new("nftables_counters", "", "Count what the rules of nftables match, those of VRRP and of nftables_ipvs; not changeable by a reload."),
            static (_, session) => session.Settings().CountsFirewallMatches = true);
        TrackFileKeywords.Register(tree.Root);
    }

    private static HostSettings Settings(this IConfigurationSession session) => session.Get<HostSettings>();

    private static void AddRoot(IKeywordBlock<IConfigurationSession> root)
    {
        root.Keyword(
            new("net_namespace", "NAME", "Network namespace to run in instead of the one it is started in; not changeable by a reload; -s overrides it."),
            static (reader, session) =>
            {
                reader.RefuseSecond(session.Settings().NetworkNamespace is not null);
                session.Settings().NetworkNamespace = reader.Word("name of the namespace");
            });
        root.Keyword(
            new("use_pid_dir", "", "Keep the pid files in a directory of their own."),
            static (_, session) => session.Settings().UsePidDirectory = true);
        root.Keyword(
            new("instance", "NAME", "Name of this daemon among several on the machine; not changeable by a reload."),
            static (reader, session) =>
            {
                reader.RefuseSecond(session.Settings().Instance is not null);
                session.Settings().Instance = reader.Word("name of the instance");
            });
        root.Keyword(
            new("child_wait_time", "SECONDS 0..4294967295", "How long child processes may take to stop.") { Default = "5" },
            static (reader, session) => session.Settings().ChildWaitTime = reader.Seconds("time", TimeSpan.Zero, _longestWait, 0));
    }

    private static void AddIdentity(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(
            new("router_id", "STRING", "Name of this machine in messages instead of its host name."),
            static (reader, session) => session.Settings().RouterId = reader.Word("name"));
        globals.Keyword(
            new("process_names", "", "Name the child processes after their job in the kernel's process list."),
            static (_, session) => session.Settings().ProcessNames = true);
        globals.Keyword(
            new("process_name", "NAME (15 characters used)", "Name of the parent process in the kernel's process list."),
            static (reader, session) => session.Settings().ParentProcessName = reader.Word("name"));
        globals.Keyword(
            new("umask", "NUMBER | NAME[|NAME…]", "File creation mask; -u overrides it.") { Default = "0177" },
            static (reader, session) => session.Settings().Umask = FileMask.Read(reader));
    }

    private static void AddScripts(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(
            new("script_user", "USER [[:]GROUP]", "Who runs scripts that name nobody; without it the user keepalived_script if there is one, else the daemon's user."),
            static (reader, session) => session.Settings().ScriptUser = session.Scripts.ResolveUser(reader));
        globals.Keyword(
            new("enable_script_security", "", "Disable scripts that anybody but root could replace."),
            static (_, session) => session.Settings().ScriptSecurity = true);
        globals.Keyword(
            new("use_symlink_paths", "BOOL?", "Run scripts by the path as written, symbolic links and all.") { Default = "false" },
            static (reader, session) => session.Settings().UseSymlinkPaths = reader.OptionalBoolean());
        globals.Keyword(
            new("set_supplementary_groups", "BOOL?", "Run scripts with their user's supplementary groups.") { Default = "false" },
            static (reader, session) => session.Settings().SetSupplementaryGroups = reader.OptionalBoolean());
        globals.Keyword(
            new("startup_script", "CMD|\"CMD ARGS\" [USER [[:]GROUP]]", "Run once by the parent before the children start."),
            static (reader, session) => session.Settings().StartupScript = ReadScript(reader, session.Settings().StartupScript));
        globals.Keyword(
            new("startup_script_timeout", "SECONDS 1..1000", "Time limit of startup_script.") { Default = "10" },
            static (reader, session) => session.Settings().StartupScriptLimit = TimeSpan.FromSeconds(reader.Integer("time limit", 1, 1000)));
        globals.Keyword(
            new("shutdown_script", "CMD|\"CMD ARGS\" [USER [[:]GROUP]]", "Run by the parent after the children have ended."),
            static (reader, session) => session.Settings().ShutdownScript = ReadScript(reader, session.Settings().ShutdownScript));
        globals.Keyword(
            new("shutdown_script_timeout", "SECONDS 1..1000", "Time limit of shutdown_script.") { Default = "10" },
            static (reader, session) => session.Settings().ShutdownScriptLimit = TimeSpan.FromSeconds(reader.Integer("time limit", 1, 1000)));
    }

    private static void AddFiles(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(
            new("data_use_instance", "BOOL?", "Put namespace and instance into the names of dumps.") { Default = "false" },
            static (reader, session) => session.Settings().DataUseInstance = reader.OptionalBoolean());
        globals.Keyword(
            new("state_dump_file", "PATH", "Where SIGUSR1 writes; a relative path is inside the temporary directory, one that ends in a slash is a directory.") { Default = "keepalived.data" },
            static (reader, session) => session.Settings().StateDumpFile = reader.Word("path"));
        globals.Keyword(
            new("reload_file", "[PATH]", "A file that exists while a reload reads the configuration; without PATH keepalived.reload where the pid files are."),
            static (reader, session) => session.Settings().ReloadFile = reader.TryWord(out string path) ? path : "");
    }

    private static void AddReload(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(
            new("reload_check_config", "[LOGFILE]", "Reload only a configuration in which a test (-t, with LOGFILE) finds nothing at all; one with new errors is never loaded."),
            static (reader, session) => session.Settings().ReloadCheckLog = reader.TryWord(out string path) ? path : "/dev/null");
        globals.Keyword(
            new("reload_time_file", "PATH", "File with the time of the next reload: HH:MM:SS or YY[YY]-MM-DD HH:MM:SS, with Z behind it in UTC."),
            static (reader, session) => session.Settings().ReloadTimeFile = reader.Word("path"));
        globals.Keyword(
            new("reload_repeat", "", "Keep a reload time file without a date and reload every day."),
            static (_, session) => session.Settings().ReloadRepeat = true);
        globals.Keyword(
            new("config_save_dir", "DIR", "Where a copy of each configuration that is run is kept; made when it is missing."),
            static (reader, session) => session.Settings().SaveDirectory = reader.Word("directory"));
        globals.Keyword(
            new("tmp_config_directory", "DIR", "Where the expanded configuration is kept for the children, as a file without a name; in memory if not set. Not changeable by reload."),
            static (reader, session) =>
            {
                reader.RefuseSecond(session.Settings().TemporaryConfigurationDirectory is not null);
                session.Settings().TemporaryConfigurationDirectory = reader.Word("directory");
            });
        globals.Keyword(
            new("include_check", "[[+|-]read|match|wildcard_match|brace_match …]", "Which mistakes of include lines are errors; without a word all. Acted on while files are read."),
            static (reader, _) => reader.Rest());
        globals.Keyword(
            new("random_seed", "INT 0..4294967295", "Makes $_RANDOM repeatable. Acted on while files are read."),
            static (reader, _) => reader.Integer("seed", 0, uint.MaxValue));
    }

    private static void AddAutomaticPriority(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(
            new("max_auto_priority", "[INT -1..99]", "Highest real-time priority that a late process raises itself to; 0 and -1 are off, no number is 99.") { Default = "0" },
            static (reader, session) => session.Settings().HighestAutomaticPriority = reader.AtEnd ? 99 : (int)reader.Integer("priority", -1, 99));
        globals.Keyword(
            new("min_auto_priority_delay", "MICROSECONDS 1..10000000", "Lateness from which a process raises its priority.") { Default = "1000000" },
            static (reader, session) => session.Settings().AutomaticPriorityDelay = TimeSpan.FromMicroseconds(reader.Integer("delay", 1, 10_000_000)));
    }

    private static HookScript ReadScript(IKeywordReader reader, HookScript? first)
    {
        reader.RefuseSecond(first is not null);
        SourceLocation location = reader.NextLocation;
        IReadOnlyList<string> words = reader.Command("script");
        string[] arguments = new string[words.Count - 1];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = words[i + 1];
        }

        Keepalived.Scripts.ScriptUser? user = reader.AtEnd ? null : reader.Session.Scripts.ResolveUser(reader);
        return new(new(words[0], EquatableArray.Create<string>(arguments), user), location);
    }
}
