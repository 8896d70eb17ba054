// sys/inotify.h (linux/inotify.h): news of files and directories.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Files;

/// <summary>What to tell of (IN_*).</summary>
[Flags]
public enum FileEvents : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>IN_CLOSE_WRITE: a file that was open for writing has been closed.</summary>
    ClosedAfterWriting = 0x8,

    /// <summary>IN_MOVED_FROM: a name has gone away by a rename.</summary>
    MovedAway = 0x40,

    /// <summary>IN_MOVED_TO: a name has come by a rename.</summary>
    MovedHere = 0x80,

    /// <summary>IN_CREATE: a name has come: a file, a link.</summary>
    Created = 0x100,

    /// <summary>IN_DELETE: a name has gone.</summary>
    Deleted = 0x200,

    /// <summary>IN_Q_OVERFLOW: events were lost. Always told.</summary>
    Overflow = 0x4000,

    /// <summary>IN_IGNORED: the watch has ended, as what it watched is gone. Always told.</summary>
    WatchEnded = 0x8000,
}

/// <summary>Called for each event.</summary>
/// <param name="watch">The watch; -1 with <see cref="FileEvents.Overflow"/>.</param>
/// <param name="events">What happened.</param>
/// <param name="name">The name in the watched directory, as the kernel has it.</param>
public delegate void FileEventHandler(int watch, FileEvents events, ReadOnlySpan<byte> name);

/// <summary>A descriptor that is readable when something happened to what is watched through it.</summary>
public sealed unsafe partial class Inotify : LinuxDescriptor
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const uint OnlyDirectory = 0x01000000; // IN_ONLYDIR
    private const int HeaderLength = 16;

    /// <summary>Creates it, watching nothing.</summary>
    /// <exception cref="LinuxException">EMFILE: over the limit of fs.inotify.max_user_instances.</exception>
    public Inotify()
        : base(Create())
    {
    }

    /// <summary>Watches the names in a directory. Watching it again changes the events and gives the same watch.</summary>
    /// <returns>The watch; negative on an error.</returns>
    public int WatchDirectory(string path, FileEvents events, out Errno error)
    {
        int watch = AddWatch(Descriptor, path, (uint)events | OnlyDirectory);
        error = watch < 0 ? LibC.LastErrno : Errno.None;
        return watch;
    }

    /// <summary>Ends a watch; one that has ended is no error.</summary>
    public void EndWatch(int watch) => _ = RemoveWatch(Descriptor, watch);

    /// <summary>Reads all that has happened.</summary>
    public void ReadAll(FileEventHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Span<byte> buffer = stackalloc byte[4096];
        while (FileDescriptors.Read(Descriptor, buffer, out int count) is Errno.None or Errno.EINTR && count > 0)
        {
            ReadOnlySpan<byte> left = buffer[..count];
            while (left.Length >= HeaderLength)
            {
                int watch = MemoryMarshal.Read<int>(left);
                var events = (FileEvents)MemoryMarshal.Read<uint>(left[4..]);
                int length = (int)MemoryMarshal.Read<uint>(left[12..]);
                handler(watch, events, left.Slice(HeaderLength, length).TrimEnd((byte)0));
                left = left[(HeaderLength + length)..];
            }
        }
    }

    private static int Create()
    {
        int descriptor = InotifyCreate(NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast("create an inotify descriptor");
        }

        return descriptor;
    }

    [LibraryImport(LibC.Name, EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int InotifyCreate(int flags);

    [LibraryImport(LibC.Name, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int descriptor, string path, uint events);

    [LibraryImport(LibC.Name, EntryPoint = "inotify_rm_watch", SetLastError = true)]
    private static partial int RemoveWatch(int descriptor, int watch);
}
