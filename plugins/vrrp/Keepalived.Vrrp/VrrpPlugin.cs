// This room runs virtual routers: the keywords of vrrp_instance and of VRRP in global_defs, the sockets, the virtual addresses, their
// announcements, notify scripts, dumps. The protocol itself is in Keepalived.Vrrp.Protocol, which decides; this room carries
// its decisions to the kernel and the kernel's news back.
//
// Owns      Configuration/ (keywords, records, validation), Runtime/ (instances: effects of the state machine),
//           Network/ (advertisement sockets, announcements), Addresses/ (the kernel's address table and news), Reporting/ (dumps),
//           Groups/ (sync groups), Tracking/ (what instances track), Links/ (interfaces of our own, static objects),
//           Routes/ (routes and rules), Firewall/ (nftables, iptables).
// Thread    The loop of the VRRP process; nothing here is called from another thread.
// Never     Blocks the loop: addresses change a chunk per turn, interfaces of our own come and go a few per turn while anybody
//           advertises, announcements leave a portion per turn, scripts are spawned.
//           Allocates nothing per advertisement sent or received.
// Covered   RFC 9568 sections 5 to 8 as far as they are about sockets and addresses; the rest is the protocol room's.
using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Links;
using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Reporting;
using Keepalived.Vrrp.Runtime;
using Keepalived.Vrrp.Runtime.Rehearsal;
using Keepalived.Vrrp.Tracking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

[assembly: KeepalivedPlugin("vrrp", PluginRoles.Vrrp, typeof(Keepalived.Vrrp.VrrpPlugin), PluginContract.Version)]
[assembly: PluginKeywords("", StaticKeywords.StartingNames, StartsProcess = true)]
[assembly: PluginKeywords("", StaticKeywords.FurtherNames)]
[assembly: PluginKeywords("global_defs", GlobalKeywords.Names)]

namespace Keepalived.Vrrp;

/// <summary>The VRRP plugin.</summary>
public sealed class VrrpPlugin : IPlugin, IDisposable
{
    private static readonly TimeSpan _kernelSilence = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _scriptPoll = TimeSpan.FromMilliseconds(10);
    private static readonly VrrpConfiguration _nothing = new(new GlobalSettings(), []);

    private readonly VirtualRouterSet _routers = new();
    private readonly List<NetlinkSocket> _commandSockets = [];
    private GlobalSettings _globals = _nothing.Globals;
    private KernelProcesses? _processes;
    private VrrpConfiguration? _toStart;
    private RouteMonitor? _monitor;
    private IDescriptorWatch? _monitorWatch;
    private KernelAdvertisementNetwork? _network;
    private VrrpServices? _services;
    private TransitionRehearsal? _rehearsal;

