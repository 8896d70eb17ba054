using Keepalived.Scheduling;

namespace Keepalived.Ipvs.Tests;

/// <summary>A loop whose clock moves only when a test says so; timers run in order of deadline, then of arming.</summary>
internal sealed class VirtualScheduler : IScheduler
{
    private readonly List<VirtualTimer> _timers = [];
    private readonly Queue<Action> _posted = new();
    private readonly Queue<Action> _turnEnd = new();
    private long _armings;

    public MonotonicTime Now { get; private set; } = new(1_000_000_000_000);

    public MonotonicTime Origin { get; } = new(1_000_000_000_000);

    /// <summary>How much later than its deadline each timer runs.</summary>
    public TimeSpan Lateness { get; set; }

    public double Seconds => (Now - Origin).TotalSeconds;

    public TimeProvider TimeProvider => throw new NotSupportedException();

    public SynchronizationContext SynchronizationContext => throw new NotSupportedException();

    public bool IsLoopThread => true;

    public MonotonicTime ReadClock() => Now;

    public MonotonicTime NextDeadline => NextDue(new MonotonicTime(MonotonicTime.Never.Nanoseconds - 1))?.Deadline ?? MonotonicTime.Never;

    public ILoopTimer CreateTimer(TimerHandler handler)
    {
        var timer = new VirtualTimer(this, handler);
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Nothing is ever ready here: who waits for a real kernel asks for it.</summary>
    public IDescriptorWatch Watch(int descriptor, Readiness interest, ReadinessHandler handler) => new NoWatch();

    public IDisposable WatchProcess(int processId, int processDescriptor, ProcessExitHandler handler) => throw new NotSupportedException();

    public void Post(Action callback) => _posted.Enqueue(callback);

    public void RunAtTurnEnd(Action callback) => _turnEnd.Enqueue(callback);

    /// <summary>Lets time pass, running what falls due in order.</summary>
    public void Advance(double seconds)
    {
        MonotonicTime end = Now + TimeSpan.FromSeconds(seconds);
        Turn();
        while (NextDue(end) is { } timer)
        {
            Now = MonotonicTime.Max(Now, timer.Deadline + Lateness);
            timer.Fire();
            Turn();
        }

        Now = end;
    }

    /// <summary>Runs what was posted or left for the end of the turn.</summary>
    public void Turn()
    {
        while (_posted.TryDequeue(out Action? posted))
        {
            posted();
        }

        while (_turnEnd.TryDequeue(out Action? last))
        {
            last();
        }
    }

    private VirtualTimer? NextDue(MonotonicTime end)
    {
        VirtualTimer? next = null;
        foreach (VirtualTimer timer in _timers)
        {
            if (timer.IsArmed && timer.Deadline <= end && (next is null || timer.Deadline < next.Deadline || (timer.Deadline == next.Deadline && timer.Arming < next.Arming)))
            {
                next = timer;
            }
        }

        return next;
    }

    private sealed class NoWatch : IDescriptorWatch
    {
        public Readiness Interest { get; set; }

        public void Dispose()
        {
        }
    }

    private sealed class VirtualTimer(VirtualScheduler scheduler, TimerHandler handler) : ILoopTimer
    {
        public bool IsArmed => Deadline != MonotonicTime.Never;

        public MonotonicTime Deadline { get; private set; } = MonotonicTime.Never;

        public long Arming { get; private set; }

        public void Arm(MonotonicTime deadline)
        {
            Deadline = deadline;
            Arming = ++scheduler._armings;
        }

        public void Disarm() => Deadline = MonotonicTime.Never;

        public void Fire()
        {
            MonotonicTime deadline = Deadline;
            Deadline = MonotonicTime.Never;
            handler(deadline);
        }

        public void Dispose()
        {
            Disarm();
            scheduler._timers.Remove(this);
        }
    }
}
