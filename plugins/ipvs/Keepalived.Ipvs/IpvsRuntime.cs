using System.Runtime.CompilerServices;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Plugins;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>
/// The running part as a whole: the order of start and stop. The virtual servers state what should be, then the kernel is attached, so
/// that what is in its table already is compared once and kept where it fits; when the table is whole, the checks begin.
/// </summary>
internal sealed class IpvsRuntime
{
    private readonly ILogger _logger;
    private readonly PoolAnnouncer _announcer;
    private readonly ServiceTable _table;
    private readonly LoadBalancer _balancer;
    private readonly SyncDaemons _syncDaemons;
    private ILocalAddresses? _addresses;
    private IKernelTable? _kernel;
    private IpvsSettings _settings = new();
    private IpvsTimeouts? _timeoutsBefore;
    private GroupMarks? _marks;

    public IpvsRuntime(ILogger logger, PoolAnnouncer announcer, Func<ICheckReports, CheckEnvironment> environment)
    {
        _logger = logger;
        _announcer = announcer;
        _table = new ServiceTable(logger);
        _balancer = new LoadBalancer(_table, announcer, environment);
        _syncDaemons = new SyncDaemons(logger);
    }

    /// <summary>Whether there is a kernel and virtual servers run.</summary>
    public bool IsRunning => _kernel is not null;

    /// <summary>The virtual servers.</summary>
    public IReadOnlyList<VirtualServer> Servers => _balancer.Servers;

    /// <summary>Opens the addresses of this machine for the first configuration with <c>ha_suspend</c>; called when they change.</summary>
    public Func<BufferSettings, Action, ILocalAddresses>? OpenAddresses { get; init; }

    /// <summary>Opens nftables for the first configuration with <c>nftables_ipvs</c>, in the namespace whose IPVS is used.</summary>
    public Func<IpvsSettings, INetlinkTransport>? OpenNftables { get; init; }

    /// <summary><c>nftables_counters</c>, as it is at the start.</summary>
    public bool CountsFirewallMatches { get; init; }

    /// <summary><c>lvs_sync_daemon</c>; taken with the next configuration.</summary>
    public SyncDaemonSettings? SyncDaemon { get; set; }

    /// <summary>Completes when the scripts have ended that <see cref="Stop"/> has started (<c>omega</c>).</summary>
    public Task StopScriptsEnded() => _announcer.StopScriptsEnded();

    /// <summary>The kernel's table while running, for dumps.</summary>
    public IKernelTable? Kernel => _kernel;

    /// <summary>Starts with a kernel, which is disposed at stop.</summary>
    public void Start(IKernelTable kernel, IpvsConfiguration configuration)
    {
        _kernel = kernel;
        _settings = configuration.Settings;
        if (_settings.FlushAtStart)
        {
            kernel.Flush();
        }

        SetTimeouts(configuration.Settings.Timeouts);
        _syncDaemons.Take(SyncDaemon, kernel);
        FollowAddresses(configuration);
        if (_settings.Nftables.Table is not null)
        {
            MakeMarks(configuration.Settings);
        }

        _balancer.Apply(Mark(configuration));
        try
        {
            _table.Attach(kernel);
            kernel.Complete();
        }
        finally
        {
            _balancer.BeginChecks();
        }
    }

    /// <summary>Replaces the configuration.</summary>
    public void Apply(IpvsConfiguration configuration)
    {
        if (_settings.Timeouts != configuration.Settings.Timeouts)
        {
            RestoreTimeouts();
            SetTimeouts(configuration.Settings.Timeouts);
        }

        if (_settings.Nftables != configuration.Settings.Nftables)
        {
            _logger.MarksStay();
        }

        _settings = configuration.Settings with { Nftables = _settings.Nftables };
        _syncDaemons.Take(SyncDaemon, _kernel!);
        FollowAddresses(configuration);
        _balancer.Apply(Mark(configuration));
    }

    /// <summary>Stops and takes everything out of the kernel, unless it shall stay.</summary>
    public void Stop(bool keepServices)
    {
        if (_kernel is not { } kernel)
        {
            return;
        }

        _announcer.IsStopping = true;
        _balancer.Stop(keepServices);
        kernel.Complete();
        if (!keepServices && _settings.FlushAtStop == FlushOnStop.Everything)
        {
            kernel.Flush();
        }

        RestoreTimeouts();
        _syncDaemons.Take(null, kernel);
        _addresses?.Dispose();
        _marks?.Stop(keepServices);
        _marks = null;
        kernel.Dispose();
        _kernel = null;
    }

    // A method of its own, so that its types are loaded only when it runs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeMarks(IpvsSettings settings) => _marks = new(settings.Nftables, CountsFirewallMatches, () => OpenNftables!(settings), _logger);

    private IpvsConfiguration Mark(IpvsConfiguration configuration) => _marks is null ? configuration : _marks.Apply(configuration);

    private void FollowAddresses(IpvsConfiguration configuration)
    {
        if (_addresses is not null || !configuration.HasSuspendable)
        {
            return;
        }

        try
        {
            _addresses = OpenAddresses!(configuration.Settings.MonitorBuffers, _balancer.FollowAddresses);
            _balancer.Addresses = _addresses;
        }
        catch (LinuxException exception)
        {
            _logger.AddressesUnknown(exception.Message);
        }
    }

    private void SetTimeouts(ConnectionTimeouts timeouts)
    {
        if (timeouts.IsEmpty)
        {
            return;
        }

        try
        {
            _timeoutsBefore = _kernel!.GetTimeouts();
            _kernel.SetTimeouts(new(timeouts.Tcp, timeouts.TcpFin, timeouts.Udp));
        }
        catch (LinuxException exception)
        {
            _logger.TimeoutsRefused(exception.Message);
        }
    }

    private void RestoreTimeouts()
    {
        if (_timeoutsBefore is not { } before)
        {
            return;
        }

        _timeoutsBefore = null;
        try
        {
            _kernel!.SetTimeouts(before);
        }
        catch (LinuxException exception)
        {
            _logger.TimeoutsRefused(exception.Message);
        }
    }
}
