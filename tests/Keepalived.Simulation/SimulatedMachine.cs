using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>A machine and the one process on it: paused, killed or reloaded as a whole.</summary>
public sealed partial class SimulatedMachine : ISimulationTarget
{
    private const int News = 0;
    private const int FirstResult = 1;
    private const int Appointment = 2;

    private static readonly DateTimeOffset _dawn = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SimulatedNetwork _network;
    private readonly List<SimulatedInterface> _interfaces = [];
    private readonly List<SimulatedRouter> _routers = [];
    private readonly List<SimulatedTracker> _trackers = [];
    private readonly List<(SimulatedInterface Port, Frame Frame)> _unread = [];
    private int _life;
    private bool _isReloadPending;
    private MachineGroup? _group;
    private TimeSpan _latestOffset;

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

    /// <summary>The configuration has all routers in one sync group; in force from the next start or reload on.</summary>
    public bool IsGrouped { get; set; }

    /// <summary>The routers are in a sync group.</summary>
    internal bool HasGroup => _group is not null;

    /// <summary>A member of the sync group awaits a first result: no other may take over before.</summary>
    internal bool IsGroupHeld => _group is not null && _routers.Exists(static router =>
        router.Core.State == VirtualRouterState.Init || router.Core.PendingTrackers > 0);

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
    public SimulatedTracker AddTracker(SimulatedRouter router, TrackerSettings settings)
    {
        var tracker = new SimulatedTracker(router, settings);
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
        _network.Disturb($"{tracker.Router.Name}: tracked {tracker.Settings.Kind} of weight {tracker.Settings.Weight} {(isUp ? "recovers" : "fails")}");
        tracker.IsUp = isUp;
        ExpectNews();
    }

    /// <summary>Sets the wall clock.</summary>
    /// <param name="step">How far.</param>
    /// <param name="isSigned">Advertisements carry the time.</param>
    public void StepClock(TimeSpan step, bool isSigned = false)
    {
        _network.Note($"{Name}: wall clock set by {step.TotalSeconds:0} s");
        WallClockOffset += step;
        _latestOffset = WallClockOffset > _latestOffset ? WallClockOffset : _latestOffset;
        if (isSigned && WallClockOffset < _latestOffset)
        {
            // A process that starts before the clock is again where it was signs with times that others have seen already.
            _network.UnderWay(_network.Queue.Now + (_latestOffset - WallClockOffset));
            _network.Disturb($"{Name}: until its clock is where it was, its next life may not be believed");
        }
    }

    void ISimulationTarget.Happen(int what, int argument, object? payload)
    {
        if (!IsAwake || (what != News && argument != _life))
        {
            // A paused process reads all news when it goes on; a later life reads them at its start.
            return;
        }

        if (what == FirstResult)
        {
            ((SimulatedTracker)payload!).Finish(_network.Queue.Now);
        }
        else if (what == Appointment)
        {
            ((SimulatedTracker)payload!).Follow(_network.Queue.Now, isAppointed: true);
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
        MonotonicTime now = _network.Queue.Now;
        LookAtLinks();
        foreach (SimulatedRouter router in _routers)
        {
            router.FollowLink();
        }

        foreach (SimulatedTracker tracker in _trackers)
        {
            tracker.Follow(now, isAppointed: false);
            LookAgain(tracker);
        }
    }

    private void LookAtLinks()
    {
        foreach (SimulatedInterface port in _interfaces)
        {
            MonotonicTime next = port.Look(_network.Queue.Now);
            if (next != MonotonicTime.Never)
            {
                _network.Queue.At(next, this, News, 0, null);
            }
        }
    }

    private void LookAgain(SimulatedTracker tracker)
    {
        if (tracker.NextLook(_network.Queue.Now) is { } next)
        {
            _network.Queue.At(MonotonicTime.Max(next, _network.Queue.Now), this, Appointment, _life, tracker);
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

            LookAgain(tracker);
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
