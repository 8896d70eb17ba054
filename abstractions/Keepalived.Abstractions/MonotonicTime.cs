// The contract room. It owns the vocabulary that the host and every plugin share: time, keywords, checks, scripts,
// events and the plugin's own life cycle. It holds interfaces, records and small values and does no I/O of any kind;
// every member is called on the loop thread of its process unless its comment says otherwise. Its public surface is
// recorded in PublicSurface.txt, which a change here must edit.

namespace Keepalived;

/// <summary>
/// A point on the clock that never jumps (CLOCK_MONOTONIC, clock_gettime(2)), in nanoseconds since an origin that has
/// no meaning of its own. Durations are <see cref="TimeSpan"/>; only two points of one process may be compared.
/// </summary>
/// <param name="Nanoseconds">Nanoseconds since the origin.</param>
public readonly record struct MonotonicTime(long Nanoseconds) : IComparable<MonotonicTime>
{
    /// <summary>Nanoseconds in one <see cref="TimeSpan"/> tick.</summary>
    public const long NanosecondsPerTick = 100;

    /// <summary>Later than every point that is ever reached; a deadline that never comes.</summary>
    public static MonotonicTime Never => new(long.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(MonotonicTime other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The point <paramref name="duration"/> after <paramref name="time"/>.</summary>
    public static MonotonicTime operator +(MonotonicTime time, TimeSpan duration) =>
        new(time.Nanoseconds + (duration.Ticks * NanosecondsPerTick));

    /// <summary>The point <paramref name="duration"/> before <paramref name="time"/>.</summary>
    public static MonotonicTime operator -(MonotonicTime time, TimeSpan duration) =>
        new(time.Nanoseconds - (duration.Ticks * NanosecondsPerTick));

    /// <summary>The time from <paramref name="earlier"/> to <paramref name="later"/>, cut to 100 ns.</summary>
    public static TimeSpan operator -(MonotonicTime later, MonotonicTime earlier) =>
        new((later.Nanoseconds - earlier.Nanoseconds) / NanosecondsPerTick);

    /// <summary>True when <paramref name="left"/> comes first.</summary>
    public static bool operator <(MonotonicTime left, MonotonicTime right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>True when <paramref name="left"/> comes later.</summary>
    public static bool operator >(MonotonicTime left, MonotonicTime right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>True when <paramref name="left"/> does not come later.</summary>
    public static bool operator <=(MonotonicTime left, MonotonicTime right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>True when <paramref name="left"/> does not come first.</summary>
    public static bool operator >=(MonotonicTime left, MonotonicTime right) => left.Nanoseconds >= right.Nanoseconds;

    /// <summary>The earlier of two points.</summary>
    public static MonotonicTime Min(MonotonicTime left, MonotonicTime right) => left < right ? left : right;

    /// <summary>The later of two points.</summary>
    public static MonotonicTime Max(MonotonicTime left, MonotonicTime right) => left > right ? left : right;

    /// <summary>Seconds since the origin with six decimals, for logs.</summary>
    public override string ToString() =>
        this == Never ? "never" : $"{Nanoseconds / 1_000_000_000}.{Nanoseconds / 1000 % 1_000_000:D6}";
}
