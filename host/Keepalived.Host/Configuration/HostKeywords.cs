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
        AddWithoutEffect(globals);
        LintKeywords.Register(tree, globals);
        ProcessKeywords.Register(globals);
    }

    private static HostSettings Settings(this IConfigurationSession session) => session.Get<HostSettings>();

    private static void AddRoot(IKeywordBlock<IConfigurationSession> root)
    {
        root.Keyword(
            new("net_namespace", "NAME", "Network namespace to run in; not changeable by a reload; -s overrides it.") { Default = "the one it is started in" },
            static (reader, session) => session.Settings().NetworkNamespace = reader.Word("name of the namespace"));
        root.Keyword(
            new("use_pid_dir", "", "Keep the pid files in a directory of their own."),
            static (_, session) => session.Settings().UsePidDirectory = true);
        root.Keyword(
            new("instance", "NAME", "Name of this daemon among several on the machine; not changeable by a reload."),
            static (reader, session) => session.Settings().Instance = reader.Word("name of the instance"));
        root.Keyword(
            new("child_wait_time", "SECONDS 0..4294967295", "How long child processes may take to stop.") { Default = "5" },
            static (reader, session) => session.Settings().ChildWaitTime = reader.Seconds("time", TimeSpan.Zero, _longestWait, 0));
    }

    private static void AddIdentity(IKeywordBlock<IConfigurationSession> globals)
    {
        globals.Keyword(
            new("router_id", "STRING", "Name of this machine in messages.") { Default = "host name" },
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
            new("script_user", "USER [[:]GROUP]", "Who runs scripts.") { Default = "keepalived_script if that user exists, else the daemon's user" },
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
            static (reader, session) => session.Settings().StartupScript = ReadScript(reader));
        globals.Keyword(
            new("startup_script_timeout", "SECONDS 1..1000", "Time limit of startup_script.") { Default = "10" },
            static (reader, session) => session.Settings().StartupScriptLimit = TimeSpan.FromSeconds(reader.Integer("time limit", 1, 1000)));
        globals.Keyword(
            new("shutdown_script", "CMD|\"CMD ARGS\" [USER [[:]GROUP]]", "Run by the parent after the children have ended."),
            static (reader, session) => session.Settings().ShutdownScript = ReadScript(reader));
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
            new("state_dump_file", "PATH", "Where SIGUSR1 writes; a relative path is inside the temporary directory.") { Default = "keepalived.data" },
            static (reader, session) => session.Settings().StateDumpFile = reader.Word("path"));
        globals.Keyword(
            new("reload_file", "[PATH]", "A file that exists while a reload reads the configuration.") { Default = "none; without PATH keepalived.reload" },
            static (reader, session) => session.Settings().ReloadFile = reader.TryWord(out string path) ? path : "");
    }

    private static void AddWithoutEffect(IKeywordBlock<IConfigurationSession> globals)
    {
        Without(globals, "max_auto_priority", "[INT -1..99]", "Highest real-time priority that a late process raises itself to.");
        Without(globals, "min_auto_priority_delay", "MICROSECONDS 1..10000000", "Lateness from which a process raises its priority.");
        Without(globals, "random_seed", "INT 0..4294967295", "Makes random numbers of the configuration repeatable.");
        Without(globals, "reload_check_config", "[LOGFILE]", "Test a new configuration before a reload; this daemon always does.");
        Without(globals, "reload_time_file", "PATH", "File that says when to reload.");
        Without(globals, "reload_repeat", "", "Keep the reload time file.");
        Without(globals, "config_save_dir", "DIR", "Where copies of the configuration are kept.");
        Without(globals, "tmp_config_directory", "DIR", "Where the expanded configuration is kept; this daemon keeps it in memory.");
    }

    private static void Without(IKeywordBlock<IConfigurationSession> globals, string name, string arguments, string summary) =>
        globals.Keyword(new(name, arguments, summary) { HasNoEffectYet = true }, static (reader, _) => reader.Rest());

    private static HookScript ReadScript(IKeywordReader reader)
    {
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
