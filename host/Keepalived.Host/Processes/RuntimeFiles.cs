using Keepalived.Host.CommandLine;
using Keepalived.Plugins;

namespace Keepalived.Host.Processes;

/// <summary>Where the daemon keeps its files, decided by the command line and by <c>use_pid_dir</c>, <c>instance</c> and <c>net_namespace</c>.</summary>
/// <param name="RunDirectory">Directory of run-time state.</param>
/// <param name="Instance">Instance name; null without one.</param>
/// <param name="Namespace">Network namespace; null without one.</param>
/// <param name="UsesPidDirectory">Pid files have a directory of their own.</param>
internal sealed record RuntimeFiles(string RunDirectory, string? Instance, string? Namespace, bool UsesPidDirectory)
{
    /// <summary>The directory of run-time state on a Linux system.</summary>
    internal const string DefaultRunDirectory = "/run";

    /// <summary>
    /// The directory of pid files. In a network namespace each has one of its own, so that the same configuration can run in several;
    /// keepalived bind-mounts it over its usual place, we name it directly.
    /// </summary>
    public string PidDirectory =>
        Namespace is not null ? Path.Combine(RunDirectory, "keepalived", Namespace)
        : UsesPidDirectory || Instance is not null ? Path.Combine(RunDirectory, "keepalived")
        : RunDirectory;

    /// <summary>True when <see cref="PidDirectory"/> is ours to create.</summary>
    public bool OwnsPidDirectory => PidDirectory != RunDirectory;

    /// <summary>The pid file of a process: the command line's, else by the rules of keepalived.</summary>
    public string PidFile(PluginRoles? role, DaemonOptions options)
    {
        string? named = role switch
        {
            null => options.ParentPidFile,
            PluginRoles.Vrrp => options.VrrpPidFile,
            PluginRoles.Checker => options.CheckerPidFile,
            _ => options.BfdPidFile,
        };
        string name = role switch
        {
            null => "keepalived",
            PluginRoles.Vrrp => "vrrp",
            PluginRoles.Checker => "checkers",
            _ => "bfd",
        };
        return named ?? Path.Combine(PidDirectory, Instance is null ? name + ".pid" : $"{name}_{Instance}.pid");
    }

    /// <summary>The suffix of syslog identities: <c>_NAMESPACE_INSTANCE</c>, as far as there are any.</summary>
    public string IdentitySuffix => (Namespace is null ? "" : "_" + Namespace) + (Instance is null ? "" : "_" + Instance);

    /// <summary>The directory of dumps: TMPDIR when that is an absolute path of an existing directory, else the system's.</summary>
    internal static string TemporaryDirectory(string? variable) =>
        variable is { Length: > 0 } && variable[0] == '/' && Directory.Exists(variable) ? variable : "/tmp";

    /// <summary>The path of a data dump.</summary>
    /// <param name="temporaryDirectory">Directory of dumps.</param>
    /// <param name="configured"><c>state_dump_file</c>: absolute, or inside the directory; a trailing slash names a directory.</param>
    /// <param name="role">The process.</param>
    /// <param name="useInstance"><c>data_use_instance</c>: <c>.NAMESPACE_INSTANCE</c> before the extension.</param>
    public string DataDump(string temporaryDirectory, string? configured, PluginRoles? role, bool useInstance)
    {
        string path = configured switch
        {
            null or "" => "keepalived.data",
            [.., '/'] => configured + "keepalived.data",
            _ => configured,
        };
        path = Path.Combine(temporaryDirectory, path);
        path = WithSuffix(path, RoleNames.DumpSuffix(role));
        string[] parts = [.. new[] { Namespace, Instance }.OfType<string>()];
        return useInstance && parts.Length > 0 ? WithSuffix(path, "." + string.Join('_', parts)) : path;
    }

    private static string WithSuffix(string path, string suffix)
    {
        int dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') ? path[..dot] + suffix + path[dot..] : path + suffix;
    }
}
