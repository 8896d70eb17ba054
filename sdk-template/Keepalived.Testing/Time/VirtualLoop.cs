// The testing room, shipped to plugin authors. It owns stand-ins for what the host gives a plugin: a loop in virtual time, scripted
// sockets, and recorders for logs, events and scripts. Nothing here waits, opens a socket or reads a clock, and nothing of the
// host is referenced: only the contract. The real loop and this one pass the same contract tests.
using System.Diagnostics;
using Keepalived.Scheduling;

namespace Keepalived.Testing;

/// <summary>
/// A loop in virtual time. Time passes only in <see cref="Advance"/> and its kin, which jump from deadline to deadline and run the same
/// turns as the real loop: ready descriptors, due timers, posted work, end of turn. Virtual turns take no time, so a timer is never late
/// unless a test makes it so with <see cref="Sleep"/> or <see cref="Spend"/>.
/// </summary>
public sealed class VirtualLoop
{
    private const int MostTurnsAtOneInstant = 100_000;
    private readonly PriorityQueue<(VirtualTimer Timer, long Generation), (long Deadline, long Sequence)> _timers = new();
    private readonly List<VirtualWatch> _watches = [];
    private readonly Queue<(int Descriptor, Readiness Readiness)> _ready = [];
    private readonly Dictionary<int, ProcessExit> _ended = [];
    private readonly List<VirtualProcessWatch> _processes = [];
    private readonly Lock _postLock = new();
    private Queue<(VirtualOwner Owner, SendOrPostCallback Callback, object? State)> _posts = [];
    private List<(VirtualOwner Owner, Action Callback)> _turnEnd = [];
    private long _sequence;
    private int _turningThread;

    /// <summary>Creates a loop whose clocks stand still.</summary>
    /// <param name="utcStart">Wall-clock time at the start; the first of January 2030 unless given.</param>
    public VirtualLoop(DateTimeOffset? utcStart = null)
    {
        UtcStart = utcStart ?? new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Start = Clock = Now = new MonotonicTime(7_000_000_123); // odd on purpose, and not 0
    }

    /// <summary>Raised when a callback threw and its owner was retired.</summary>
    public event Action<string, Exception>? OwnerFailed;

    /// <summary>The point on the clock where the loop began.</summary>
    public MonotonicTime Start { get; }

    /// <summary>The time of the current turn, or the last.</summary>
    public MonotonicTime Now { get; private set; }

    /// <summary>Time that has passed since <see cref="Start"/>.</summary>
    public TimeSpan Elapsed => Clock - Start;

    /// <summary>The wall clock. Stepping it moves no deadline, as on a real machine.</summary>
    public DateTimeOffset UtcNow => UtcStart + Elapsed;

    /// <summary>The earliest deadline; <see cref="MonotonicTime.Never"/> when no timer is armed.</summary>
    public MonotonicTime NextDeadline
    {
        get
        {
            while (_timers.TryPeek(out (VirtualTimer Timer, long Generation) entry, out (long Deadline, long) key))
            {
                if (entry.Timer.Generation == entry.Generation)
                {
                    return new MonotonicTime(key.Deadline);
                }

                _timers.Dequeue();
            }

            return MonotonicTime.Never;
        }
    }

    internal MonotonicTime Clock { get; private set; }

    internal DateTimeOffset UtcStart { get; private set; }

    internal bool IsLoopThread => _turningThread == 0 || _turningThread == Environment.CurrentManagedThreadId;

    private bool HasWork
    {
        get
        {
            lock (_postLock)
            {
                return _ready.Count > 0 || _turnEnd.Count > 0 || _posts.Count > 0 || _processes.Exists(watch => _ended.ContainsKey(watch.ProcessId));
            }
        }
    }

    /// <summary>The loop for a new owner.</summary>
    /// <param name="name">Names the owner when it fails.</param>
    public IScheduler ForOwner(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new VirtualOwner(this, name);
    }

    /// <summary>Drops everything an owner has set up and refuses it from now on.</summary>
    /// <param name="scheduler">What <see cref="ForOwner"/> returned.</param>
    public void Retire(IScheduler scheduler) =>
        Drop(scheduler as VirtualOwner ?? throw new ArgumentException("not a scheduler of this loop", nameof(scheduler)));

