// The scheduling room. It owns the event loop of a process: timers, watched descriptors, child exits, posted work, signals, the
// synchronization context and the sockets that checks use. Everything runs on one thread, the one that calls EventLoop.Run; only
// posting, stopping and the TimeProvider's timers may be used from others. It never blocks but in epoll, never runs a callback on
// another thread, and in steady state allocates nothing. It is the one room that reads the clock.
//
// One turn:
//   1. Decide how long to wait: not at all when posted or turn-end work is left, else until the earliest deadline (plus the
//      coalescing slack, 0 unless configured), else for ever.
//   2. Wait for descriptors with that limit, in nanoseconds.
//   3. Read the clock once. This is Now for the whole turn; the earliest deadline's lateness goes into the statistics.
//   4. Dispatch ready descriptors, at most DescriptorsPerTurn. The kernel keeps the rest and hands it out first next time.
//   5. Run the timers due at Now, all of them, by deadline and then by arming. One that is armed meanwhile waits for the next turn.
//   6. Run posted work, at most PostsPerTurn, in order. What is posted meanwhile waits for the next turn.
//   7. Run what asked to run at the end of this turn. What asks meanwhile runs at the end of the next, which follows at once.
//
// Who runs is known at any moment (Enter), for two purposes: what is allocated goes on the owner's account, and a thread that watches the
// loop (LoopWatch, only where it is asked for) can name who holds it.
//
// A callback that throws retires its owner: timers, watches, posted and turn-end work of that owner are dropped, OwnerFailed tells
// who and why, and the turn goes on with the others.
using Keepalived.Linux.Events;

namespace Keepalived.Scheduling;

/// <summary>The event loop of a process. Create it on the thread that will run it, or let <see cref="Run"/> move it to its own.</summary>
public sealed class EventLoop : IDisposable
{
    private readonly EventLoopOptions _options;
    private TurnEndWork[] _turnEnd = new TurnEndWork[16];
    private TurnEndWork[] _turnEndRunning = new TurnEndWork[16];
    private int _turnEndCount;
    private int _threadId = Environment.CurrentManagedThreadId;
    private volatile bool _stopped;
    private int _exitCode;
    private bool _inTurn;
    private MonotonicTime _turnTime;
    private long _turns;
    private long _lateTurns;
    private TimeSpan _lastLateness;
    private TimeSpan _worstLateness;
    private volatile LoopOwner? _running;
    private long _allocatedBefore;
    private long _busySince;
    private LoopWatch? _watch;

    /// <summary>Creates a loop that does not run yet.</summary>
    /// <exception cref="Keepalived.Linux.LinuxException">The kernel has no epoll set or event descriptor left.</exception>
    public EventLoop(EventLoopOptions? options = null)
        : this(options ?? new EventLoopOptions(), new Epoll())
    {
    }

