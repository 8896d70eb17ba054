using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Plugins;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>
/// <c>lvs_sync_daemon</c> without an instance: both roles run as long as the daemon does. Tied to an instance they are the VRRP process's.
/// </summary>
internal sealed class SyncDaemons(ILogger logger)
{
    private SyncDaemonSettings? _running;

    /// <summary>Brings the daemons to what is configured. Such as an earlier run has left are stopped first.</summary>
    public void Take(SyncDaemonSettings? settings, IKernelTable kernel)
    {
        SyncDaemonSettings? wanted = settings is { Instance: null } ? settings : null;
        if (wanted == _running)
        {
            return;
        }

        try
        {
            foreach (IpvsDaemon daemon in kernel.ListDaemons())
            {
                kernel.StopDaemon(daemon);
            }

            _running = wanted;
            if (wanted is not null)
            {
                kernel.StartDaemon(ToDaemon(wanted, IpvsDaemonRole.Master));
                kernel.StartDaemon(ToDaemon(wanted, IpvsDaemonRole.Backup));
            }
        }
        catch (LinuxException exception)
        {
            logger.SyncDaemonsRefused(exception.Message);
        }
    }

    private static IpvsDaemon ToDaemon(SyncDaemonSettings settings, IpvsDaemonRole role) => new(role, new KernelName(settings.Interface), settings.Id ?? 0)
    {
        MaxLength = settings.LongestMessage ?? 0,
        Port = settings.Port ?? 0,
        Ttl = settings.TimeToLive ?? 0,
        Group = settings.Group is { } group ? InetAddress.FromIPAddress(group) : default,
    };
}
