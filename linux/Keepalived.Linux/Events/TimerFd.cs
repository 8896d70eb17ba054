// sys/timerfd.h (linux/timerfd.h): a timer of CLOCK_MONOTONIC that is read like a file.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Events;

/// <summary>A one-shot timer behind a descriptor that becomes readable when it expires.</summary>
public sealed unsafe partial class TimerFd : LinuxDescriptor
{
    private const int ClockMonotonic = 1;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>Creates a timer that is not set.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public TimerFd()
        : base(Create())
    {
    }

    /// <summary>Sets the timer to expire once, this long from now.</summary>
    /// <param name="nanoseconds">At least 1.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public void SetRelative(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nanoseconds, 1);
        Set(nanoseconds);
    }

    /// <summary>Clears the timer and an expiry that has not been read.</summary>
    public void Clear() => Set(0);

    private void Set(long nanoseconds)
    {
        var specification = new TimerSpecification { Value = Timespec.FromNanoseconds(nanoseconds) };
        if (TimerSet(Descriptor, 0, &specification, null) != 0)
        {
            LinuxException.ThrowLast("set a timer");
        }
    }

    private static int Create()
    {
        int descriptor = TimerCreate(ClockMonotonic, NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast("create a timer");
        }

        return descriptor;
    }

    [LibraryImport(LibC.Name, EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int TimerCreate(int clock, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int TimerSet(int timer, int flags, TimerSpecification* value, TimerSpecification* old);
}
