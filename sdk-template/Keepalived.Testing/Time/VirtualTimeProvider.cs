namespace Keepalived.Testing;

/// <summary>
/// The virtual loop's clocks. The frequency of its timestamps is odd on purpose, to catch code that takes them for ticks or
/// nanoseconds.
/// </summary>
internal sealed class VirtualTimeProvider(VirtualLoop loop, VirtualOwner owner) : TimeProvider
{
    private const long Frequency = 3_000_017;

    public override long TimestampFrequency => Frequency;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => (long)((Int128)loop.Clock.Nanoseconds * Frequency / 1_000_000_000);

    public override DateTimeOffset GetUtcNow() => loop.UtcNow;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new Scheduling.ProvidedTimer(owner, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
