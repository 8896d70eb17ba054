namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The moment and number of a signed advertisement: 32 bits of seconds since 1970, 16 bits of their fraction and a counter of
/// 16 bits, as they stand in the trailer, taken as one number of 64 bits. Ordered by serial number arithmetic (RFC 1982), so
/// that the year 2106 is no end.
/// </summary>
/// <param name="Value">The 64 bits, most significant first on the wire.</param>
public readonly record struct SequenceStamp(ulong Value)
{
    private const int SecondsShift = 32;
    private const int FractionShift = 16;
    private const int FractionRange = 1 << FractionShift;

    /// <summary>The successor, whatever the clock says.</summary>
    public SequenceStamp Next => new(unchecked(Value + 1));

    /// <summary>The stamp of a moment, counter 0; exact to 1/65536 s.</summary>
    public static SequenceStamp At(DateTimeOffset time)
    {
        long ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        (long seconds, long rest) = (ticks / TimeSpan.TicksPerSecond, ticks % TimeSpan.TicksPerSecond);
        if (rest < 0)
        {
            // A clock before 1970: rounded down like any other.
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        }

        ulong fraction = (ulong)(rest * FractionRange / TimeSpan.TicksPerSecond);
        return new(unchecked((ulong)seconds << SecondsShift) | (fraction << FractionShift));
    }

    /// <summary>Does this come later than <paramref name="other"/> (RFC 1982 section 3.2)?</summary>
    public bool IsAfter(SequenceStamp other) => unchecked((long)(Value - other.Value)) > 0;

    /// <summary>The time from <paramref name="earlier"/> to this, negative if this is the earlier one.</summary>
    public TimeSpan Since(SequenceStamp earlier)
    {
        long difference = unchecked((long)(Value - earlier.Value));
        long ticks = ((difference & uint.MaxValue) * TimeSpan.TicksPerSecond) >> SecondsShift;
        return TimeSpan.FromTicks(((difference >> SecondsShift) * TimeSpan.TicksPerSecond) + ticks);
    }
}
