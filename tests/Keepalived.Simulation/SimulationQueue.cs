// This room plays networks of routers in virtual time, with the real protocol cores and the real bytes. Everything random comes
// from seeded dice, events at the same instant happen in the order they were scheduled, and no real clock is read: a seed is a
// complete description of a run, and a failing one can be run again, with a timeline, until it is understood.
//
// SimulationQueue     time and what happens in it
// SimulatedNetwork    all of it: links, machines, hosts, the dice, the timeline
// SimulatedLan        one link: two switches with a trunk; delay, loss, duplication, one-way loss, partition
// SimulatedHost       a neighbour with an ARP or ND table, fed by the announcements' bytes
// SimulatedMachine    a process with routers in it: may be paused, killed, cut off, reloaded, its wall clock set
// SimulatedRouter     the protocol core on a link, its timer, and the kernel that keeps the addresses
// RouterInterposer    where a test stands between a core and its surroundings, to plant a mistake
// NetworkWatch        the invariants, looked after at every step
// RouterOracle        what RFC 9568 section 6.4 allows one router, reckoned a second time
// RandomScenario      a network and a sequence of misfortunes, all from one seed
// ScenarioRunner      many of them, on several threads
//
// Thread: each network belongs to whoever runs it. Never: I/O, waiting, state shared between networks, a test framework.

namespace Keepalived.Simulation;

/// <summary>Something that events happen to.</summary>
internal interface ISimulationTarget
{
    /// <summary>The event is due.</summary>
    /// <param name="what">Its kind, in the target's own numbering.</param>
    /// <param name="argument">What the target asked to be told.</param>
    /// <param name="payload">And what else.</param>
    void Happen(int what, int argument, object? payload);
}

/// <summary>Virtual time and the events in it.</summary>
public sealed class SimulationQueue
{
    private static readonly CallTarget _call = new();

    private Event[] _heap = new Event[256];
    private int _count;
    private long _order;

    /// <summary>The virtual now. It does not begin at zero, so that nobody comes to rely on that.</summary>
    public MonotonicTime Now { get; private set; } = Origin;

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => Now - Origin;

    /// <summary>Events so far.</summary>
    public long Steps { get; private set; }

    /// <summary>A sum over all events: two runs that did the same have the same one.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    /// <summary>Looks after every event; set by whoever watches.</summary>
    internal NetworkWatch? Watch { get; set; }

    private static MonotonicTime Origin => new(5_000_000_000_000);

    /// <summary>Lets something happen at a point in time, or now if that has passed.</summary>
    public void At(MonotonicTime time, Action action) => At(time, _call, 0, 0, action);

    /// <summary>Lets something happen after a while.</summary>
    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Lets time pass; ends early when the watch has seen a violation.</summary>
    public void Run(TimeSpan duration)
    {
        MonotonicTime end = Now + duration;
        // Whoever calls may have changed something.
        Watch?.AfterEvent();
        while (_count > 0 && _heap[0].Time <= end.Nanoseconds && Watch is not { Violation: not null })
        {
            Event next = TakeFirst();
            Watch?.BeforeTime(new MonotonicTime(next.Time));
            Now = new MonotonicTime(next.Time);
            Steps++;
            Mix((ulong)next.Time ^ ((ulong)next.What << 56) ^ (ulong)next.Argument);
            next.Target.Happen(next.What, next.Argument, next.Payload);
            Watch?.AfterEvent();
        }

        if (Watch is { Violation: not null })
        {
            return;
        }

        Watch?.BeforeTime(end);
        Now = end;
    }

    internal void At(MonotonicTime time, ISimulationTarget target, int what, int argument, object? payload)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, _count * 2);
        }

        var added = new Event(Math.Max(time.Nanoseconds, Now.Nanoseconds), _order++, target, what, argument, payload);
        int hole = _count++;
        while (hole > 0)
        {
            int parent = (hole - 1) / 2;
            if (!added.IsBefore(_heap[parent]))
            {
                break;
            }

            _heap[hole] = _heap[parent];
            hole = parent;
        }

        _heap[hole] = added;
    }

    /// <summary>Adds something to the fingerprint that is not an event of its own.</summary>
    internal void Mix(ulong value) => Fingerprint = unchecked((Fingerprint ^ value) * 1099511628211);

    private Event TakeFirst()
    {
        Event first = _heap[0];
        Event last = _heap[--_count];
        _heap[_count] = default;
        if (_count == 0)
        {
            return first;
        }

        int hole = 0;
        while (true)
        {
            int child = (2 * hole) + 1;
            if (child >= _count)
            {
                break;
            }

            if (child + 1 < _count && _heap[child + 1].IsBefore(_heap[child]))
            {
                child++;
            }

            if (!_heap[child].IsBefore(last))
            {
                break;
            }

            _heap[hole] = _heap[child];
            hole = child;
        }

        _heap[hole] = last;
        return first;
    }

    private readonly record struct Event(long Time, long Order, ISimulationTarget Target, int What, int Argument, object? Payload)
    {
        public bool IsBefore(in Event other) => Time < other.Time || (Time == other.Time && Order < other.Order);
    }

    private sealed class CallTarget : ISimulationTarget
    {
        public void Happen(int what, int argument, object? payload) => ((Action)payload!)();
    }
}
