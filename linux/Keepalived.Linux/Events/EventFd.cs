// sys/eventfd.h (linux/eventfd.h): a counter behind a descriptor, to wake a loop from another thread.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Events;

/// <summary>A descriptor that becomes readable when somebody signals it. Signalling is safe from any thread.</summary>
public sealed unsafe partial class EventFd : LinuxDescriptor
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>Creates it, not signalled.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public EventFd()
        : base(Create())
    {
    }

    /// <summary>Makes the descriptor readable. A counter that is full is readable anyway, so there is nothing to fail.</summary>
    public void Signal()
    {
        ulong one = 1;
        _ = Write(Descriptor, &one, sizeof(ulong));
    }

    /// <summary>Makes the descriptor unreadable again; true when it had been signalled.</summary>
    public bool Reset()
    {
        ulong count;
        return Read(Descriptor, &count, sizeof(ulong)) == sizeof(ulong);
    }

    private static int Create()
    {
        int descriptor = EventCreate(0, NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast("create an event descriptor");
        }

        return descriptor;
    }

    [LibraryImport(LibC.Name, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventCreate(uint value, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, void* buffer, nuint length);

    [LibraryImport(LibC.Name, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, void* buffer, nuint length);
}
