namespace Keepalived.Scheduling;

/// <summary>
/// A timer of a <see cref="TimeProvider"/> on any <see cref="IScheduler"/>. A period is counted from the deadline, not from the call, so
/// it does not drift; periods missed while the loop was away are skipped.
/// </summary>
internal sealed class ProvidedTimer : ITimer
{
    private readonly IScheduler _scheduler;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private ILoopTimer? _timer;
    private TimeSpan _period;
    private volatile bool _disposed;

    internal ProvidedTimer(IScheduler scheduler, TimerCallback callback, object? state)
    {
        _scheduler = scheduler;
        _callback = callback;
        _state = state;
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        if (_disposed)
        {
            return false;
        }

        // Counted from the call, whichever thread it is on: the loop may get to it later.
        MonotonicTime deadline = dueTime == Timeout.InfiniteTimeSpan ? MonotonicTime.Never : _scheduler.ReadClock() + dueTime;
        if (_scheduler.IsLoopThread)
        {
            Apply(deadline, period);
        }
        else
        {
            _scheduler.SynchronizationContext.Post(_ => Apply(deadline, period), null);
        }

        return true;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_scheduler.IsLoopThread)
        {
            _timer?.Dispose();
        }
        else
        {
            _scheduler.SynchronizationContext.Post(static timer => ((ProvidedTimer)timer!)._timer?.Dispose(), this);
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Apply(MonotonicTime deadline, TimeSpan period)
    {
        if (_disposed)
        {
            return;
        }

        _period = period;
        _timer ??= _scheduler.CreateTimer(Due);
        _timer.Arm(deadline);
    }

    private void Due(MonotonicTime deadline)
    {
        if (_period > TimeSpan.Zero)
        {
            TimeSpan late = _scheduler.Now - deadline;
            long missed = late.Ticks / _period.Ticks;
            _timer!.Arm(deadline + new TimeSpan(_period.Ticks * (missed + 1)));
        }

        _callback(_state);
    }
}
