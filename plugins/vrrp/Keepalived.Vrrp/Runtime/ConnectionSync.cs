using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Plugins;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Runtime;

/// <summary>
/// The kernel's synchronisation of IPVS connections as it follows an instance (<c>lvs_sync_daemon</c> with <c>inst</c>,
/// <c>lvs_sync_daemon_interface</c>): sending while the instance is MASTER, else receiving. Made only for a configuration that asks for it.
/// Starting and stopping a daemon waits for the kernel, which has its threads started or ended by then.
/// </summary>
internal sealed class ConnectionSync : IDisposable
{
    private readonly VrrpServices _services;
    private readonly IDisposable _subscription;
    private NetlinkConnection? _connection;
    private IpvsClient? _client;
    private SyncDaemonSettings? _settings;
    private byte _routerId;
    private IpvsDaemonRole? _running;

    private ConnectionSync(VrrpServices services)
    {
        _services = services;
        _subscription = services.Events.Subscribe((_, daemonEvent) =>
        {
            if (daemonEvent is VrrpInstanceStateChanged change)
            {
                Follow(change);
            }
        });
    }

    /// <summary>Brings the daemon to what a configuration asks for; makes the object with the first one that asks.</summary>
    public static void Take(ref ConnectionSync? sync, VrrpServices services, IReadOnlyList<RunningInstance> instances)
    {
        SyncDaemonSettings? wanted = Wanted(services, instances, out RunningInstance? instance);
        if (wanted is null && sync is null)
        {
            return;
        }

        sync ??= new ConnectionSync(services);
        sync.Take(wanted, instance);
    }

    /// <summary>Stops the daemon.</summary>
    public void Dispose()
    {
        _subscription.Dispose();
        _settings = null;
        Run(null);
        _client = null;
        _connection?.Dispose();
        _connection = null;
    }

    private static SyncDaemonSettings? Wanted(VrrpServices services, IReadOnlyList<RunningInstance> instances, out RunningInstance? instance)
    {
        instance = null;
        if (services.Daemon.Globals.SyncDaemon is { } global)
        {
            if (global.Instance is not { } name)
            {
                return null;
            }

            instance = instances.FirstOrDefault(candidate => candidate.Settings.Name == name);
            if (instance is null)
            {
                VrrpLog.SyncDaemonWithoutInstance(services.Logger, name);
            }

            return instance is null ? null : global;
        }

        instance = instances.FirstOrDefault(static candidate => candidate.Settings.SyncDaemonInterface is not null);
        // Observed of keepalived: this old form has identity 0, not the instance's.
        return instance is null ? null : new SyncDaemonSettings(instance.Settings.SyncDaemonInterface!) { Instance = instance.Settings.Name, Id = 0 };
    }

    private void Take(SyncDaemonSettings? wanted, RunningInstance? instance)
    {
        byte routerId = instance?.Settings.VirtualRouterId ?? 0;
        if (wanted == _settings && routerId == _routerId)
        {
            return;
        }

        bool isFirst = _settings is null;
        Run(null);
        _settings = wanted;
        _routerId = routerId;
        if (wanted is not null && Open())
        {
            if (isFirst)
            {
                StopLeftovers();
            }

            Run(instance!.Router.State == Protocol.VirtualRouterState.Master ? IpvsDaemonRole.Master : IpvsDaemonRole.Backup);
        }
    }

    private void Follow(VrrpInstanceStateChanged change)
    {
        if (_settings?.Instance == change.Instance && _client is not null)
        {
            Run(change.State switch
            {
                VrrpState.Master => IpvsDaemonRole.Master,
                VrrpState.Stop or VrrpState.Deleted => null,
                _ => IpvsDaemonRole.Backup,
            });
        }
    }

    private bool Open()
    {
        if (_client is not null)
        {
            return true;
        }

        try
        {
            _connection = new NetlinkConnection(_services.OpenNetlink(NetlinkFamily.Generic));
            _client = IpvsClient.Open(_connection);
            return true;
        }
        catch (LinuxException exception)
        {
            _connection?.Dispose();
            _connection = null;
            VrrpLog.SyncDaemonFailed(_services.Logger, exception.Message);
            return false;
        }
    }

    /// <summary>A run that ended without saying goodbye leaves its daemons behind.</summary>
    private void StopLeftovers() => Try(() =>
    {
        foreach (IpvsDaemon daemon in _client!.ListDaemons())
        {
            _client.StopDaemon(in daemon);
        }
    });

    private void Run(IpvsDaemonRole? role)
    {
        if (role == _running)
        {
            return;
        }

        if (_running is { } running)
        {
            _running = null;
            Try(() => _client!.StopDaemon(new IpvsDaemon(running, default, 0)));
        }

        if (role is { } wanted && _settings is { } settings)
        {
            Try(() =>
            {
                _client!.StartDaemon(ToDaemon(settings, wanted));
                _running = wanted;
            });
        }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (LinuxException exception)
        {
            VrrpLog.SyncDaemonFailed(_services.Logger, exception.Message);
        }
    }

    private IpvsDaemon ToDaemon(SyncDaemonSettings settings, IpvsDaemonRole role) => new(role, new KernelName(settings.Interface), settings.Id ?? _routerId)
    {
        MaxLength = settings.LongestMessage ?? 0,
        Port = settings.Port ?? 0,
        Ttl = settings.TimeToLive ?? 0,
        Group = settings.Group is { } group ? InetAddress.FromIPAddress(group) : default,
    };
}
