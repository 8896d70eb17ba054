using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Network;

/// <summary>
/// Tells neighbours where virtual addresses are: gratuitous ARP and unsolicited neighbour advertisements. Works through its
/// queue in portions, one per turn of the loop; those that have to keep a distance in time go through <see cref="AnnouncementPacing"/>.
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
    private readonly Queue<AnnouncementJob> _jobs = new();
    private readonly ILoopTimer _timer;
    private readonly Action<ManagedAddress> _write;
    private readonly HashSet<int> _unsupportedLogged = [];
    private AnnouncementPacing? _pacing;
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
        _write = Write;
        _timer = scheduler.CreateTimer(_ => Work());
    }

    /// <summary>Takes the distances of a configuration; what is queued keeps its place and the new distance.</summary>
    public void Configure(GlobalSettings globals, EquatableArray<GarpGroupSettings> groups)
    {
        bool isIdle = AnnouncementPacing.IsIdle(globals, groups);
        if (isIdle ? _pacing is null : _pacing?.IsMadeOf(globals, groups) == true)
        {
            return;
        }

        AnnouncementPacing? previous = _pacing;
        _pacing = isIdle ? null : new AnnouncementPacing(globals, groups);
        foreach (AnnouncementJob job in previous?.Pending() ?? [])
        {
            if (_pacing?.TryAdopt(job, _interfaces) != true)
            {
                _jobs.Enqueue(job);
            }
        }

        Schedule();
    }

    /// <summary>Announces those addresses of the list that are present when their turn comes, in rounds over all of them.</summary>
    public void Announce(object owner, IReadOnlyList<ManagedAddress> addresses, int rounds)
    {
        if (rounds == 0 || addresses.Count == 0)
        {
            return;
        }

        if (_pacing is { } pacing)
        {
            addresses = pacing.Take(owner, addresses, rounds, _interfaces);
        }

        _jobs.Enqueue(new AnnouncementJob(owner, addresses, rounds));
        Schedule();
    }

    /// <summary>Announces one address once, at the end of this turn.</summary>
    public void AnnounceNow(ManagedAddress address)
    {
        if (_pacing is not null)
        {
            Announce(address.Owner, [address], 1);
            return;
        }

        Write(address);
        Schedule();
    }

    /// <summary>Announces an address that is not ours to manage once, at the end of this turn: the source of a unicast router.</summary>
    public void AnnounceSource(int interfaceIndex, InternetAddress source)
    {
        Write(interfaceIndex, source);
        Schedule();
    }

    /// <summary>Forgets what an owner has queued.</summary>
    public void Cancel(object owner)
    {
        _pacing?.Cancel(owner);
        foreach (AnnouncementJob job in _jobs)
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
        while (budget > 0 && _jobs.TryPeek(out AnnouncementJob? job))
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

            Write(address);
            budget--;
        }

        if (_pacing?.Pump(_scheduler.Now, _write) is { } next && next != MonotonicTime.Never)
        {
            _timer.Arm(next);
        }

        Report(_network.Flush());
        if (budget == 0 && _jobs.Count > 0)
        {
            // The rest in the next turn, so that what is due meanwhile comes first.
            _scheduler.Post(_work);
        }
    }

    private void Write(ManagedAddress address) => Write(address.Info.InterfaceIndex, address.Definition.Address);

    private void Write(int index, InternetAddress virtualAddress)
    {
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
}
