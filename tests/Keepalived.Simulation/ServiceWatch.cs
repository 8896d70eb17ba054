using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>The invariants of one virtual router.</summary>
internal sealed partial class ServiceWatch
{
    // Rounding, and the microsecond that an owner spends in BACKUP.
    public static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(1);

    private readonly NetworkWatch _watch;
    private readonly SimulatedNetwork _network;
    private readonly SimulatedService _service;

    // By router: whom it exchanges packets with, itself included.
    private readonly uint[] _parts = new uint[32];

    // By the lowest router of a part.
    private readonly MonotonicTime?[] _twoMastersSince = new MonotonicTime?[32];
    private readonly MonotonicTime?[] _noMasterSince = new MonotonicTime?[32];
    private readonly TimeSpan[] _slowest = new TimeSpan[32];

    // By router: when all hosts must have learned from it, since when that is expected, and whether a second round is awaited.
    private readonly MonotonicTime[] _learnedBy = new MonotonicTime[32];
    private readonly MonotonicTime[] _announcedAt = new MonotonicTime[32];
    private readonly TimeSpan[] _secondRound = new TimeSpan[32];

    private MonotonicTime _masterDue;
    private MonotonicTime _overdueSince;
    private string _overdue = "";

    public ServiceWatch(NetworkWatch watch, SimulatedService service)
    {
        _watch = watch;
        _network = watch.Network;
        _service = service;
        Array.Fill(_learnedBy, MonotonicTime.Never);
    }

    /// <summary>When something is overdue.</summary>
    public MonotonicTime Due { get; private set; } = MonotonicTime.Never;

    /// <summary>The network is in a condition in which the bounds hold.</summary>
    public bool IsMeasured { get; private set; }

    private MonotonicTime Now => _network.Queue.Now;

    // A packet, the packet that answers it, and a late timer.
    private static TimeSpan Slack => (SimulatedLan.NormalDelay * 4) + (SimulatedNetwork.Lateness * 2) + Tolerance;

    /// <summary>Looks at everything again.</summary>
    public void Look()
    {
        CheckKernels();
        _masterDue = MonotonicTime.Never;
        for (int i = 0; i < _service.Routers.Count; i++)
        {
            if (IsFirstOfPart(i))
            {
                LookAtPart(i);
            }
            else
            {
                _twoMastersSince[i] = null;
                _noMasterSince[i] = null;
            }
        }

        SetDue();
    }

    /// <summary>This point of time is over.</summary>
    public void Overdue(MonotonicTime due)
    {
        if (_masterDue <= due)
        {
            // An advertisement that was still under way may have taught a longer interval.
            Look();
            if (_masterDue <= due)
            {
                MonotonicTime from = From(_overdueSince);
                _watch.Violate(
                    $"{_overdue} on {_service.Lan.Name} for longer than {(_masterDue - from).TotalSeconds:0.######} s, "
                    + $"counted from {(Now - from).TotalSeconds:0.######} s ago");
                return;
            }
        }

        foreach (SimulatedRouter router in _service.Routers)
        {
            if (router.Oracle.Latest <= due && router.Machine.IsAwake)
            {
                _watch.Violate($"{router.Name} heard a master leave (priority 0) and did nothing within Skew_Time (RFC 9568 section 6.4.2)");
            }

            if (_learnedBy[router.Number] <= due)
            {
                CheckHosts(router);
            }
        }

        SetDue();
    }

    /// <summary>One master in every part that has a router ready, and no other; and none that a better one should have preempted.</summary>
    public void RequireSettled()
    {
        foreach (SimulatedRouter router in _service.Routers)
        {
            // The members of a group wait for each other.
            bool wouldPreempt = router.Parameters.Preempts && !router.Machine.HasGroup;
            if (wouldPreempt && router.Machine.IsAwake && router.Core.State == VirtualRouterState.Backup && IsBetterThanMaster(router))
            {
                _watch.Violate($"{router.Name} does not preempt a master of lower priority after everything has settled");
            }
        }

        for (int i = 0; i < _service.Routers.Count; i++)
        {
            if (IsFirstOfPart(i))
            {
                (int masters, int ready) = Count(_parts[i]);
                if (masters > 1 || (masters == 0 && ready > 0 && CanTakeOver()))
                {
                    _watch.Violate($"{masters} masters in a connected part of {_service.Lan.Name} after everything has settled");
                }
            }
        }
    }

    private bool IsBetterThanMaster(SimulatedRouter router)
    {
        foreach (SimulatedRouter other in _service.Routers)
        {
            bool isInPart = (_parts[router.Number] & (1u << other.Number)) != 0;
            if (isInPart && other.IsMaster && other.Core.EffectivePriority < router.Core.EffectivePriority)
            {
                return true;
            }
        }

        return false;
    }

