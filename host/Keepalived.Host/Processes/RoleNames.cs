using Keepalived.Plugins;

namespace Keepalived.Host.Processes;

/// <summary>What the processes are called, wherever they are called something.</summary>
internal static class RoleNames
{
    /// <summary>The children in the order in which they are started.</summary>
    internal static readonly PluginRoles[] StartOrder = [PluginRoles.Checker, PluginRoles.Vrrp, PluginRoles.Bfd];

    /// <summary>The children in the order in which they are told to stop.</summary>
    internal static readonly PluginRoles[] StopOrder = [PluginRoles.Vrrp, PluginRoles.Checker, PluginRoles.Bfd];

    /// <summary>The word of the hidden option that makes a process a child.</summary>
    internal static string Option(PluginRoles role) => role switch
    {
        PluginRoles.Vrrp => "vrrp",
        PluginRoles.Checker => "checker",
        _ => "bfd",
    };

    /// <summary>The child in a log line: <c>Starting VRRP child process</c>.</summary>
    internal static string Display(PluginRoles role) => role switch
    {
        PluginRoles.Vrrp => "VRRP",
        PluginRoles.Checker => "Healthcheck",
        _ => "BFD",
    };

    /// <summary>The name in syslog.</summary>
    internal static string SyslogIdentity(PluginRoles? role) => role switch
    {
        null => "Keepalived",
        PluginRoles.Vrrp => "Keepalived_vrrp",
        PluginRoles.Checker => "Keepalived_healthcheckers",
        _ => "Keepalived_bfd",
    };

    /// <summary>What is put before the last dot of a per-process log file.</summary>
    internal static string LogFileSuffix(PluginRoles? role) => role switch
    {
        null => "",
        PluginRoles.Vrrp => "_vrrp",
        PluginRoles.Checker => "_healthcheckers",
        _ => "_bfd",
    };

    /// <summary>What is put before the last dot of a dump; the VRRP process has the plain name.</summary>
    internal static string DumpSuffix(PluginRoles? role) => role switch
    {
        null => "_parent",
        PluginRoles.Vrrp => "",
        PluginRoles.Checker => "_check",
        _ => "_bfd",
    };

    /// <summary>The kernel's name of the process under <c>process_names</c>; the parent keeps its own.</summary>
    internal static string? ProcessName(PluginRoles? role) => role switch
    {
        null => null,
        PluginRoles.Vrrp => "keepalived_vrrp",
        PluginRoles.Checker => "keepalived_lvs",
        _ => "keepalived_bfd",
    };
}
