using Keepalived.Linux;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Network;

/// <summary>The open paths: opened for the first router that needs one, closed after the last.</summary>
internal sealed class AdvertisementPaths(IScheduler scheduler, ILogger logger, IAdvertisementNetwork network) : IDisposable
{
    private readonly Dictionary<ChannelKey, AdvertisementPath> _paths = [];

    /// <summary>All open paths.</summary>
    public IReadOnlyCollection<AdvertisementPath> Open => _paths.Values;

    /// <summary>Joins a path.</summary>
    /// <exception cref="LinuxException">It is not open yet and the kernel refuses.</exception>
    public AdvertisementPath Join(in ChannelKey key, in ChannelOptions options, byte virtualRouterId, IAdvertisementListener listener)
    {
        if (!_paths.TryGetValue(key, out AdvertisementPath? path))
        {
            path = new AdvertisementPath(scheduler, logger, key, network.Open(key, options));
            _paths.Add(key, path);
        }

        path.Attach(virtualRouterId, listener);
        return path;
    }

    /// <summary>Leaves a path.</summary>
    public void Leave(AdvertisementPath path, byte virtualRouterId, IAdvertisementListener listener)
    {
        path.Detach(virtualRouterId, listener);
        if (path.Users == 0)
        {
            _paths.Remove(path.Key);
            path.Dispose();
        }
    }

    /// <summary>Sends everything that is queued, now.</summary>
    public void FlushAll()
    {
        foreach (AdvertisementPath path in _paths.Values)
        {
            path.Flush();
        }
    }

    public void Dispose()
    {
        foreach (AdvertisementPath path in _paths.Values)
        {
            path.Dispose();
        }

        _paths.Clear();
    }
}
