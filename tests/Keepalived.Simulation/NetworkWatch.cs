namespace Keepalived.Simulation;

/// <summary>
/// Looks after every event whether what must hold holds, and keeps the first violation. What cannot hold while the network is
/// disturbed is measured from the last disturbance on, against the bound that RFC 9568's timers give.
/// </summary>
public sealed class NetworkWatch
{
    private readonly SimulatedNetwork _network;
    private readonly List<ServiceWatch> _services = [];

    // The next point of time at which something is overdue.
    private MonotonicTime _due = MonotonicTime.Never;

    internal NetworkWatch(SimulatedNetwork network) => _network = network;

    /// <summary>The first thing that went wrong; null so far.</summary>
    public Violation? Violation { get; private set; }

    /// <summary>The longest time in which a connected part had two masters although nothing was disturbed any more.</summary>
    public TimeSpan LongestTwoMasters { get; internal set; }

    /// <summary>The same without a master though a router was ready.</summary>
    public TimeSpan LongestNoMaster { get; internal set; }

    /// <summary>Something that matters has changed since the last look.</summary>
    internal bool IsStale { get; set; }

    internal SimulatedNetwork Network => _network;

    /// <summary>Forgets what was measured so far.</summary>
    public void Reset()
    {
        LongestTwoMasters = TimeSpan.Zero;
        LongestNoMaster = TimeSpan.Zero;
    }

    /// <summary>What must hold when everything has settled: one master in every connected part that has a router ready, and no other.</summary>
    public void RequireSettled()
    {
        Look();
        foreach (ServiceWatch service in _services)
        {
            service.RequireSettled();
        }
    }

    /// <summary>Hosts that would not reach the only master of their part.</summary>
    public int MisledHosts()
    {
        Follow();
        int misled = 0;
        foreach (ServiceWatch service in _services)
        {
            misled += service.MisledHosts();
        }

        return misled;
    }

    /// <summary>Reports a violation; the first one counts, and ends the run.</summary>
    public void Violate(string what)
    {
        if (Violation is null)
        {
            Violation = new Violation(_network.Queue.Elapsed, what);
            _network.Note($"*** {what}");
        }
    }

    /// <summary>Time is about to pass to this point: whatever was due before has not happened.</summary>
    internal void BeforeTime(MonotonicTime time)
    {
        while (time > _due && Violation is null)
        {
            MonotonicTime due = _due;
            _due = MonotonicTime.Never;
            foreach (ServiceWatch service in _services)
            {
                service.Overdue(due);
                _due = MonotonicTime.Min(_due, service.Due);
            }
        }
    }

    /// <summary>An event is over.</summary>
    internal void AfterEvent()
    {
        if (IsStale)
        {
            Look();
        }
    }

    internal void Changed(SimulatedRouter router, Vrrp.Protocol.VirtualRouterState current)
    {
        IsStale = true;
        if (current == Vrrp.Protocol.VirtualRouterState.Master && router.Parameters.Announcements.MasterRepeat > 0)
        {
            Of(router.Service).ExpectAnnouncement(router, router.Parameters.Announcements.MasterDelay);
        }
    }

    internal void HeardLowerPriority(SimulatedRouter router)
    {
        if (router.Parameters.Announcements.LowerPriorityRepeat > 0)
        {
            IsStale = true;
            Of(router.Service).ExpectAnnouncement(router, router.Parameters.Announcements.LowerPriorityDelay);
        }
    }

    /// <summary>
    /// Are the connected parts of all virtual routers the same, of those machines that can hold an address? Where they are not,
    /// a sync group leaves a part without a master: it is meant to.
    /// </summary>
    internal bool AreCongruent()
    {
        ServiceWatch first = _services[0];
        foreach (ServiceWatch service in _services)
        {
            if (!service.IsMeasured || !service.IsCongruentWith(first))
            {
                return false;
            }
        }

        return true;
    }

    private ServiceWatch Of(SimulatedService service)
    {
        Follow();
        return _services[service.Number];
    }

    private void Follow()
    {
        for (int i = _services.Count; i < _network.Services.Count; i++)
        {
            _services.Add(new ServiceWatch(this, _network.Services[i]));
        }
    }

    private void Look()
    {
        Follow();
        IsStale = false;
        foreach (ServiceWatch service in _services)
        {
            service.FindParts();
        }

        _due = MonotonicTime.Never;
        foreach (ServiceWatch service in _services)
        {
            service.Look();
            _due = MonotonicTime.Min(_due, service.Due);
        }

        foreach (SimulatedMachine machine in _network.Machines)
        {
            if (machine is { IsAwake: true, AgreesInGroup: false })
            {
                string states = string.Join(", ", machine.Routers.Select(r => $"{r.Name} {r.Core.State}"));
                Violate($"{machine.Name}: the members of its sync group are in different states: {states}");
            }
        }
    }
}