    /// <summary>Lets time pass and runs everything that becomes due, each thing at its own time.</summary>
    /// <param name="duration">Not negative; zero runs what is due now.</param>
    public void Advance(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        AdvanceTo(Clock + duration);
    }

    /// <summary>Lets time pass up to a point, that point included.</summary>
    public void AdvanceTo(MonotonicTime time)
    {
        if (time < Clock)
        {
            throw new ArgumentOutOfRangeException(nameof(time), "The monotonic clock never goes back.");
        }

        RunDueNow();
        for (MonotonicTime next = NextDeadline; next <= time; next = NextDeadline)
        {
            Clock = MonotonicTime.Max(Clock, next);
            RunDueNow();
        }

        // Callbacks may have spent time beyond it.
        Clock = Now = MonotonicTime.Max(Clock, time);
    }

    /// <summary>Advances from deadline to deadline until none is left and nothing is to be done.</summary>
    /// <param name="limit">Stops after this much virtual time.</param>
    /// <returns>True when idle; false when the limit came first, as it does with a timer that re-arms itself.</returns>
    public bool RunUntilIdle(TimeSpan limit)
    {
        MonotonicTime end = Clock + limit;
        RunDueNow();
        while (NextDeadline != MonotonicTime.Never)
        {
            if (NextDeadline > end)
            {
                AdvanceTo(MonotonicTime.Max(end, Clock));
                return false;
            }

            AdvanceTo(MonotonicTime.Max(NextDeadline, Clock));
        }

        return true;
    }

