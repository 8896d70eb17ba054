using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>
/// The running part as a whole: the order of start and stop. The virtual servers state what should be, then the kernel is attached, so
/// that what is in its table already is compared once and kept where it fits.
/// </summary>
internal sealed class IpvsRuntime
{
    private readonly ILogger _logger;
    private readonly PoolAnnouncer _announcer;
    private readonly ServiceTable _table;
    private readonly LoadBalancer _balancer;
    private IKernelTable? _kernel;
    private IpvsSettings _settings = new();
    private IpvsTimeouts? _timeoutsBefore;

    public IpvsRuntime(ILogger logger, PoolAnnouncer announcer, Func<ICheckReports, CheckEnvironment> environment)
    {
        _logger = logger;
        _announcer = announcer;
        _table = new ServiceTable(logger);
        _balancer = new LoadBalancer(_table, announcer, environment);
    }

    /// <summary>Whether there is a kernel and virtual servers run.</summary>
    public bool IsRunning => _kernel is not null;

    /// <summary>The virtual servers.</summary>
    public IReadOnlyList<VirtualServer> Servers => _balancer.Servers;

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
        _balancer.Apply(configuration);
        _table.Attach(kernel);
    }

    /// <summary>Replaces the configuration.</summary>
    public void Apply(IpvsConfiguration configuration)
    {
        if (_settings.Timeouts != configuration.Settings.Timeouts)
        {
            RestoreTimeouts();
            SetTimeouts(configuration.Settings.Timeouts);
        }

        _settings = configuration.Settings;
        _balancer.Apply(configuration);
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
        kernel.Dispose();
        _kernel = null;
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
