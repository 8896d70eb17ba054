using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>The invariants of one virtual router.</summary>
internal sealed class ServiceWatch
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

    /// <summary>From now on all hosts shall learn where the address is.</summary>
    public void ExpectAnnouncement(SimulatedRouter router, TimeSpan secondRound)
    {
        // Switches learn a virtual link-layer address from advertisements too, and so may be misled until the next one.
        TimeSpan allowance = _service.Settings.UsesVirtualHardware ? router.Parameters.AdvertisementInterval : TimeSpan.Zero;
        _announcedAt[router.Number] = Now;
        _learnedBy[router.Number] = Now + Slack + allowance;
        _secondRound[router.Number] = secondRound;
    }

    /// <summary>One master in every part that has a router ready, and no other.</summary>
    public void RequireSettled()
    {
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

    public int MisledHosts()
    {
        int misled = 0;
        foreach (SimulatedRouter router in _service.Routers)
        {
            if (router.IsMaster && Count(_parts[router.Number]).Masters == 1)
            {
                misled += CountMisled(router);
            }
        }

        return misled;
    }

    private int CountMisled(SimulatedRouter router)
    {
        int misled = 0;
        foreach (SimulatedHost host in _network.Hosts)
        {
            if (IsBeside(host, router) && host.Knows(_service.Address) && !host.Finds(router))
            {
                misled++;
            }
        }

        return misled;
    }

    private static bool IsBeside(SimulatedHost host, SimulatedRouter router) =>
        host.Lan == router.Port.Lan && host.Lan.Reaches(host, router.Port) && host.Lan.Reaches(router.Port, host);

    private void CheckHosts(SimulatedRouter router)
    {
        MonotonicTime since = _announcedAt[router.Number];
        _learnedBy[router.Number] = MonotonicTime.Never;
        bool isUndisturbed = IsMeasured && _network.LastDisturbance <= since;
        if (!isUndisturbed || !router.IsMaster || Count(_parts[router.Number]).Masters != 1 || CountMisled(router) == 0)
        {
            return;
        }

        TimeSpan secondRound = _secondRound[router.Number];
        if (HasAnotherAnnounced(router, since))
        {
            // The other one spoke last: the second round puts it right, if there is one.
            _secondRound[router.Number] = TimeSpan.Zero;
            _learnedBy[router.Number] = secondRound > TimeSpan.Zero ? since + secondRound + Slack : MonotonicTime.Never;
            return;
        }

        _watch.Violate($"hosts of {_service.Lan.Name} do not reach {router.Name} at {_service.Address}, though it had reason to announce it {(Now - since).TotalMilliseconds:0.###} ms ago");
    }

    private bool HasAnotherAnnounced(SimulatedRouter router, MonotonicTime since)
    {
        foreach (SimulatedRouter other in _service.Routers)
        {
            // Announcements of the same moment may overtake each other.
            if (other != router && other.LastAnnouncement + (SimulatedLan.NormalDelay * 2) >= since)
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
            if (router.Machine.IsAwake && router.HasAddresses != router.IsMaster)
            {
                _watch.Violate($"{router.Name} is {router.Core.State} and {(router.HasAddresses ? "has" : "lacks")} the address");
            }
        }
    }

    /// <summary>Finds out who exchanges packets with whom.</summary>
    public void FindParts()
    {
        IReadOnlyList<SimulatedRouter> routers = _service.Routers;
        SimulatedLan lan = _service.Lan;
        for (int i = 0; i < routers.Count; i++)
        {
            uint part = 1u << i;
            for (int j = 0; j < routers.Count; j++)
            {
                if (j != i && lan.Reaches(routers[i].Port, routers[j].Port))
                {
                    part |= 1u << j;
                }
            }

            _parts[i] = part;
        }

        IsMeasured = lan.IsPrompt && AreRegular() && SpeakTheSame();
    }

    /// <summary>Have both the same connected parts, of routers that can hold the address?</summary>
    public bool IsCongruentWith(ServiceWatch other)
    {
        uint able = 0;
        foreach (SimulatedRouter router in _service.Routers)
        {
            bool isAble = router.Machine.IsAwake && router.Core.State is VirtualRouterState.Backup or VirtualRouterState.Master;
            able |= isAble ? 1u << router.Number : 0;
        }

        for (int i = 0; i < _service.Routers.Count; i++)
        {
            if ((able & (1u << i)) != 0 && (_parts[i] & able) != (other._parts[i] & able))
            {
                return false;
            }
        }

        return true;
    }

    // Whom one reaches, reaches back, and reaches the same ones: only then is "connected part" a word with a meaning.
    private bool AreRegular()
    {
        int count = _service.Routers.Count;
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                if ((_parts[i] & (1u << j)) != 0 && _parts[j] != _parts[i])
                {
                    return false;
                }
            }
        }

        return true;
    }

    // In version 2 advertisements with another interval are dropped: while a change is being rolled out the routers do not hear
    // each other.
    private bool SpeakTheSame()
    {
        SimulatedRouter? first = null;
        foreach (SimulatedRouter router in _service.Routers)
        {
            if (!router.Machine.IsRunning || router.Parameters.Version != VrrpVersion.Version2)
            {
                continue;
            }

            first ??= router;
            if (router.Parameters.AdvertisementInterval != first.Parameters.AdvertisementInterval)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsFirstOfPart(int router) => (_parts[router] & ((1u << router) - 1)) == 0;

    private (int Masters, int Ready) Count(uint part)
    {
        int masters = 0;
        int ready = 0;
        foreach (SimulatedRouter router in _service.Routers)
        {
            if ((part & (1u << router.Number)) != 0 && router.Machine.IsAwake)
            {
                masters += router.Core.State == VirtualRouterState.Master ? 1 : 0;
                ready += router.Core.State == VirtualRouterState.Backup ? 1 : 0;
            }
        }

        return (masters, ready);
    }

    private void LookAtPart(int first)
    {
        (int masters, int ready) = Count(_parts[first]);
        Note(ref _twoMastersSince[first], IsMeasured && masters > 1, isTwo: true);
        Note(ref _noMasterSince[first], IsMeasured && masters == 0 && ready > 0 && CanTakeOver(), isTwo: false);
        if (_twoMastersSince[first] is { } two)
        {
            Await(From(two) + LongestInterval(_parts[first]) + Slack, "two masters", two);
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
            if ((part & (1u << router.Number)) == 0 || !router.Machine.IsAwake || router.Core.State != VirtualRouterState.Backup)
            {
                continue;
            }

            MonotonicTime end = router.Machine.IsGrouped ? EndOfGroupsWait(router.Machine, from) : EndOfWait(router, from);
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
    private bool CanTakeOver() => !_service.Routers[0].Machine.IsGrouped || _watch.AreCongruent();

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
