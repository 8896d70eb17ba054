// The IPVS room: virtual servers with their pools, the engine that runs the checkers, and the kernel's IPVS table.
//
//   Configuration  keywords -> builders (as written) -> completion (corrections, each reported) -> immutable definitions
//   Engine         Prober runs one checker, CheckRunner has CheckState judge its results for one real server, SharedProbe
//                  gives them to several, VirtualServer applies weights and quorum,
//                  LoadBalancer holds them all and turns a reload into a diff
//   Kernel         ServiceTable knows what should be there and sends differences; NetlinkKernelTable carries them
//
// Everything runs on the loop thread of the checker process. The engine takes time from IScheduler alone and decides without
// doing: what follows goes to ServiceTable and IPoolObserver. Never here: a probe (checkers are plugins of their own), a blocking
// call after start, a decision by errno text. Mails are the notify plugin's. GroupMarks is made for nftables_ipvs only.
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Tracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>Virtual servers over the kernel's IPVS, with health checks.</summary>
public sealed class IpvsPlugin : IPlugin
{
    private static readonly TimeSpan _moduleLimit = TimeSpan.FromSeconds(10);

    /// <summary>As long as a dump may keep the loop before other work has its turn.</summary>
    private static TimeSpan LoopShare => TimeSpan.FromMilliseconds(2);

    private IScheduler? _scheduler;
    private IScriptRunner? _scripts;
    private IDaemonContext? _daemon;
    private ILogger? _logger;
    private IpvsRuntime? _runtime;
    private IpvsConfiguration? _configuration;

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        GlobalKeywords.Register(keywords);
        GroupKeywords.Register(keywords);
        VirtualServerLint.Register(keywords);
        VirtualServerKeywords.Register(keywords);
    }

    /// <inheritdoc/>
    public object? BuildConfiguration(IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return VirtualServerCompletion.Complete(session);
    }

    /// <inheritdoc/>
    public void Start(IServiceProvider services, object? configuration)
    {
        _scheduler = services.GetRequiredService<IScheduler>();
        _scripts = services.GetRequiredService<IScriptRunner>();
        _daemon = services.GetRequiredService<IDaemonContext>();
        _logger = services.GetRequiredService<ILogger>();
        var announcer = new PoolAnnouncer(_logger, services.GetRequiredService<IEventBus>(), _scripts);
        ICheckSockets sockets = services.GetRequiredService<ICheckSockets>();
        IFileNumbers files = services.GetRequiredService<IFileNumbers>();
        ICheckerScopes? scopes = services.GetService<ICheckerScopes>();
        _runtime = new(_logger, announcer, reports => new(_scheduler, sockets, _scripts, files, _logger, new EvenSpread(), reports)
        {
            Scopes = scopes,
            OpenBfdSessions = () => services.GetRequiredService<IBfdSessions>(),
        })
        {
            OpenAddresses = (buffers, changed) => LocalAddresses.Open(_scheduler, buffers, changed),
            OpenNftables = static settings => OtherNamespace.Open(settings.Namespace, static () => NetlinkSocket.Open(NetlinkFamily.Netfilter)),
            SyncDaemon = _daemon.Globals.SyncDaemon,
            CountsFirewallMatches = _daemon.Globals.CountsFirewallMatches,
        };
        _configuration = (IpvsConfiguration?)configuration;
        OpenKernel(mayLoadModule: true);
    }

    /// <inheritdoc/>
    public void Reload(object? configuration)
    {
        _configuration = (IpvsConfiguration?)configuration;
        _runtime!.SyncDaemon = _daemon!.Globals.SyncDaemon;
        if (_runtime.IsRunning)
        {
            _runtime.Apply(_configuration ?? IpvsConfiguration.Empty);
        }
        else
        {
            OpenKernel(mayLoadModule: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken limit)
    {
        if (_runtime is not { } runtime)
        {
            return;
        }

        runtime.Stop(keepServices: !_daemon!.ReleaseIpvs);

        // The scripts told of the stop die with this process. As with C, who runs from before is not waited for.
        TaskCompletionSource isOver = new();
        using CancellationTokenRegistration over = limit.Register(() => isOver.TrySetResult());
        using ILoopTimer timer = _scheduler!.CreateTimer(_ => isOver.TrySetResult());
        timer.Arm(_scheduler.ReadClock() + PoolAnnouncer.StopLimit);
        await Task.WhenAny(runtime.StopScriptsEnded(), isOver.Task);
    }

    /// <inheritdoc/>
    public ValueTask DumpAsync(DumpKind kind, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return kind == DumpKind.Data && _runtime is { } runtime
            ? new(new IpvsDump(writer, _scheduler!, LoopShare).WriteAsync(runtime.Servers, () => runtime.Kernel))
            : ValueTask.CompletedTask;
    }

    /// <summary>
    /// Opens the kernel's IPVS, loading its module once if need be. Without it nothing of ours runs, and nothing else suffers.
    /// </summary>
    private void OpenKernel(bool mayLoadModule)
    {
        if (_configuration is not { VirtualServers.Count: > 0 } configuration)
        {
            return;
        }

        try
        {
            _runtime!.Start(NetlinkKernelTable.Open(_scheduler!, configuration.Settings), configuration);
        }
        catch (NetlinkException exception) when (exception.Failure == NetlinkFailure.FamilyMissing && mayLoadModule)
        {
            LoadModule();
        }
        catch (NetlinkException exception) when (exception.Failure == NetlinkFailure.FamilyMissing)
        {
            _logger!.NoIpvs("this kernel has no ip_vs", "modprobe ip_vs");
        }
        catch (LinuxException exception)
        {
            _logger!.NoIpvs(exception.Message, exception.Errno is Errno.EPERM or Errno.EACCES ? "run as root" : "modprobe ip_vs");
        }
    }

    private void LoadModule()
    {
        _logger!.LoadingModule();
        var root = new ScriptUser(0, 0, SupplementaryGroups: false, "root");
        _scripts!.Run(new ScriptCommand("/sbin/modprobe", ["ip_vs"], root), [], _moduleLimit, _ => OpenKernel(mayLoadModule: false));
    }
}
