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

    /// <summary>What all threads of a process have run so far, those that have ended too; false when the process is gone.</summary>
    public static bool TryReadProcessorClock(int process, out long nanoseconds)
    {
        // clock_getcpuclockid(3): the complement of the process id in the upper bits, then CPUCLOCK_SCHED.
        const int Scheduler = 2;
        LibC.TimeSpecification time;
        bool isThere = LibC.clock_gettime((~process << 3) | Scheduler, &time) == 0;
        nanoseconds = isThere ? ((long)time.Seconds * 1_000_000_000) + time.Nanoseconds : 0;
        return isThere;
    }

    private static long Read(int clock)
    {
        LibC.TimeSpecification time;
        LibC.clock_gettime(clock, &time);
        return ((long)time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }
}
