using Keepalived.Scheduling;

namespace Keepalived.Vrrp.Runtime.Rehearsal;

/// <summary>A loop of the rehearsal's own: its time passes only when told, and nothing it is given reaches the real one.</summary>
internal sealed class RehearsalScheduler(IScheduler real) : IScheduler
{
    private readonly List<Timer> _timers = [];
    private readonly Queue<Action> _posted = new();
    private readonly Queue<Action> _turnEnd = new();

    public MonotonicTime Now { get; private set; } = real.Now;

    public TimeProvider TimeProvider => real.TimeProvider;

    public SynchronizationContext SynchronizationContext => real.SynchronizationContext;

    public bool IsLoopThread => real.IsLoopThread;

    public MonotonicTime ReadClock() => Now;

    public MonotonicTime NextDeadline => Earliest()?.Deadline ?? MonotonicTime.Never;

    public ILoopTimer CreateTimer(TimerHandler handler)
    {
        Timer timer = new(handler);
        _timers.Add(timer);
        return timer;
    }

    public IDescriptorWatch Watch(int descriptor, Readiness interest, ReadinessHandler handler) => new NoWatch();

    public IDisposable WatchProcess(int processId, int processDescriptor, ProcessExitHandler handler) => new NoWatch();

    public void Post(Action callback) => _posted.Enqueue(callback);

    public void RunAtTurnEnd(Action callback) => _turnEnd.Enqueue(callback);

    /// <summary>Goes to the earliest deadline and runs its timer; nothing happens without one.</summary>
    public void RunNextTimer()
    {
        if (Earliest() is { } next)
        {
            Now = MonotonicTime.Max(Now, next.Deadline);
            next.Fire();
        }
    }

    /// <summary>Runs one callback of what was posted or left for the end of the turn.</summary>
    /// <returns>Whether there was one.</returns>
    public bool RunOne()
    {
        if (_turnEnd.TryDequeue(out Action? callback) || _posted.TryDequeue(out callback))
        {
            callback();
            return true;
        }

        return false;
    }

    private Timer? Earliest()
    {
        Timer? next = null;
        foreach (Timer timer in _timers)
        {
            next = timer.IsArmed && (next is null || timer.Deadline < next.Deadline) ? timer : next;
        }

        return next;
    }

    private sealed class Timer(TimerHandler handler) : ILoopTimer
    {
        public bool IsArmed => Deadline != MonotonicTime.Never;

        public MonotonicTime Deadline { get; private set; } = MonotonicTime.Never;

        public void Arm(MonotonicTime deadline) => Deadline = deadline;

        public void Disarm() => Deadline = MonotonicTime.Never;

        public void Dispose() => Disarm();

        public void Fire()
        {
            MonotonicTime deadline = Deadline;
            Disarm();
            handler(deadline);
        }
    }

    private sealed class NoWatch : IDescriptorWatch
    {
        public Readiness Interest { get; set; }

        public void Dispose()
        {
        }
    }
}
