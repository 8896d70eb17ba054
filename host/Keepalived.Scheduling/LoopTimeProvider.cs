namespace Keepalived.Scheduling;

/// <summary>
/// The loop's clocks for code that wants a <see cref="TimeProvider"/>. Timestamps are CLOCK_MONOTONIC in nanoseconds, read at the
/// call. Timers may be created and changed on any thread and call back on the loop; unlike <see cref="ILoopTimer"/> they allocate.
/// </summary>
internal sealed class LoopTimeProvider(LoopOwner owner) : TimeProvider
{
    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => LoopClock.Read().Nanoseconds;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ProvidedTimer(owner, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
