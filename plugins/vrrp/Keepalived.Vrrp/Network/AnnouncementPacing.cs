using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Network;

/// <summary>
/// Keeps announcements apart in time where that is configured (<c>vrrp_garp_interval</c>, <c>vrrp_gna_interval</c>,
/// <c>garp_group</c>): a queue for each interface or aggregated group and kind of announcement, worked off in order. Interfaces do not
/// wait for one another. Exists only where something is configured.
/// </summary>
/// <param name="globals">The intervals of interfaces that are in no group.</param>
/// <param name="groups">The groups.</param>
internal sealed class AnnouncementPacing(GlobalSettings globals, EquatableArray<GarpGroupSettings> groups)
{
    private readonly Dictionary<(string Name, bool IsIPv6), Lane> _lanes = [];

    /// <summary>Nothing has to be kept apart.</summary>
    public static bool IsIdle(GlobalSettings globals, EquatableArray<GarpGroupSettings> groups) =>
        groups.Count == 0 && globals.GarpInterval == TimeSpan.Zero && globals.NeighbourAdvertisementInterval == TimeSpan.Zero;

    /// <summary>Would this one be made from the same settings?</summary>
    public bool IsMadeOf(GlobalSettings otherGlobals, EquatableArray<GarpGroupSettings> otherGroups) =>
        globals.GarpInterval == otherGlobals.GarpInterval
        && globals.NeighbourAdvertisementInterval == otherGlobals.NeighbourAdvertisementInterval
        && groups == otherGroups;

    /// <summary>Queues the addresses that have to keep a distance; returns the others.</summary>
    public IReadOnlyList<ManagedAddress> Take(object owner, IReadOnlyList<ManagedAddress> addresses, int rounds, InterfaceTable interfaces)
    {
        List<ManagedAddress> free = [];
        Dictionary<Lane, List<ManagedAddress>> parts = [];
        for (int i = 0; i < addresses.Count; i++)
        {
            ManagedAddress address = addresses[i];
            if (LaneOf(address, interfaces) is not { } lane)
            {
                free.Add(address);
                continue;
            }

            if (!parts.TryGetValue(lane, out List<ManagedAddress>? part))
            {
                parts.Add(lane, part = []);
            }

            part.Add(address);
        }

        foreach ((Lane lane, List<ManagedAddress> part) in parts)
        {
            lane.Jobs.Enqueue(new AnnouncementJob(owner, part, rounds));
        }

        return free;
    }

    /// <summary>Hands out what is due.</summary>
    /// <returns>When the next one is; never when nothing is queued.</returns>
    public MonotonicTime Pump(MonotonicTime now, Action<ManagedAddress> write)
    {
        MonotonicTime next = MonotonicTime.Never;
        foreach (Lane lane in _lanes.Values)
        {
            next = MonotonicTime.Min(next, lane.Pump(now, write));
        }

        return next;
    }

    /// <summary>Forgets what an owner has queued.</summary>
    public void Cancel(object owner)
    {
        foreach (Lane lane in _lanes.Values)
        {
            foreach (AnnouncementJob job in lane.Jobs)
            {
                job.IsCancelled |= job.Owner == owner;
            }
        }
    }

    /// <summary>Everything that is queued, for the one that takes this one's place.</summary>
    public IEnumerable<AnnouncementJob> Pending() => _lanes.Values.Distinct().SelectMany(lane => lane.Jobs);

    /// <summary>Queues what the one before had queued, each job as the one of its first address.</summary>
    public bool TryAdopt(AnnouncementJob job, InterfaceTable interfaces)
    {
        if (job.Next() is not { } first)
        {
            return true;
        }

        job.StepBack();
        LaneOf(first, interfaces)?.Jobs.Enqueue(job);
        return LaneOf(first, interfaces) is not null;
    }

    private Lane? LaneOf(ManagedAddress address, InterfaceTable interfaces)
    {
        bool isIPv6 = address.Info.Address.IsIPv6;
        if (interfaces.Find(address.Info.InterfaceIndex)?.Name.ToString() is not { } name)
        {
            return null;
        }

        if (_lanes.TryGetValue((name, isIPv6), out Lane? lane))
        {
            return lane;
        }

        GarpGroupSettings? group = GroupOf(name);
        TimeSpan interval = isIPv6
            ? group?.NeighbourAdvertisementInterval ?? globals.NeighbourAdvertisementInterval
            : group?.GarpInterval ?? globals.GarpInterval;
        if (interval == TimeSpan.Zero)
        {
            return null;
        }

        lane = new Lane(interval);
        _lanes.Add((name, isIPv6), lane);
        foreach (string other in group is { IsAggregated: true } ? group.Interfaces : [])
        {
            _lanes[(other, isIPv6)] = lane;
        }

        return lane;
    }

    private GarpGroupSettings? GroupOf(string name)
    {
        foreach (GarpGroupSettings group in groups)
        {
            foreach (string member in group.Interfaces)
            {
                if (member == name)
                {
                    return group;
                }
            }
        }

        return null;
    }

    private sealed class Lane(TimeSpan interval)
    {
        private MonotonicTime _notBefore = new(long.MinValue);

        public Queue<AnnouncementJob> Jobs { get; } = new();

        public MonotonicTime Pump(MonotonicTime now, Action<ManagedAddress> write)
        {
            while (Jobs.TryPeek(out AnnouncementJob? job))
            {
                if (job.Next() is not { } address)
                {
                    Jobs.Dequeue();
                    continue;
                }

                if (!address.IsPresent)
                {
                    continue;
                }

                if (now < _notBefore)
                {
                    job.StepBack();
                    return _notBefore;
                }

                write(address);
                _notBefore = now + interval;
            }

            return MonotonicTime.Never;
        }
    }
}
