namespace Keepalived.Host.CommandLine;

/// <summary>Whether an option takes an argument, in the terms of getopt_long(3).</summary>
internal enum OptionArgument
{
    None,
    Required,

    /// <summary>Only when attached: <c>-tFILE</c>, <c>--config-test=FILE</c>.</summary>
    Optional,
}

/// <summary>What an option asks for; one value per option, so that applying it is one switch.</summary>
internal enum OptionKind
{
    UseFile,
    VrrpOnly,
    CheckerOnly,
    NoBfd,
    All,
    LogConsole,
    LogDetail,
    LogFacility,
    LogFile,
    FlushLogFile,
    LogFormat,
    NoSyslog,
    Umask,
    ReleaseVips,
    KeepVrrp,
    KeepIpvs,
    NoRespawn,
    Foreground,
    DumpConfiguration,
    ParentPid,
    VrrpPid,
    CheckerPid,
    BfdPid,
    MonitorAddresses,
    Snmp,
    SnmpSocket,
    Namespace,
    CoreDump,
    CoreDumpPattern,
    AllConfiguration,
    ConfigurationId,
    SignalNumber,
    ConfigurationTest,
    Perf,
    Debug,
    IgnoreInterrupt,
    Genhash,
    Version,
    Help,
    PluginDirectory,
    ListPlugins,
    ListKeywords,
    WatchdogPeriod,
    Lint,
    Format,
    NoLint,
    ProcessRole,
    ControlDescriptor,
    WithoutPlugin,
    Detached,
}

/// <summary>One option of the command line.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Short">Its letter; <c>'\0'</c> when it has none.</param>
/// <param name="Long">Its long name, without hyphens.</param>
/// <param name="Argument">Whether it takes an argument.</param>
/// <param name="ArgumentName">The argument in the help text.</param>
/// <param name="Help">One line of help; empty hides the option.</param>
internal readonly record struct OptionSpec(
    OptionKind Kind, char Short, string Long, OptionArgument Argument, string ArgumentName, string Help)
{
    /// <summary>The option as it is named in a message: the letter where there is one.</summary>
    public string Display => Short != '\0' ? "-" + Short : "--" + Long;
}
