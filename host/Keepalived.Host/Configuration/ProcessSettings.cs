using Keepalived.Plugins;

namespace Keepalived.Host.Configuration;

/// <summary>How one child process is scheduled (<c>vrrp_priority</c>, <c>vrrp_rt_priority</c> … and the same for checker and bfd).</summary>
internal sealed record ProcessSettings
{
    /// <summary>Nice value, -20..19; null leaves it alone.</summary>
    public int? Nice { get; init; }

    /// <summary>SCHED_RR priority, 1..99; 0 for none.</summary>
    public int RealTimePriority { get; init; }

    /// <summary>Keep the process's pages in memory.</summary>
    public bool NoSwap { get; init; }

    /// <summary>The CPUs it may run on; empty for all.</summary>
    public EquatableArray<int> Cpus { get; init; }

    /// <summary>
    /// RLIMIT_RTTIME in microseconds: CPU time that a real-time process may use without sleeping, or the kernel ends it. Null sets none:
    /// keepalived's 10 ms are less than a managed process needs to read a large configuration.
    /// </summary>
    public long? RealTimeLimit { get; init; }

    /// <summary>Name of the process in the kernel; null keeps <c>keepalived</c>.</summary>
    public string? ProcessName { get; init; }
}

/// <summary>A script that the parent runs at start or stop.</summary>
/// <param name="Command">What to run.</param>
/// <param name="Location">Where it is configured.</param>
internal sealed record HookScript(Keepalived.Scripts.ScriptCommand Command, Keepalived.Configuration.SourceLocation Location);

/// <summary>What the host's own keywords say. Filled in by the handlers during one reading, then read only.</summary>
internal sealed class HostSettings
{
    public string? RouterId { get; set; }

    public string? NetworkNamespace { get; set; }

    public string? Instance { get; set; }

    public Keepalived.Plugins.SyncDaemonSettings? SyncDaemon { get; set; }

    public bool CountsFirewallMatches { get; set; }

    public bool UsePidDirectory { get; set; }

    /// <summary>How long children may take to stop; 5 s.</summary>
    public TimeSpan ChildWaitTime { get; set; } = TimeSpan.FromSeconds(5);

    public bool ProcessNames { get; set; }

    public string? ParentProcessName { get; set; }

    public ProcessSettings Vrrp { get; set; } = new();

    public ProcessSettings Checker { get; set; } = new();

    public ProcessSettings Bfd { get; set; } = new();

    public bool UseSymlinkPaths { get; set; }

    public bool SetSupplementaryGroups { get; set; }

    public Keepalived.Scripts.ScriptUser? ScriptUser { get; set; }

    /// <summary><c>smtp_alert</c>; null = unset.</summary>
    public bool? SmtpAlert { get; set; }

    public bool ScriptSecurity { get; set; }

    public HookScript? StartupScript { get; set; }

    public TimeSpan StartupScriptLimit { get; set; } = TimeSpan.FromSeconds(10);

    public HookScript? ShutdownScript { get; set; }

    public TimeSpan ShutdownScriptLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>File creation mask, 0..0777; 0177 by default.</summary>
    public int Umask { get; set; } = Convert.ToInt32("177", 8);

    public bool DataUseInstance { get; set; }

    public string? StateDumpFile { get; set; }

    /// <summary>File that exists while a reload reads files; empty for the default name, null for none.</summary>
    public string? ReloadFile { get; set; }

    /// <summary>Where the test before a reload writes what it finds; null for no test.</summary>
    public string? ReloadCheckLog { get; set; }

    /// <summary>File with the time of the next reload.</summary>
    public string? ReloadTimeFile { get; set; }

    /// <summary>The time of the file without a date holds every day.</summary>
    public bool ReloadRepeat { get; set; }

    /// <summary>Where copies of the configuration go; null for none.</summary>
    public string? SaveDirectory { get; set; }

    public string? TemporaryConfigurationDirectory { get; set; }

    /// <summary>-1..99; 0 and -1 for none.</summary>
    public int HighestAutomaticPriority { get; set; }

    public TimeSpan AutomaticPriorityDelay { get; set; } = TimeSpan.FromSeconds(1);

    public SnmpSettings Snmp { get; set; } = new();

    public DBusSettings DBus { get; set; } = new();

    /// <summary>The settings of a child, its name decided.</summary>
    public ProcessSettings For(PluginRoles role)
    {
        ProcessSettings settings = role switch
        {
            PluginRoles.Vrrp => Vrrp,
            PluginRoles.Checker => Checker,
            _ => Bfd,
        };
        return settings.ProcessName is null && ProcessNames
            ? settings with { ProcessName = Processes.RoleNames.ProcessName(role) }
            : settings;
    }
}