    internal EventLoop(EventLoopOptions options, Epoll epoll)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CoalescingSlack, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PostsPerTurn, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.DescriptorsPerTurn, 4096, nameof(options));
        _options = options;
        Descriptors = new DescriptorTable(options.DescriptorsPerTurn, epoll);
        Descriptors.AddWakeUp(Posts.Descriptor);
    }

    /// <summary>
    /// Raised on the loop when an owner was retired because a callback of it threw: its name and the exception. A handler must not throw.
    /// </summary>
    public event Action<string, Exception>? OwnerFailed;

    /// <summary>The monotonic time at the start of the current turn; outside a turn, as while plugins start, the time of asking.</summary>
    public MonotonicTime Now => _inTurn ? _turnTime : LoopClock.Read();

    /// <summary>True on the thread that runs the loop; before it runs, on the one that created it.</summary>
    public bool IsLoopThread => Environment.CurrentManagedThreadId == _threadId;

    /// <summary>Called on the loop, before its timers, with the lateness of the earliest one of a turn; must not throw. Null for nobody.</summary>
    public Action<TimeSpan>? LatenessNoted { get; set; }

    /// <summary>Turns and lateness so far.</summary>
    public LoopStatistics Statistics => new(_turns, _lateTurns, _lastLateness, _worstLateness);

    /// <summary>When the turn that is under way began to work, in nanoseconds of the monotonic clock; 0 while the loop waits. Any thread.</summary>
    internal long BusySince => Volatile.Read(ref _busySince);

    /// <summary>Whose callback runs now; null between callbacks. Any thread.</summary>
    internal LoopOwner? Running => _running;

    internal TimerQueue Timers { get; } = new();

    internal PostQueue Posts { get; } = new();

    internal DescriptorTable Descriptors { get; }

    /// <summary>The loop for a new owner.</summary>
    /// <param name="name">Names the owner when it fails, for example the plugin's name.</param>
    public IScheduler ForOwner(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        AssertOnLoop();
        return new LoopOwner(this, name);
    }

    /// <summary>Drops everything an owner has set up and refuses it from now on. <see cref="OwnerFailed"/> is not raised.</summary>
    /// <param name="scheduler">What <see cref="ForOwner"/> returned.</param>
    public void Retire(IScheduler scheduler)
    {
        AssertOnLoop();
        Drop(scheduler as LoopOwner ?? throw new ArgumentException("not a scheduler of this loop", nameof(scheduler)));
    }

    /// <summary>The bytes that an owner's callbacks have allocated on the loop thread so far. What it allocates on other threads is not seen.</summary>
    /// <param name="scheduler">What <see cref="ForOwner"/> returned.</param>
    public static long AllocatedBytes(IScheduler scheduler) => (scheduler as LoopOwner)?.AllocatedBytes ?? 0;

    /// <summary>
    /// Work outside a callback that is an owner's doing, such as a call into a plugin: it is accounted to the owner, which is named if it holds
    /// the loop. Loop thread only; the result ends it, and what ran before runs on.
    /// </summary>
    /// <param name="scheduler">What <see cref="ForOwner"/> returned.</param>
    public OwnedWork BeginFor(IScheduler scheduler)
    {
        AssertOnLoop();
        LoopOwner? before = _running;
        Account(scheduler as LoopOwner);
        return new OwnedWork(this, before);
    }

    /// <summary>Has a thread watch the loop: it reports whose callback holds it for longer than a limit.</summary>
    /// <param name="limit">How long a callback may take before it is reported.</param>
    /// <param name="report">Called on the watching thread.</param>
    public IDisposable WatchFor(TimeSpan limit, LoopReport report)
    {
        AssertOnLoop();
        _watch = new LoopWatch(this, limit, report);
        return _watch;
    }

    /// <summary>Runs turns on the calling thread until <see cref="Stop"/>; returns the code given there.</summary>
    public int Run()
    {
        _threadId = Environment.CurrentManagedThreadId;
        SynchronizationContext? previous = SynchronizationContext.Current;
        while (!_stopped)
        {
            Turn(Epoll.Infinite);
        }

        SynchronizationContext.SetSynchronizationContext(previous);
        _stopped = false;
        return _exitCode;
    }

    /// <summary>Ends <see cref="Run"/> after the current turn. May be called from any thread; the first code counts.</summary>
    /// <param name="code">What <see cref="Run"/> returns.</param>
    public void Stop(int code = 0)
    {
        if (!_stopped)
        {
            _exitCode = code;
            _stopped = true;
            Posts.Wake();
        }
    }

    /// <summary>Runs one turn on the calling thread; for programs that have something else to do in between, and for tests.</summary>
    /// <param name="longestWait">Wait no longer than this for something to do; zero only looks.</param>
    public void RunTurn(TimeSpan longestWait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longestWait, TimeSpan.Zero);
        _threadId = Environment.CurrentManagedThreadId;
        SynchronizationContext? previous = SynchronizationContext.Current;
        try
        {
            Turn(longestWait.Ticks * MonotonicTime.NanosecondsPerTick);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    /// <summary>Closes the loop's descriptors. What is still watched is not closed and no longer reported.</summary>
    public void Dispose()
    {
        _watch?.Dispose();
        Descriptors.Dispose();
        Posts.Dispose();
    }

    internal void AssertOnLoop()
    {
        if (!IsLoopThread)
        {
            throw new InvalidOperationException("This belongs to the loop thread: use IScheduler.Post to get there.");
        }
    }

    internal void AddTurnEnd(LoopOwner owner, Action callback)
    {
        if (_turnEndCount == _turnEnd.Length)
        {
            Array.Resize(ref _turnEnd, _turnEndCount * 2);
        }

        _turnEnd[_turnEndCount++] = new TurnEndWork(owner, callback);
    }

    private void Turn(long longestWait)
    {
        if (_inTurn)
        {
            throw new InvalidOperationException("A turn of the loop is under way on this thread.");
        }

        _inTurn = true;
        try
        {
            int ready = Descriptors.Wait(Posts.PrepareToSleep() || _turnEndCount > 0 ? 0 : NextWait(longestWait));
            Posts.Awake();
            _turnTime = LoopClock.Read();
            BeginWork();
            DispatchDescriptors(ready);
            RunTimers();
            RunPosts();
            RunTurnEnd();
            _turns++;
            Timers.AssertInvariants();
        }
        finally
        {
            EndWork();
            _inTurn = false;
        }
    }

    private void BeginWork()
    {
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        Volatile.Write(ref _busySince, _turnTime.Nanoseconds);
        _watch?.LoopBegins();
    }

    private void EndWork()
    {
        Account(null);
        Volatile.Write(ref _busySince, 0);
    }

    /// <summary>Puts what was allocated since the last call on the account of whoever ran, and says who runs now.</summary>
    private void Account(LoopOwner? next)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        if (_running is { } previous)
        {
            previous.AllocatedBytes += allocated - _allocatedBefore;
        }

        _allocatedBefore = allocated;
        _running = next;
    }

    private long NextWait(long longestWait)
    {
        MonotonicTime next = Timers.Next;
        if (next == MonotonicTime.Never)
        {
            return longestWait;
        }

        long slack = _options.CoalescingSlack.Ticks * MonotonicTime.NanosecondsPerTick;
        long wait = Math.Max(0, next.Nanoseconds - LoopClock.Read().Nanoseconds + slack);
        return longestWait == Epoll.Infinite ? wait : Math.Min(wait, longestWait);
    }

    private void DispatchDescriptors(int ready)
    {
        for (int i = 0; i < ready; i++)
        {
            DescriptorWatch? watch = Descriptors.Find(i, out Readiness readiness, out bool wokenUp);
            if (wokenUp)
            {
                Posts.Acknowledge();
            }
            else if (watch is not null)
            {
                Enter(watch.Owner);
                try
                {
                    watch.Ready(readiness);
                }
                catch (Exception error)
                {
                    Fail(watch.Owner, error);
                }
            }
        }
    }

    private void RunTimers()
    {
        if (Timers.Next > _turnTime)
        {
            return;
        }

        NoteLateness(_turnTime - Timers.Next);
        int due = Timers.TakeDue(_turnTime);
        for (int i = 0; i < due; i++)
        {
            if (Timers.Claim(i) is { } timer)
            {
                Enter(timer.Owner);
                try
                {
                    timer.Handler(timer.QueuedDeadline);
                }
                catch (Exception error)
                {
                    Fail(timer.Owner, error);
                }
            }
        }
    }

    private void NoteLateness(TimeSpan lateness)
    {
        _lastLateness = lateness;
        if (lateness > _worstLateness)
        {
            _worstLateness = lateness;
        }

        if (lateness > _options.LateTurnThreshold)
        {
            _lateTurns++;
        }

        LatenessNoted?.Invoke(lateness);
    }

    private void RunPosts()
    {
        for (int left = Posts.BeginPass(_options.PostsPerTurn); left > 0; left--)
        {
            PostedWork work = Posts.Take();
            if (work.Owner.IsRetired)
            {
                continue;
            }

            Enter(work.Owner);
            try
            {
                work.Run();
            }
            catch (Exception error)
            {
                Fail(work.Owner, error);
            }
        }
    }

    private void RunTurnEnd()
    {
        if (_turnEndCount == 0)
        {
            return;
        }

        (_turnEnd, _turnEndRunning) = (_turnEndRunning, _turnEnd);
        int count = _turnEndCount;
        _turnEndCount = 0;
        for (int i = 0; i < count; i++)
        {
            (LoopOwner owner, Action callback) = _turnEndRunning[i];
            _turnEndRunning[i] = default;
            if (owner.IsRetired)
            {
                continue;
            }

            Enter(owner);
            try
            {
                callback();
            }
            catch (Exception error)
            {
                Fail(owner, error);
            }
        }
    }

    /// <summary>Makes the owner's context current, so that what its callback awaits comes back on its behalf.</summary>
    private void Enter(LoopOwner owner)
    {
        if (owner != _running)
        {
            Account(owner);
        }

        SynchronizationContext.SetSynchronizationContext(owner.SynchronizationContext);
    }

    private void Fail(LoopOwner owner, Exception error)
    {
        if (!owner.IsRetired)
        {
            Drop(owner);
            OwnerFailed?.Invoke(owner.Name, error);
        }
    }

    private void Drop(LoopOwner owner)
    {
        owner.Retire();
        Timers.DisarmAll(owner);
        Descriptors.Retire(owner);
    }

    internal void EndFor(LoopOwner? before) => Account(before);

    private readonly record struct TurnEndWork(LoopOwner Owner, Action Callback);
}

/// <summary>Work on an owner's behalf (<see cref="EventLoop.BeginFor"/>); disposing ends it.</summary>
public readonly struct OwnedWork : IDisposable
{
    private readonly EventLoop? _loop;
    private readonly LoopOwner? _before;

    internal OwnedWork(EventLoop loop, LoopOwner? before)
    {
        _loop = loop;
        _before = before;
    }

    /// <inheritdoc/>
    public void Dispose() => _loop?.EndFor(_before);
}
