namespace Keepalived.Bench.Kernel;

/// <summary>
/// CLOCK_REALTIME in nanoseconds, the clock of the kernel's receive timestamps. A step of the clock during a run spoils that run:
/// the bench compares differences of seconds, and says so when they are impossible.
/// </summary>
internal static unsafe class RealTime
{
    private const int ClockRealTime = 0;
    private const int ClockMonotonic = 1;
    private const int AbsoluteTime = 1;

    public static long Now => Read(ClockRealTime);

    public static long Monotonic => Read(ClockMonotonic);

    /// <summary>Sleeps until the monotonic clock reads <paramref name="nanoseconds"/>.</summary>
    public static void SleepUntilMonotonic(long nanoseconds)
    {
        var time = new LibC.TimeSpecification { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
        while (LibC.clock_nanosleep(ClockMonotonic, AbsoluteTime, &time, null) != 0)
        {
        }
    }

    public static void Sleep(TimeSpan time) => SleepUntilMonotonic(Monotonic + (time.Ticks * 100));

    private static long Read(int clock)
    {
        LibC.TimeSpecification time;
        LibC.clock_gettime(clock, &time);
        return ((long)time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }
}
