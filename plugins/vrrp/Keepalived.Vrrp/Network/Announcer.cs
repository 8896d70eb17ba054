using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Protocol;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Network;

/// <summary>
/// Tells neighbours where virtual addresses are: gratuitous ARP and unsolicited neighbour advertisements. Works through its
/// queue in portions, one per turn of the loop; where an interval between announcements is configured, one at a time per
/// interface, in order.
/// </summary>
internal sealed class Announcer : IDisposable
{
    /// <summary>Frames per turn: well under a millisecond of sendmmsg.</summary>
    private const int FramesPerTurn = 128;

    private const int EthernetAddressLength = 6;

    private readonly IScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly InterfaceTable _interfaces;
    private readonly IAnnouncementNetwork _network;
    private readonly IForwardingState _forwarding;
    private readonly Action _work;
    private readonly Queue<Job> _jobs = new();
    private readonly ILoopTimer _timer;
    private readonly Dictionary<(int Interface, bool IsIPv6), MonotonicTime> _notBefore = [];
    private readonly HashSet<int> _unsupportedLogged = [];
    private bool _workScheduled;
    private Errno _lastErrno;

    public Announcer(
        IScheduler scheduler, ILogger logger, InterfaceTable interfaces, IAnnouncementNetwork network, IForwardingState forwarding)
    {
        _scheduler = scheduler;
        _logger = logger;
        _interfaces = interfaces;
        _network = network;
        _forwarding = forwarding;
        _work = Work;
        _timer = scheduler.CreateTimer(_ => Work());
    }

    /// <summary>Least time between two gratuitous ARPs on an interface (<c>vrrp_garp_interval</c>).</summary>
    public TimeSpan ArpInterval { get; set; }

    /// <summary>Least time between two neighbour advertisements on an interface (<c>vrrp_gna_interval</c>).</summary>
    public TimeSpan NeighbourInterval { get; set; }

    /// <summary>Announces those addresses of the list that are present when their turn comes, in rounds over all of them.</summary>
    public void Announce(object owner, IReadOnlyList<ManagedAddress> addresses, int rounds)
    {
        if (rounds > 0 && addresses.Count > 0)
        {
            _jobs.Enqueue(new Job(owner, addresses, rounds));
            Schedule();
        }
    }

    /// <summary>Announces one address once, at the end of this turn.</summary>
    public void AnnounceNow(ManagedAddress address)
    {
        if (ArpInterval > TimeSpan.Zero || NeighbourInterval > TimeSpan.Zero)
        {
            Announce(address.Owner, [address], 1);
            return;
        }

        Write(address);
        Schedule();
    }

    /// <summary>Forgets what an owner has queued.</summary>
    public void Cancel(object owner)
    {
        foreach (Job job in _jobs)
        {
            if (job.Owner == owner)
            {
                job.IsCancelled = true;
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _network.Dispose();
    }

    private void Schedule()
    {
        if (!_workScheduled)
        {
            _workScheduled = true;
            _scheduler.RunAtTurnEnd(_work);
        }
    }

    private void Work()
    {
        _workScheduled = false;
        int budget = FramesPerTurn;
        while (budget > 0 && _jobs.TryPeek(out Job? job))
        {
            if (job.Next() is not { } address)
            {
                _jobs.Dequeue();
                continue;
            }

            if (!address.IsPresent)
            {
                continue;
            }

            if (Wait(address) is { } until)
            {
                job.StepBack();
                _timer.Arm(until);
                break;
            }

            Write(address);
            budget--;
        }

        Report(_network.Flush());
        if (budget == 0 && _jobs.Count > 0)
        {
            // The rest in the next turn, so that what is due meanwhile comes first.
            _scheduler.Post(_work);
        }
    }

    // With an interval configured: until when the address has to wait; null when it may go, and then the next one waits.
    private MonotonicTime? Wait(ManagedAddress address)
    {
        bool isIPv6 = address.Info.Address.IsIPv6;
        TimeSpan interval = isIPv6 ? NeighbourInterval : ArpInterval;
        if (interval == TimeSpan.Zero)
        {
            return null;
        }

        var key = (address.Info.InterfaceIndex, isIPv6);
        MonotonicTime now = _scheduler.Now;
        if (_notBefore.TryGetValue(key, out MonotonicTime notBefore) && notBefore > now)
        {
            return notBefore;
        }

        _notBefore[key] = now + interval;
        return null;
    }

    private void Write(ManagedAddress address)
    {
        int index = address.Info.InterfaceIndex;
        if (_interfaces.Find(index) is not { } link || (link.Flags & LinkFlags.NoArp) != 0)
        {
            return;
        }

        if (link.HardwareType != GratuitousArp.EthernetHardwareType || link.Address.Length != EthernetAddressLength)
        {
            if (_unsupportedLogged.Add(index))
            {
                VrrpLog.CannotAnnounce(_logger, link.Name.ToString(), link.HardwareType);
            }

            return;
        }

        Span<byte> hardware = stackalloc byte[HardwareAddress.MaxLength];
        hardware = hardware[..link.Address.Write(hardware)];
        InternetAddress virtualAddress = address.Definition.Address;
        if (virtualAddress.Length == InternetAddress.IPv4Length)
        {
            GratuitousArp.WriteEthernetFrame(_network.Reserve(index, GratuitousArp.EthernetFrameLength), hardware, virtualAddress);
        }
        else
        {
            Span<byte> frame = _network.Reserve(index, UnsolicitedNeighborAdvertisement.EthernetFrameLength);
            bool isRouter = _forwarding.Forwards(link, _scheduler.Now);
            UnsolicitedNeighborAdvertisement.WriteEthernetFrame(frame, hardware, virtualAddress, isRouter);
        }
    }

    private void Report(Errno errno)
    {
        // One line until it works again or fails otherwise.
        if (errno != _lastErrno && errno != Errno.None)
        {
            VrrpLog.AnnouncementFailed(_logger, errno.Text());
        }

        _lastErrno = errno;
    }

    private sealed class Job(object owner, IReadOnlyList<ManagedAddress> addresses, int rounds)
    {
        private int _round;
        private int _index;

        public object Owner { get; } = owner;

        public bool IsCancelled { get; set; }

        public ManagedAddress? Next()
        {
            if (IsCancelled || _round >= rounds || addresses.Count == 0)
            {
                return null;
            }

            if (_index >= addresses.Count)
            {
                _index = 0;
                _round++;
                return Next();
            }

            return addresses[_index++];
        }

        public void StepBack() => _index--;
    }
}
