using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>An object that a router tracks: a weight for its priority, or, without one, a fault.</summary>
public sealed class SimulatedTracker
{
    private readonly bool _isSlow;
    private bool _isPending;
    private bool _isKnownUp = true;

    internal SimulatedTracker(SimulatedRouter router, int weight, bool isSlow)
    {
        Router = router;
        Weight = weight;
        _isSlow = isSlow;
    }

    /// <summary>Whose priority or fault it is.</summary>
    public SimulatedRouter Router { get; }

    /// <summary>Zero for a fault; else added while up if positive, while down if negative.</summary>
    public int Weight { get; }

    /// <summary>The object is well.</summary>
    public bool IsUp { get; internal set; } = true;

    /// <summary>What the process knows adds this to the priority.</summary>
    internal int Contribution => Weight > 0 == _isKnownUp ? Weight : 0;

    /// <summary>A process begins. True if it has to wait for the first result.</summary>
    internal bool Prepare(MonotonicTime now)
    {
        _isKnownUp = true;
        _isPending = _isSlow;
        if (_isPending)
        {
            Router.Feed(new(VirtualRouterInputKind.FaultAdded, now) { Fault = FaultReason.TrackerPending });
        }
        else
        {
            Take(now);
        }

        return _isPending;
    }

    /// <summary>The first result is there.</summary>
    internal void Finish(MonotonicTime now)
    {
        if (_isPending)
        {
            _isPending = false;
            Take(now);
            Router.Feed(new(VirtualRouterInputKind.FaultCleared, now) { Fault = FaultReason.TrackerPending });
        }
    }

    /// <summary>The process looks at the object again.</summary>
    internal void Follow(MonotonicTime now)
    {
        if (!_isPending && _isKnownUp != IsUp)
        {
            Take(now);
        }
    }

    private void Take(MonotonicTime now)
    {
        bool wasUp = _isKnownUp;
        _isKnownUp = IsUp;
        if (Weight != 0)
        {
            Router.AdjustPriority(now);
        }
        else if (wasUp != IsUp)
        {
            VirtualRouterInputKind kind = IsUp ? VirtualRouterInputKind.FaultCleared : VirtualRouterInputKind.FaultAdded;
            Router.Feed(new(kind, now) { Fault = FaultReason.Tracker });
        }
    }
}