    private void CheckKernels()
    {
        foreach (SimulatedRouter router in _service.Routers)
        {
            if (router.Machine.IsAwake && router.Installed != (router.IsMaster ? router.AddressSet : 0))
            {
                _watch.Violate($"{router.Name} is {router.Core.State} and has the addresses {router.Installed} of {router.AddressSet}");
            }
        }
    }

    private void LookAtPart(int first)
    {
        (int masters, int ready) = Count(_parts[first]);
        Note(ref _twoMastersSince[first], IsMeasured && masters > 1, isTwo: true);
        _slowest[first] = _twoMastersSince[first] is null ? TimeSpan.Zero : _slowest[first];
        Note(ref _noMasterSince[first], IsMeasured && masters == 0 && ready > 0 && CanTakeOver(), isTwo: false);
        if (_twoMastersSince[first] is { } two)
        {
            // Three may be two now: the bound of the slowest stands until one is left.
            TimeSpan interval = LongestInterval(_parts[first]);
            _slowest[first] = interval > _slowest[first] ? interval : _slowest[first];
            Await(From(two) + _slowest[first] + Slack, "two masters", two);
        }
        else if (_noMasterSince[first] is { } none)
        {
            Await(EndOfWait(_parts[first], From(none)) + Slack, "no master", none);
        }
    }

    private MonotonicTime From(MonotonicTime since) => MonotonicTime.Max(since, _network.LastDisturbance);

    private void Note(ref MonotonicTime? since, bool holds, bool isTwo)
    {
        if (holds)
        {
            since ??= Now;
        }
        else if (since is { } began)
        {
            since = null;
            MonotonicTime from = From(began);
            TimeSpan lasted = Now > from ? Now - from : TimeSpan.Zero;
            if (isTwo && lasted > _watch.LongestTwoMasters)
            {
                _watch.LongestTwoMasters = lasted;
            }
            else if (!isTwo && lasted > _watch.LongestNoMaster)
            {
                _watch.LongestNoMaster = lasted;
            }
        }
    }

    private void Await(MonotonicTime due, string what, MonotonicTime since)
    {
        if (due < _masterDue)
        {
            _masterDue = due;
            _overdueSince = since;
            _overdue = what;
        }
    }

    // The better of two masters advertises within its interval, and the other one yields.
    private TimeSpan LongestInterval(uint part)
    {
        TimeSpan longest = TimeSpan.Zero;
        foreach (SimulatedRouter router in _service.Routers)
        {
            TimeSpan interval = router.Parameters.AdvertisementInterval;
            if ((part & (1u << router.Number)) != 0 && router.IsMaster && interval > longest)
            {
                longest = interval;
            }
        }

        return longest;
    }

    // The first down timer to run out among the routers that are ready.
    private MonotonicTime EndOfWait(uint part, MonotonicTime from)
    {
        MonotonicTime first = MonotonicTime.Never;
        foreach (SimulatedRouter router in _service.Routers)
        {
            if ((part & (1u << router.Number)) == 0 || !router.Machine.IsAwake || !IsReady(router))
            {
                continue;
            }

            MonotonicTime end = router.Machine.HasGroup ? EndOfGroupsWait(router.Machine, from) : EndOfWait(router, from);
            first = MonotonicTime.Min(first, end);
        }

        return first;
    }

    // The member that waits longest takes over for all.
    private static MonotonicTime EndOfGroupsWait(SimulatedMachine machine, MonotonicTime from)
    {
        MonotonicTime last = from;
        foreach (SimulatedRouter member in machine.Routers)
        {
            last = MonotonicTime.Max(last, EndOfWait(member, from));
        }

        return last;
    }

    private static MonotonicTime EndOfWait(SimulatedRouter router, MonotonicTime from)
    {
        VirtualRouterParameters p = router.Parameters;
        TimeSpan interval = router.Core.MasterInterval > p.AdvertisementInterval ? router.Core.MasterInterval : p.AdvertisementInterval;
        TimeSpan wait = VirtualRouterTimers.MasterDown(p.Version, router.LowestPriority, interval, p.DownTimerAdvertisements);
        return MonotonicTime.Max(from, router.ReadySince) + wait;
    }

    // A sync group takes over only where it can do so everywhere.
    private bool CanTakeOver()
    {
        int grouped = 0;
        int awake = 0;
        foreach (SimulatedRouter router in _service.Routers)
        {
            awake += router.Machine.IsAwake ? 1 : 0;
            grouped += router.Machine is { IsAwake: true, HasGroup: true } ? 1 : 0;
        }

        // While a change is being rolled out, a group may wait for an address that somebody without a group holds.
        return grouped == 0 || (grouped == awake && _watch.AreCongruent());
    }

    private void SetDue()
    {
        Due = _masterDue;
        foreach (SimulatedRouter router in _service.Routers)
        {
            Due = MonotonicTime.Min(Due, _learnedBy[router.Number]);
            Due = MonotonicTime.Min(Due, router.Oracle.Latest);
        }
    }
}
