// time.h: struct timespec and struct itimerspec of the 64-bit ABIs.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Events;

[StructLayout(LayoutKind.Sequential)]
internal struct Timespec
{
    internal const long NanosecondsPerSecond = 1_000_000_000;

    internal long Seconds;
    internal long Nanoseconds;

    internal static Timespec FromNanoseconds(long nanoseconds) =>
        new() { Seconds = nanoseconds / NanosecondsPerSecond, Nanoseconds = nanoseconds % NanosecondsPerSecond };
}

[StructLayout(LayoutKind.Sequential)]
internal struct TimerSpecification
{
    internal Timespec Interval;
    internal Timespec Value;
}
