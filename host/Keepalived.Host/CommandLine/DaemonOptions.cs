using Keepalived.Plugins;

namespace Keepalived.Host.CommandLine;

/// <summary>What this run of the program is for.</summary>
internal enum ProgramTask
{
    /// <summary>Run the daemon (or, with a role, one of its child processes).</summary>
    Run,

    /// <summary><c>-t</c>.</summary>
    TestConfiguration,

    /// <summary><c>--list-plugins</c>.</summary>
    ListPlugins,

    /// <summary><c>--list-keywords</c>.</summary>
    ListKeywords,

    /// <summary>The command line has been answered or refused: end with the exit code.</summary>
    Exit,
}

/// <summary>Form of the log.</summary>
internal enum LogFormat
{
    /// <summary>Text: keepalived's lines, and one with stable fields for each event.</summary>
    Text,

    /// <summary>Text without the lines of events.</summary>
    Keepalived,

    /// <summary>A JSON object for each line.</summary>
    Json,
}

/// <summary>The command line as understood; defaults are those of an empty one.</summary>
internal sealed class DaemonOptions
{
    /// <summary>The file read when <c>-f</c> names none.</summary>
    internal const string DefaultConfigurationFile = "/etc/keepalived/keepalived.conf";

    public ProgramTask Task { get; set; }

    /// <summary>Exit code of <see cref="ProgramTask.Exit"/>.</summary>
    public int ExitCode { get; set; }

    public string ConfigurationFile { get; set; } = DefaultConfigurationFile;

    /// <summary>The roles that may run: all but those switched off by -P, -C, -B.</summary>
    public PluginRoles Roles { get; set; } = PluginRoles.All;

    /// <summary><c>--all</c>: the roles run even when nothing is configured for them.</summary>
    public bool StartAll { get; set; }

    public bool LogToConsole { get; set; }

    public bool LogToSyslog { get; set; } = true;

    /// <summary>0, 1 or 2.</summary>
    public int LogDetail { get; set; }

    /// <summary>Facility code of syslog(3), not shifted.</summary>
    public int LogFacility { get; set; } = 3;

    /// <summary>File of <c>-g</c>; empty for the default name; null without <c>-g</c>.</summary>
    public string? LogFile { get; set; }

    public bool FlushLogFile { get; set; }

    /// <summary><c>--log-format</c>.</summary>
    public LogFormat LogFormat { get; set; }

    /// <summary><c>-u</c>; null leaves it to the configuration.</summary>
    public int? Umask { get; set; }

    public bool ReleaseVrrp { get; set; } = true;

    public bool ReleaseIpvs { get; set; } = true;

    public bool Respawn { get; set; } = true;

    public bool Foreground { get; set; }

    public bool DumpConfiguration { get; set; }

    public string? ParentPidFile { get; set; }

    public string? VrrpPidFile { get; set; }

    public string? CheckerPidFile { get; set; }

    public string? BfdPidFile { get; set; }

    public bool MonitorAddresses { get; set; }

    public string? NetworkNamespace { get; set; }

    public bool CoreDumps { get; set; }

    /// <summary>Pattern of <c>-M</c>, at most 128 characters; null leaves the kernel's.</summary>
    public string? CorePattern { get; set; }

    public bool AllConfiguration { get; set; }

    public string? ConfigurationId { get; set; }

    /// <summary>File that <c>-t</c> appends its findings to; null for stderr.</summary>
    public string? TestLogFile { get; set; }

    /// <summary><c>--format json</c>.</summary>
    public bool FindingsAsJson { get; set; }

    /// <summary>What <c>--lint</c> and <c>--no-lint</c> say; null without them.</summary>
    public Keepalived.Configuration.LintOptions? Lint { get; set; }

    public bool IgnoreInterrupt { get; set; }

    public List<string> PluginDirectories { get; } = [];

    /// <summary>Plugins that a child process does not load: they held its loop too often.</summary>
    public List<string> WithoutPlugins { get; } = [];

    /// <summary>Time between two hellos of the watchdog, 0.1 s to 1 h.</summary>
    public TimeSpan WatchdogPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The role of this process when the daemon started it; null in the parent.</summary>
    public PluginRoles? ChildRole { get; set; }

    /// <summary>Descriptor that leads to the parent; -1 when there is none.</summary>
    public int ControlDescriptor { get; set; } = -1;

    /// <summary>This is the daemon that went to the background; <see cref="ControlDescriptor"/> leads to who waits for it.</summary>
    public bool IsDetached { get; set; }

    /// <summary>What to say once logging is set up: options whose feature this version does not have.</summary>
    public List<string> Notices { get; } = [];
}