    /// <summary>What runs.</summary>
    internal IReadOnlyList<RunningInstance> Instances => _routers.Instances;

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        InstanceKeywords.Register(keywords.Root);
        GroupKeywords.Register(keywords.Root);
        TrackerKeywords.Register(keywords.Root);
        StaticKeywords.Register(keywords.Root);
        LintRules.Register(keywords);
        GlobalKeywords.Register(keywords.Extend<IConfigurationSession>("global_defs"));
    }

    /// <inheritdoc/>
    public object? BuildConfiguration(IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new ConfigurationBuilder(new KernelLinks()).Build(session);
    }

    /// <inheritdoc/>
    public void Start(IServiceProvider services, object? configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        VrrpConfiguration settings = (VrrpConfiguration?)configuration ?? _nothing;
        IScheduler scheduler = services.GetRequiredService<IScheduler>();
        ILogger logger = services.GetRequiredService<ILogger>();
        TimeSpan silence = StartupSilence.Of(settings.Globals);
        _globals = settings.Globals;
        var interfaces = new InterfaceTable(_routers);
        _monitor = RouteMonitor.Open(interfaces, receiveBuffer: settings.Globals.MonitorBuffer.ToNetlink());
        _monitor.Start();
        _monitor.WaitUntilSynchronized(_kernelSilence);
        _network = new KernelAdvertisementNetwork();
        IDaemonContext daemon = services.GetRequiredService<IDaemonContext>();
        _services = new VrrpServices
        {
            Scheduler = scheduler,
            Daemon = daemon,
            Events = services.GetRequiredService<IEventBus>(),
            Scripts = services.GetRequiredService<IScriptRunner>(),
            Logger = logger,
            Interfaces = interfaces,
            Installer = new AddressInstaller(scheduler, interfaces, handler => OpenAddressTable(handler, daemon)),
            AddressIndex = new AddressIndex(),
            Announcer = new Announcer(scheduler, logger, interfaces, new KernelAnnouncementNetwork(), new KernelForwardingState()),
            Paths = new AdvertisementPaths(scheduler, logger, _network),
            OpenBfdSessions = () => services.GetRequiredService<IBfdSessions>(),
            DisablesLocalIgmp = settings.Globals.DisablesLocalIgmp,
            SilentUntil = scheduler.Now + silence,
            OpenNetlink = OpenNetlink,
            OpenProcesses = OpenProcesses,
        };
        _routers.Services = _services;
        _monitorWatch = scheduler.Watch(_monitor.Descriptor, Readiness.Read, _ => _monitor?.OnReadable());
        if (silence > TimeSpan.Zero)
        {
            VrrpLog.StartupDelay(logger, silence.TotalSeconds);
        }

        // In the first turn, not here: the loop's time stands still until then, and timers reckoned from it would be short by what
        // the start of the process has taken.
        _toStart = settings;
        scheduler.Post(StartRouters);
    }

    /// <inheritdoc/>
    public void Reload(object? configuration)
    {
        var settings = (VrrpConfiguration?)configuration;
        TakeBuffers((settings ?? _nothing).Globals);
        if (_toStart is not null)
        {
            _toStart = settings ?? _nothing;
            return;
        }

        _routers.Reload(settings);
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken limit)
    {
        if (_services is not { } services)
        {
            return;
        }

        _toStart = null;
        _rehearsal?.Dispose();
        _routers.Stop(keepsAddresses: !services.Daemon.ReleaseVrrp);
        await AddressesGone(services.Installer, limit);
        if (services is { Links: { } links, Daemon.ReleaseVrrp: true })
        {
            _routers.RemoveVirtualLinks();
            links.Finish();
            await FirewallGone(links, services.Scheduler, limit);
        }

        await ScriptsEnded(services.Scheduler, limit);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dump(DumpKind kind, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (_services is not { } services)
        {
            return;
        }

        switch (kind)
        {
            case DumpKind.Data:
                new DataDump(writer, _routers, services).Write();
                break;
            case DumpKind.Statistics or DumpKind.StatisticsClear:
                StatisticsDump.Write(writer, _routers.Instances, clears: kind == DumpKind.StatisticsClear);
                break;
            case DumpKind.Json:
                JsonDump.Write(writer, _routers.Instances, _routers.Globals.JsonVersion, _routers.Trackers?.Processes);
                break;
        }
    }

    /// <summary>Closes every socket; what is in the kernel stays.</summary>
    public void Dispose()
    {
        _rehearsal?.Dispose();
        _rehearsal = null;
        _routers.Dispose();
        _services?.Paths.Dispose();
        _services?.Announcer.Dispose();
        _services?.Installer.Dispose();
        _services?.Links?.Dispose();
        _services = null;
        _monitorWatch?.Dispose();
        _monitorWatch = null;
        _monitor?.Dispose();
        _monitor = null;
        _network?.Dispose();
        _network = null;
    }

    // The scripts told of the stop die with this process, so it waits for them as long as they are allowed to run.
    private async Task ScriptsEnded(IScheduler scheduler, CancellationToken limit)
    {
        MonotonicTime end = scheduler.ReadClock() + InstanceNotifier.StopLimit;
        while (_routers.HasRunningScripts && scheduler.ReadClock() < end && !limit.IsCancellationRequested)
        {
            await Pause(scheduler);
        }
    }

    // The programs of iptables would be left without anybody who gives them the rest of their work.
    private static async Task FirewallGone(LinkServices links, IScheduler scheduler, CancellationToken limit)
    {
        while (links.Firewall is { IsBusy: true } && !limit.IsCancellationRequested)
        {
            await Pause(scheduler);
        }
    }

    private static async Task Pause(IScheduler scheduler)
    {
        TaskCompletionSource passed = new();
        using ILoopTimer timer = scheduler.CreateTimer(_ => passed.TrySetResult());
        timer.Arm(scheduler.ReadClock() + _scriptPoll);
        await passed.Task;
    }

    // Sockets through which the kernel is changed; those that few configurations need are opened late.
    private NetlinkSocket OpenNetlink(NetlinkFamily family)
    {
        NetlinkSocket socket = NetlinkSocket.Open(family, _globals.CommandBuffer.ToNetlink());
        _commandSockets.Add(socket);
        return socket;
    }

    private KernelAddressTable OpenAddressTable(IAddressTableHandler handler, IDaemonContext daemon)
    {
        NetlinkSocket socket = OpenNetlink(NetlinkFamily.Route);
        if (!daemon.MonitorAddresses)
        {
            // The answers say as much, and a takeover of thousands need not be told twice.
            _monitor!.IgnoreAdditionsOf(socket.Port);
        }

        return new KernelAddressTable(handler, socket);
    }

    private KernelProcesses OpenProcesses() => _processes = new KernelProcesses(_globals.ProcessBuffer.ToNetlink());

    private void TakeBuffers(GlobalSettings globals)
    {
        GlobalSettings old = _globals;
        _globals = globals;
        if (globals.MonitorBuffer != old.MonitorBuffer)
        {
            _monitor?.SetReceiveBuffer(globals.MonitorBuffer.ToNetlink());
        }

        if (globals.ProcessBuffer != old.ProcessBuffer)
        {
            _processes?.SetReceiveBuffer(globals.ProcessBuffer.ToNetlink());
        }

        if (globals.CommandBuffer != old.CommandBuffer)
        {
            _commandSockets.RemoveAll(socket => socket.IsClosed);
            _commandSockets.ForEach(socket => socket.SetReceiveBuffer(globals.CommandBuffer.ToNetlink()));
        }
    }

    private void StartRouters()
    {
        if (_toStart is { } settings)
        {
            _toStart = null;
            _routers.Start(settings);
            _rehearsal = new TransitionRehearsal(_services!, _routers.Instances);
            _rehearsal.Begin();
        }
    }

    private static async Task AddressesGone(AddressInstaller installer, CancellationToken limit)
    {
        installer.Pump();
        if (installer.IsIdle)
        {
            return;
        }

        TaskCompletionSource idle = new();
        installer.BecameIdle = () => idle.TrySetResult();
        using (limit.UnsafeRegister(static (state, _) => ((TaskCompletionSource)state!).TrySetResult(), idle))
        {
            await idle.Task;
        }
    }
}