    /// <summary>Advances from deadline to deadline until a condition holds.</summary>
    /// <returns>False when <paramref name="limit"/> of virtual time passed first, or nothing was left to happen.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        MonotonicTime end = Clock + limit;
        while (true)
        {
            RunDueNow();
            if (condition())
            {
                return true;
            }

            MonotonicTime next = NextDeadline;
            if (next > end)
            {
                Clock = Now = MonotonicTime.Max(Clock, end);
                return condition();
            }

            Clock = MonotonicTime.Max(Clock, next);
        }
    }

    /// <summary>Runs an asynchronous operation on the loop until it has ended, advancing time as needed.</summary>
    /// <param name="operation">Started on the loop, so that what it awaits resumes there.</param>
    /// <param name="limit">Most virtual time it may take.</param>
    /// <exception cref="TimeoutException">It did not end within the limit.</exception>
    public T Complete<T>(Func<ValueTask<T>> operation, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Task<T>? task = null;
        ForOwner("test").Post(() => task = operation().AsTask());
        if (!RunUntil(() => task is { IsCompleted: true }, limit))
        {
            throw new TimeoutException($"The operation has not ended after {limit} of virtual time.");
        }

        return task!.GetAwaiter().GetResult();
    }

    /// <summary>Runs one turn at the present time, as the real loop would; for tests of what falls into one turn.</summary>
    public void RunTurn() => Turn();

    /// <summary>Passes time in which the loop does not run: what became due meanwhile is late, all of it in one turn.</summary>
    public void Sleep(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        Clock += duration;
        RunDueNow();
    }

    /// <summary>Passes time inside a callback that takes so long: what becomes due meanwhile runs late, in later turns.</summary>
    /// <param name="duration">Not negative.</param>
    public void Spend(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        Clock += duration;
    }

    /// <summary>Steps the wall clock, forwards or backwards; monotonic time and deadlines stay.</summary>
    public void StepWallClock(TimeSpan step) => UtcStart += step;

    /// <summary>
    /// Reports a descriptor as ready once, in the next turn, to every watch of it that is interested; errors and hang-ups are reported
    /// in any case. Any number will do for a descriptor.
    /// </summary>
    public void SignalReady(int descriptor, Readiness readiness) => _ready.Enqueue((descriptor, readiness));

    /// <summary>Ends a simulated child process; its watch is told in the next turn.</summary>
    public void EndProcess(ProcessExit exit) => _ended[exit.ProcessId] = exit;

    internal void Arm(VirtualTimer timer) => _timers.Enqueue((timer, timer.Generation), (timer.ArmedFor.Nanoseconds, ++_sequence));

    internal void AddWatch(VirtualWatch watch) => _watches.Add(watch);

    internal void RemoveWatch(VirtualWatch watch) => _watches.Remove(watch);

    internal void AddProcess(VirtualProcessWatch watch) => _processes.Add(watch);

    internal void AddTurnEnd(VirtualOwner owner, Action callback) => _turnEnd.Add((owner, callback));

    internal void AddPost(VirtualOwner owner, SendOrPostCallback callback, object? state)
    {
        lock (_postLock)
        {
            _posts.Enqueue((owner, callback, state));
        }
    }

    internal void AssertOnLoop()
    {
        if (!IsLoopThread)
        {
            throw new InvalidOperationException("This belongs to the loop thread: use IScheduler.Post to get there.");
        }
    }

    private void RunDueNow()
    {
        for (int turns = 0; HasWork || NextDeadline <= Clock; turns++)
        {
            if (turns > MostTurnsAtOneInstant)
            {
                throw new InvalidOperationException("Work keeps coming without time passing: something re-arms for the past or posts itself.");
            }

            Turn();
        }

        Now = Clock;
    }

    private void Turn()
    {
        if (_turningThread != 0)
        {
            throw new InvalidOperationException("A turn is under way: do not advance time from a callback.");
        }

        SynchronizationContext? previous = SynchronizationContext.Current;
        _turningThread = Environment.CurrentManagedThreadId;
        try
        {
            Now = Clock;
            ReportDescriptors();
            ReportProcesses();
            RunTimers();
            RunPosts();
            RunTurnEnd();
        }
        finally
        {
            _turningThread = 0;
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    private void ReportDescriptors()
    {
        for (int left = _ready.Count; left > 0; left--)
        {
            (int descriptor, Readiness readiness) = _ready.Dequeue();
            foreach (VirtualWatch watch in _watches.ToArray())
            {
                Readiness seen = readiness & (watch.Interest | Readiness.Error | Readiness.HangUp);
                if (watch.Descriptor == descriptor && !watch.IsDisposed && seen != Readiness.None)
                {
                    Call(watch.Owner, () => watch.Handler(seen));
                }
            }
        }
    }

    private void ReportProcesses()
    {
        foreach (VirtualProcessWatch watch in _processes.ToArray())
        {
            if (_ended.TryGetValue(watch.ProcessId, out ProcessExit exit))
            {
                _processes.Remove(watch);
                _ended.Remove(watch.ProcessId);
                Call(watch.Owner, () => watch.Handler?.Invoke(exit));
            }
        }
    }

    private void RunTimers()
    {
        var due = new List<(VirtualTimer Timer, long Generation)>();
        while (NextDeadline <= Now)
        {
            due.Add(_timers.Dequeue());
        }

        foreach ((VirtualTimer timer, long generation) in due)
        {
            if (timer.Generation == generation)
            {
                MonotonicTime deadline = timer.Deadline;
                timer.Claim();
                Call(timer.Owner, () => timer.Handler(deadline));
            }
        }
    }

    private void RunPosts()
    {
        Queue<(VirtualOwner Owner, SendOrPostCallback Callback, object? State)> posts;
        lock (_postLock)
        {
            posts = _posts;
            _posts = [];
        }

        foreach ((VirtualOwner owner, SendOrPostCallback callback, object? state) in posts)
        {
            Call(owner, () => callback(state));
        }
    }

    private void RunTurnEnd()
    {
        List<(VirtualOwner Owner, Action Callback)> callbacks = _turnEnd;
        _turnEnd = [];
        foreach ((VirtualOwner owner, Action callback) in callbacks)
        {
            Call(owner, callback);
        }
    }

    private void Call(VirtualOwner owner, Action callback)
    {
        if (owner.IsRetired)
        {
            return;
        }

        SynchronizationContext.SetSynchronizationContext(owner.SynchronizationContext);
        try
        {
            callback();
        }
        catch (Exception error)
        {
            if (!owner.IsRetired)
            {
                Drop(owner);
                OwnerFailed?.Invoke(owner.Name, error);
            }
        }
    }

    private void Drop(VirtualOwner owner)
    {
        owner.Retire();
        foreach (((VirtualTimer timer, long generation), _) in _timers.UnorderedItems)
        {
            if (timer.Owner == owner && timer.Generation == generation)
            {
                timer.Disarm();
            }
        }

        _watches.RemoveAll(watch => watch.Owner == owner);
        Debug.Assert(!_watches.Exists(watch => watch.Owner == owner), "nothing of a retired owner is watched");
    }
}
