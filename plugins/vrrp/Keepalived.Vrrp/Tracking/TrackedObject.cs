using Keepalived.Tracking;

namespace Keepalived.Vrrp.Tracking;

/// <summary>
/// Something that instances track, watched once however many track it. Follows the world, and tells those who track it when what it says
/// is another thing than before.
/// </summary>
internal abstract class TrackedObject : IDisposable
{
    private readonly List<TrackPoint> _points = [];

    /// <summary>What kind of object and which: <c>vrrp_script chk</c>.</summary>
    public abstract string Title { get; }

    /// <summary>What it says now.</summary>
    public TrackedState State { get; private set; } = TrackedState.Pending;

    /// <summary>Why it says so, for causes: <c>exit code 1</c>.</summary>
    public string Evidence { get; private set; } = "no result yet";

    /// <summary>Those who track it.</summary>
    public IReadOnlyList<TrackPoint> Points => _points;

    /// <summary>Begins to watch what can only be watched from the loop. What is known at once, the constructor has said.</summary>
    public virtual void Start()
    {
    }

    /// <summary>Ends watching.</summary>
    public abstract void Dispose();

    /// <summary>Forgets who tracks it, before a configuration names its trackers anew.</summary>
    public void ForgetPoints() => _points.Clear();

    /// <summary>Somebody tracks it.</summary>
    public void Add(TrackPoint point) => _points.Add(point);

    /// <summary>It says something; nothing happens if it is the same as before.</summary>
    protected void Become(TrackedState state, string evidence)
    {
        if (state == State)
        {
            return;
        }

        State = state;
        Evidence = evidence;
        for (int i = 0; i < _points.Count; i++)
        {
            _points[i].Owner.Follow(_points[i]);
        }
    }
}

/// <summary>One instance tracking one object.</summary>
internal sealed class TrackPoint(InstanceTracking owner, TrackedObject tracked, TrackWeight weight)
{
    public InstanceTracking Owner { get; } = owner;

    public TrackedObject Tracked { get; } = tracked;

    public TrackWeight Weight { get; } = weight;

    /// <summary>What it does to the instance, as last handed on.</summary>
    public TrackEffect Effect { get; set; }
}
