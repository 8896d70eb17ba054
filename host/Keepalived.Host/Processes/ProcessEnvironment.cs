using Keepalived.Host.CommandLine;
using Keepalived.Host.Logging;
using Keepalived.Host.Plugins;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>What every process of the daemon has: the loop, the log, the plugins there are.</summary>
internal sealed class ProcessEnvironment : IDisposable
{
    /// <summary>The owner of what the host itself has on the loop.</summary>
    internal const string HostOwner = "keepalived";

    /// <summary>
    /// How long a check may wait for others so that they share a wake-up of the loop: thousands of checks a second cost a fraction of it, and
    /// nobody asks when within two milliseconds a server is probed (decision 24). The other processes keep every deadline.
    /// </summary>
    private static readonly TimeSpan _slackOfChecks = TimeSpan.FromMilliseconds(2);

    private readonly PluginRoles? _role;
    private PluginCatalog? _catalog;

    public ProcessEnvironment(DaemonOptions options, PluginRoles? role)
    {
        Options = options;
        Loop = new EventLoop(role == PluginRoles.Checker ? new EventLoopOptions { CoalescingSlack = _slackOfChecks } : null);
        Scheduler = Loop.ForOwner(HostOwner);
        TemporaryDirectory = RuntimeFiles.TemporaryDirectory(Environment.GetEnvironmentVariable("TMPDIR"));
        _role = role;
        Log = new DaemonLog(Scheduler.TimeProvider, options.LogDetail, options.LogFormat == LogFormat.Json ? NewJsonLine(role) : null);
        Logger = new DaemonLogger(Log);
        Plugins = new PluginHost(Logger);
    }

    public DaemonOptions Options { get; }

    public EventLoop Loop { get; }

    public IScheduler Scheduler { get; }

    /// <summary>The log; it keeps what it is told until <see cref="OpenLog"/>.</summary>
    public DaemonLog Log { get; }

    public ILogger Logger { get; }

    public string TemporaryDirectory { get; }

    /// <summary>The plugins of this process.</summary>
    public PluginHost Plugins { get; }

    /// <summary>All plugins there are; looked for when first asked.</summary>
    public PluginCatalog Catalog => _catalog ??= PluginCatalog.Discover(Options.PluginDirectories, PluginCatalog.DefaultDirectories);

    private static JsonLine NewJsonLine(PluginRoles? role) => new(role is { } known ? RoleNames.Option(known) : "parent", Environment.ProcessId);

    /// <summary>Opens the places where the log goes.</summary>
    public void OpenLog() => LogSetup.Open(Log, Options, _role, TemporaryDirectory);

    public void Dispose()
    {
        Log.Dispose();
        Loop.Dispose();
    }
}
