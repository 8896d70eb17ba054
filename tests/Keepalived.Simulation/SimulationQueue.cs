// This room plays networks of routers in virtual time. Everything random comes from one seeded generator, events at the
// same instant happen in the order they were scheduled, and no real clock is read: a seed is a complete description of a
// run, and a failing one can be run again until it is understood.
//
// SimulationQueue   time and what happens in it
// SimulatedLan      one link: delay, loss, one-way loss, partition
// SimulatedRouter   the real protocol core on that link, with the real bytes; may be paused, killed, cut off
// LanWatch          looks after every event whether the invariants hold, and measures how long they did not
// RandomScenario    a seeded sequence of misfortunes
//
// Thread: whoever calls Run. Never: I/O, waiting, shared state between simulations.

namespace Keepalived.Simulation;

/// <summary>Virtual time and the events in it.</summary>
public sealed class SimulationQueue
{
    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private long _order;

    /// <summary>Called after every event, and when time begins and ends to pass.</summary>
    public event Action? Stepped;

    /// <summary>The virtual now. It does not begin at zero, so that nobody comes to rely on that.</summary>
    public MonotonicTime Now { get; private set; } = Origin;

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => Now - Origin;

    private static MonotonicTime Origin => new(5_000_000_000_000);

    /// <summary>Lets something happen at a point in time, or now if that has passed.</summary>
    public void At(MonotonicTime time, Action action) =>
        _events.Enqueue(action, (Math.Max(time.Nanoseconds, Now.Nanoseconds), _order++));

    /// <summary>Lets something happen after a while.</summary>
    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan duration)
    {
        // Whoever calls may have changed something.
        Stepped?.Invoke();
        MonotonicTime end = Now + duration;
        while (_events.TryPeek(out Action? action, out (long Time, long Order) key) && key.Time <= end.Nanoseconds)
        {
            _events.Dequeue();
            Now = new MonotonicTime(key.Time);
            action();
            Stepped?.Invoke();
        }

        Now = end;
        Stepped?.Invoke();
    }
}
