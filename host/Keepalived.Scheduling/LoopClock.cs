using System.Diagnostics;

namespace Keepalived.Scheduling;

/// <summary>The one place that reads CLOCK_MONOTONIC: the runtime's Stopwatch is that clock on Linux, in nanoseconds.</summary>
internal static class LoopClock
{
    internal static MonotonicTime Read()
    {
        Debug.Assert(Stopwatch.Frequency == 1_000_000_000, "Stopwatch no longer counts CLOCK_MONOTONIC's nanoseconds");
        return new MonotonicTime(Stopwatch.GetTimestamp());
    }
}
