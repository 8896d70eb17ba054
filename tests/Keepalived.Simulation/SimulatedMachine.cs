using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>A machine and the one process on it: paused, killed or reloaded as a whole.</summary>
public sealed partial class SimulatedMachine : ISimulationTarget
{
    private const int News = 0;
    private const int FirstResult = 1;

    private static readonly DateTimeOffset _dawn = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SimulatedNetwork _network;
    private readonly List<SimulatedInterface> _interfaces = [];
    private readonly List<SimulatedRouter> _routers = [];
    private readonly List<SimulatedTracker> _trackers = [];
    private readonly List<(SimulatedInterface Port, Frame Frame)> _unread = [];
    private int _life;
    private bool _isReloadPending;
    private MachineGroup? _group;

    internal SimulatedMachine(SimulatedNetwork network, int number)
    {
        _network = network;
        Number = number;
        Name = $"r{number}";
    }

    /// <summary>1, 2 and so on: the last byte of its addresses.</summary>
    public int Number { get; }

    /// <summary>Name in the timeline.</summary>
    public string Name { get; }

    /// <summary>The routers of its configuration.</summary>
    public IReadOnlyList<SimulatedRouter> Routers => _routers;

    /// <summary>Its interfaces.</summary>
    public IReadOnlyList<SimulatedInterface> Interfaces => _interfaces;

    /// <summary>What its configuration tracks.</summary>
    public IReadOnlyList<SimulatedTracker> Trackers => _trackers;

    /// <summary>The process exists.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The process exists and is stopped.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>The process exists and does what it shall.</summary>
    public bool IsAwake => IsRunning && !IsPaused;

    /// <summary>The machine has power.</summary>
    public bool HasPower { get; private set; } = true;

    /// <summary>All routers are in one sync group.</summary>
    public bool IsGrouped { get; set; }

    /// <summary>How far the wall clock has been set.</summary>
    public TimeSpan WallClockOffset { get; private set; }

    /// <summary>Time of day. The core reads the monotonic clock alone, which nobody can set; signatures of advertisements read this one.</summary>
    public DateTimeOffset WallClock => _dawn + _network.Queue.Elapsed + WallClockOffset;

    /// <summary>Where mistakes are planted.</summary>
    public RouterInterposer Interposer { get; set; } = RouterInterposer.None;

    internal SimulatedNetwork Network => _network;

    /// <summary>The members of the sync group are in one state; true without a group.</summary>
    internal bool AgreesInGroup => _group is null || _group.Agrees;

    /// <summary>Adds a router for a service to the configuration, and an interface on its link if there is none yet.</summary>
    public SimulatedRouter AddRouter(SimulatedService service, VirtualRouterParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(service);
        SimulatedInterface? port = _interfaces.Find(p => p.Lan == service.Lan);
        if (port is null)
        {
            port = new SimulatedInterface(this, service.Lan);
            _interfaces.Add(port);
        }

        var router = new SimulatedRouter(this, port, service, parameters);
        _routers.Add(router);
        return router;
    }

    /// <summary>Adds a tracked object to the configuration of one router.</summary>
    public SimulatedTracker AddTracker(SimulatedRouter router, int weight, bool isSlow)
    {
        var tracker = new SimulatedTracker(router, weight, isSlow);
        _trackers.Add(tracker);
        return tracker;
    }

    /// <summary>Pulls or plugs the cable of an interface; the process learns of it a little later.</summary>
    public void Connect(SimulatedInterface port, bool isConnected)
    {
        ArgumentNullException.ThrowIfNull(port);
        _network.Disturb($"{Name} {(isConnected ? "has" : "loses")} its link to {port.Lan.Name}");
        port.Connect(isConnected);
        ExpectNews();
    }

    /// <summary>A tracked object fails or recovers; the process learns of it a little later.</summary>
    public void SetTracker(SimulatedTracker tracker, bool isUp)
    {
        ArgumentNullException.ThrowIfNull(tracker);
        _network.Disturb($"{tracker.Router.Name}: tracked object of weight {tracker.Weight} {(isUp ? "recovers" : "fails")}");
        tracker.IsUp = isUp;
        ExpectNews();
    }

    /// <summary>Sets the wall clock.</summary>
    public void StepClock(TimeSpan step)
    {
        _network.Note($"{Name}: wall clock set by {step.TotalSeconds:0} s");
        WallClockOffset += step;
    }

    void ISimulationTarget.Happen(int what, int argument, object? payload)
    {
        if (!IsAwake || (what == FirstResult && argument != _life))
        {
            // A paused process reads all news when it goes on; a later life reads them at its start.
            return;
        }

        if (what == FirstResult)
        {
            ((SimulatedTracker)payload!).Finish(_network.Queue.Now);
        }

        ReadNews();
    }

    internal void Deliver(SimulatedInterface port, Frame frame)
    {
        if (IsPaused)
        {
            _unread.Add((port, frame));
        }
        else
        {
            Read(port, frame);
        }
    }

    private void ExpectNews() =>
        _network.Queue.At(_network.Queue.Now + _network.Dice.PartOf(SimulatedNetwork.NewsDelay), this, News, 0, null);

    private void Read(SimulatedInterface port, Frame frame)
    {
        if (IsRunning)
        {
            foreach (SimulatedRouter router in _routers)
            {
                if (router.Port == port)
                {
                    router.Receive(frame);
                }
            }
        }

        _network.Frames.Release(frame);
    }

    private void ReadNews()
    {
        foreach (SimulatedRouter router in _routers)
        {
            router.FollowLink();
        }

        foreach (SimulatedTracker tracker in _trackers)
        {
            tracker.Follow(_network.Queue.Now);
        }
    }

    private void PrepareTrackers()
    {
        foreach (SimulatedTracker tracker in _trackers)
        {
            if (tracker.Prepare(_network.Queue.Now))
            {
                TimeSpan first = _network.Dice.PartOf(tracker.Router.Parameters.AdvertisementInterval);
                _network.Queue.At(_network.Queue.Now + first, this, FirstResult, _life, tracker);
            }
        }
    }

    private void PowerChanged()
    {
        foreach (SimulatedInterface port in _interfaces)
        {
            port.FollowPower();
        }
    }
}
