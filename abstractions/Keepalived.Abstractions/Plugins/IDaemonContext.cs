namespace Keepalived.Plugins;

/// <summary>
/// What a plugin may know of the process that it runs in. Host services in every plugin's container: this,
/// <see cref="Scheduling.IScheduler"/>, <see cref="TimeProvider"/>, <see cref="Events.IEventBus"/>, <see cref="Scripts.IScriptRunner"/>,
/// <see cref="Checking.ICheckSockets"/>, <see cref="IWorkerProcesses"/>, <see cref="Tracking.IFileNumbers"/> and <see cref="Microsoft.Extensions.Logging.ILogger"/> (already named after the plugin).
/// </summary>
public interface IDaemonContext
{
    /// <summary>The one role of this process; <see cref="PluginRoles.All"/> under <c>-t</c>.</summary>
    PluginRoles Role { get; }

    /// <summary>Detail of the log: 0, 1 (<c>-D</c>) or 2 (<c>-D</c> twice).</summary>
    int LogDetail { get; }

    /// <summary>False with <c>--log-format keepalived</c>: the log has no lines that keepalived would not have, so none for each event.</summary>
    bool LogsEvents => true;

    /// <summary>False with <c>-V</c>: addresses, routes and rules stay in place at stop.</summary>
    bool ReleaseVrrp { get; }

    /// <summary>False with <c>-I</c>: IPVS services stay in place at stop.</summary>
    bool ReleaseIpvs { get; }

    /// <summary>True with <c>-a</c>: every address that comes or goes is logged.</summary>
    bool MonitorAddresses { get; }

    /// <summary>Directory of run-time state, usually <c>/run</c>.</summary>
    string RunDirectory { get; }

    /// <summary>Directory of dumps: TMPDIR when that is an absolute path of an existing directory, else the system's.</summary>
    string TemporaryDirectory { get; }

    /// <summary>What <c>global_defs</c> says for everybody. Replaced as a whole by a reload, before the plugins are told.</summary>
    GlobalDefinitions Globals { get; }

    /// <summary>Asks the host to end this process with a code; 1, 2 or 4 make the parent stop too.</summary>
    void RequestExit(int code, string reason);
}

/// <summary>Settings of <c>global_defs</c> that more than one plugin needs.</summary>
public sealed record GlobalDefinitions
{
    /// <summary><c>router_id</c>; the host name by default.</summary>
    public required string RouterId { get; init; }

    /// <summary><c>instance</c>; null when the daemon has no instance name.</summary>
    public string? Instance { get; init; }

    /// <summary><c>net_namespace</c>; null when the daemon stays in the namespace it was started in.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>
    /// <c>lvs_sync_daemon</c>; null = none. Tied to a vrrp_instance it is run by the VRRP process, else by the checker process.
    /// </summary>
    public SyncDaemonSettings? SyncDaemon { get; init; }

    /// <summary><c>nftables_counters</c>: what this daemon makes in nftables counts what it matches.</summary>
    public bool CountsFirewallMatches { get; init; }

    /// <summary><c>enable_script_security</c>: a script that anybody but root could replace is disabled instead of reported.</summary>
    public bool ScriptSecurity { get; init; }

    /// <summary><c>use_symlink_paths</c>: keep the path as written instead of resolving it.</summary>
    public bool UseSymlinkPaths { get; init; }

    /// <summary><c>script_user</c> or the default; null = the user of the daemon.</summary>
    public Scripts.ScriptUser? ScriptUser { get; init; }

    /// <summary><c>smtp_alert</c>: mail about whatever says nothing of mail itself; null = unset.</summary>
    public bool? SmtpAlert { get; init; }
}
