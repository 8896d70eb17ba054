using System.Net;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;

namespace Keepalived.Ipvs;

/// <summary>The addresses of this machine, as <c>ha_suspend</c> asks for them; the seam for tests.</summary>
internal interface ILocalAddresses : IDisposable
{
    /// <summary>Whether the address is on an interface.</summary>
    bool Has(IPAddress address);
}

/// <summary>Follows the kernel's addresses over rtnetlink. Made only for a configuration with <c>ha_suspend</c>. Loop thread.</summary>
internal sealed class LocalAddresses : ILocalAddresses, IRouteMonitorHandler
{
    private static readonly TimeSpan _longestSilence = TimeSpan.FromSeconds(5);

    private readonly HashSet<(int Interface, InetAddress Address)> _there = [];
    private readonly Dictionary<InetAddress, int> _counts = [];
    private readonly HashSet<(int Interface, InetAddress Address)> _told = [];
    private readonly IScheduler _scheduler;
    private readonly Action _changed;
    private readonly Action _tell;
    private readonly RouteMonitor _monitor;
    private readonly IDescriptorWatch _watch;
    private bool _isTelling;
    private bool _isResynchronizing;
    private bool _isDisposed;

    private LocalAddresses(IScheduler scheduler, BufferSettings buffers, Action changed)
    {
        _scheduler = scheduler;
        _changed = changed;
        _tell = Tell;
        _monitor = new RouteMonitor(new NetlinkConnection(buffers.Open(NetlinkFamily.Route)), this, RouteTopics.Addresses);
        _watch = scheduler.Watch(_monitor.Descriptor, Readiness.Read, _ => _monitor.OnReadable());
    }

    /// <summary>Begins to follow, and waits until all that exist are known.</summary>
    /// <param name="scheduler">The loop.</param>
    /// <param name="buffers">Of the socket.</param>
    /// <param name="changed">Called at the end of a turn in which an address came or went.</param>
    /// <exception cref="LinuxException">No socket, or the kernel refuses the subscription.</exception>
    public static LocalAddresses Open(IScheduler scheduler, BufferSettings buffers, Action changed)
    {
        var addresses = new LocalAddresses(scheduler, buffers, changed);
        addresses._monitor.Start();
        addresses._monitor.WaitUntilSynchronized(_longestSilence);
        return addresses;
    }

    public bool Has(IPAddress address) => _counts.ContainsKey(InetAddress.FromIPAddress(address));

    public void Dispose()
    {
        _isDisposed = true;
        _watch.Dispose();
        _monitor.Dispose();
    }

    void IRouteMonitorHandler.LinkChanged(LinkInfo link)
    {
    }

    void IRouteMonitorHandler.LinkRemoved(LinkInfo link)
    {
    }

    void IRouteMonitorHandler.AddressAdded(in AddressInfo address)
    {
        (int, InetAddress) place = (address.InterfaceIndex, address.Address);
        if (_isResynchronizing)
        {
            _told.Add(place);
        }

        if (_there.Add(place))
        {
            _counts[address.Address] = _counts.GetValueOrDefault(address.Address) + 1;
            Changed();
        }
    }

    void IRouteMonitorHandler.AddressRemoved(in AddressInfo address, uint causedBy)
    {
        _told.Remove((address.InterfaceIndex, address.Address));
        Remove((address.InterfaceIndex, address.Address));
    }

    void IRouteMonitorHandler.Overrun()
    {
        _isResynchronizing = true;
        _told.Clear();
    }

    void IRouteMonitorHandler.Synchronized()
    {
        if (!_isResynchronizing)
        {
            return;
        }

        _isResynchronizing = false;
        foreach ((int, InetAddress) place in _there.Except(_told).ToArray())
        {
            Remove(place);
        }

        _told.Clear();
    }

    void IRouteMonitorHandler.SynchronizationFailed(NetlinkException error) => _isResynchronizing = false;

    private void Remove((int Interface, InetAddress Address) place)
    {
        if (!_there.Remove(place))
        {
            return;
        }

        if (--_counts[place.Address] == 0)
        {
            _counts.Remove(place.Address);
        }

        Changed();
    }

    private void Changed()
    {
        if (!_isTelling)
        {
            _isTelling = true;
            _scheduler.RunAtTurnEnd(_tell);
        }
    }

    private void Tell()
    {
        _isTelling = false;
        if (!_isDisposed)
        {
            _changed();
        }
    }
}
