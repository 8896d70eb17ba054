// sys/epoll.h (linux/eventpoll.h): readiness of many descriptors, waited for with nanosecond precision.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Events;

/// <summary>
/// An epoll set. <see cref="Wait"/> uses epoll_pwait2 (Linux 5.11), whose time limit has nanoseconds, and on an older kernel a
/// timerfd inside the set. Not thread-safe; one thread waits and changes it.
/// </summary>
public sealed unsafe partial class Epoll : LinuxDescriptor
{
    /// <summary>Wait without a limit.</summary>
    public const long Infinite = -1;

    /// <summary>The data value the set keeps for itself.</summary>
    public const ulong ReservedData = ulong.MaxValue;

    private const int CloseOnExec = 0x80000;
    private const int ControlAdd = 1;
    private const int ControlRemove = 2;
    private const int ControlModify = 3;
    private const uint In = 1;
    private const nint NumberOfPwait2 = 441;

    private readonly EpollEvents _argument = new(1);
    private TimerFd? _timer;

    /// <summary>Creates an empty set.</summary>
    /// <exception cref="LinuxException">The kernel refuses, usually for want of descriptors.</exception>
    public Epoll()
        : this(preferTimer: false)
    {
    }

    /// <summary>Creates an empty set that takes its time limits from a timerfd from the start, as on an older kernel.</summary>
    /// <param name="preferTimer">False: only where the kernel has no epoll_pwait2.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public Epoll(bool preferTimer)
        : base(Create())
    {
        if (preferTimer)
        {
            AddTimer();
        }
    }

    /// <summary>True while the kernel's own nanosecond time limit is in use, false with a timerfd.</summary>
    public bool UsesPwait2 => _timer is null;

    /// <summary>Adds a descriptor.</summary>
    /// <param name="descriptor">What to watch.</param>
    /// <param name="events">EPOLL* bits; level-triggered unless they say otherwise.</param>
    /// <param name="data">Comes back with each event; not <see cref="ReservedData"/>.</param>
    public Errno Add(int descriptor, uint events, ulong data) => Control(ControlAdd, descriptor, events, data);

    /// <summary>Changes what a descriptor is watched for.</summary>
    public Errno Modify(int descriptor, uint events, ulong data) => Control(ControlModify, descriptor, events, data);

    /// <summary>Removes a descriptor.</summary>
    public Errno Remove(int descriptor) => Control(ControlRemove, descriptor, 0, 0);

    /// <summary>Waits until something is ready or the time is over.</summary>
    /// <param name="events">Receives the events.</param>
    /// <param name="nanoseconds">Longest wait; 0 = only look, <see cref="Infinite"/> = for ever.</param>
    /// <returns>Number of events; 0 also when a signal interrupted.</returns>
    /// <exception cref="LinuxException">The set itself is broken.</exception>
    public int Wait(EpollEvents events, long nanoseconds)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (_timer is { } timer)
        {
            return WaitWithTimer(timer, events, nanoseconds);
        }

        Timespec limit = Timespec.FromNanoseconds(Math.Max(nanoseconds, 0));
        nint count = SystemCall(NumberOfPwait2, Descriptor, events.Buffer, events.Capacity, nanoseconds < 0 ? null : &limit, null, 8);
        if (count >= 0)
        {
            return (int)count;
        }

        switch (LibC.LastErrno)
        {
            case Errno.EINTR:
                return 0;
            case Errno.ENOSYS or Errno.EPERM: // EPERM: an old seccomp filter that does not know the call
                AddTimer();
                return Wait(events, nanoseconds);
            default:
                LinuxException.ThrowLast("wait on the epoll set");
                return 0;
        }
    }

    /// <inheritdoc/>
    private protected override void Closing()
    {
        _timer?.Dispose();
        _argument.Dispose();
    }

    private int WaitWithTimer(TimerFd timer, EpollEvents events, long nanoseconds)
    {
        if (nanoseconds > 0)
        {
            timer.SetRelative(nanoseconds);
        }

        int count = EpollWait(Descriptor, events.Buffer, events.Capacity, nanoseconds == 0 ? 0 : -1);
        if (count < 0)
        {
            if (LibC.LastErrno != Errno.EINTR)
            {
                LinuxException.ThrowLast("wait on the epoll set");
            }

            count = 0;
        }

        if (nanoseconds > 0)
        {
            timer.Clear(); // also forgets an expiry nobody read
        }

        return events.Without(ReservedData, count);
    }

    private void AddTimer()
    {
        var timer = new TimerFd();
        Errno error = Add(timer.Descriptor, In, ReservedData);
        if (error != Errno.None)
        {
            timer.Dispose();
            throw new LinuxException("add a timer to the epoll set", error);
        }

        _timer = timer;
    }

    private Errno Control(int operation, int descriptor, uint events, ulong data)
    {
        _argument.Set(0, events, data);
        return EpollControl(Descriptor, operation, descriptor, _argument.Buffer) == 0 ? Errno.None : LibC.LastErrno;
    }

    private static int Create()
    {
        int descriptor = EpollCreate(CloseOnExec);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast("create an epoll set");
        }

        return descriptor;
    }

    [LibraryImport(LibC.Name, EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport(LibC.Name, EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int descriptor, void* argument);

    [LibraryImport(LibC.Name, EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, void* events, int capacity, int milliseconds);

    // By number: the call works with a C library older than 2.35 too.
    [LibraryImport(LibC.Name, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint epoll, void* events, nint capacity, Timespec* limit, void* mask, nint maskSize);
}

/// <summary>Room for the events of one wait, outside the garbage collector's reach. Reused; nothing is allocated per wait.</summary>
public sealed unsafe class EpollEvents : IDisposable
{
    // struct epoll_event is packed on x86-64 and nowhere else (linux/eventpoll.h).
    private static readonly bool s_packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int s_size = s_packed ? 12 : 16;
    private static readonly int s_dataOffset = s_packed ? 4 : 8;
    private byte* _buffer;

    /// <summary>Makes room.</summary>
    /// <param name="capacity">Most events one wait can return, at least 1.</param>
    public EpollEvents(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        _buffer = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)s_size);
    }

    /// <summary>Most events one wait can return.</summary>
    public int Capacity { get; }

    internal static int Size => s_size;

    internal static int DataOffset => s_dataOffset;

    internal void* Buffer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer;
        }
    }

    /// <summary>The EPOLL* bits of an event.</summary>
    public uint Flags(int index) => *(uint*)At(index);

    /// <summary>The data the descriptor was added with.</summary>
    public ulong Data(int index) => *(ulong*)(At(index) + s_dataOffset);

    /// <summary>Frees the room.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_buffer);
        _buffer = null;
    }

    internal void Set(int index, uint flags, ulong data)
    {
        *(uint*)At(index) = flags;
        *(ulong*)(At(index) + s_dataOffset) = data;
    }

    /// <summary>Takes the events with one data value out of the first <paramref name="count"/>; returns how many are left.</summary>
    internal int Without(ulong data, int count)
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (Data(i) != data)
            {
                Set(kept++, Flags(i), Data(i));
            }
        }

        return kept;
    }

    private byte* At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Capacity);
        return (byte*)Buffer + (index * s_size);
    }
}
