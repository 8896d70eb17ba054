// sys/inotify.h (inotify(7)): news of files in directories.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Files;

/// <summary>Told of files that changed.</summary>
public interface IFileWatchHandler
{
    /// <summary>A file of a watched directory was written and closed, came, or went.</summary>
    /// <param name="watch">The directory, as <see cref="FileWatch.Add"/> named it.</param>
    /// <param name="name">The file's name in it, UTF-8; empty for the directory itself.</param>
    /// <param name="change">What happened.</param>
    void Changed(int watch, ReadOnlySpan<byte> name, FileChange change);

    /// <summary>The kernel dropped news: anything may have changed.</summary>
    void Overrun();
}

/// <summary>What happened to a file (IN_*).</summary>
public enum FileChange
{
    /// <summary>It was written and closed, or moved to this name.</summary>
    Content,

    /// <summary>It was deleted, or moved away.</summary>
    Gone,

    /// <summary>The watched directory itself is gone, and with it the watch.</summary>
    WatchGone,
}

/// <summary>An inotify instance: watches directories for files that are written, come and go. Never blocks.</summary>
public sealed unsafe partial class FileWatch : LinuxDescriptor
{
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const uint CloseWrite = 0x8;
    private const uint MovedFrom = 0x40;
    private const uint MovedTo = 0x80;
    private const uint Delete = 0x200;
    private const uint QueueOverflow = 0x4000;
    private const uint Ignored = 0x8000;
    private const uint OnlyDirectory = 0x01000000;
    private const int HeaderLength = 16;

    private readonly byte[] _buffer = new byte[4096];

    /// <summary>Opens it, watching nothing.</summary>
    /// <exception cref="LinuxException">EMFILE: the user has too many instances (fs.inotify.max_user_instances).</exception>
    public FileWatch()
        : base(Create())
    {
    }

    /// <summary>Watches a directory; one that is watched already has the same number.</summary>
    /// <returns>The number its news carry; negative, with the error, when it cannot be watched.</returns>
    public int Add(string directory, out Errno error)
    {
        int watch = AddWatch(Descriptor, directory, CloseWrite | MovedFrom | MovedTo | Delete | OnlyDirectory);
        error = watch < 0 ? LibC.LastErrno : Errno.None;
        return watch;
    }

    /// <summary>Ends watching a directory; one that is gone is no error.</summary>
    public void Remove(int watch) => _ = RemoveWatch(Descriptor, watch);

    /// <summary>Hands over what has happened.</summary>
    public void OnReadable(IFileWatchHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        while (FileDescriptors.Read(Descriptor, _buffer, out int count) == Errno.None && count > 0)
        {
            HandOver(_buffer.AsSpan(0, count), handler);
        }
    }

    // struct inotify_event: int wd; uint32_t mask, cookie, len; char name[len], padded with zeros.
    private static void HandOver(ReadOnlySpan<byte> events, IFileWatchHandler handler)
    {
        while (events.Length >= HeaderLength)
        {
            int watch = MemoryMarshal.Read<int>(events);
            uint mask = MemoryMarshal.Read<uint>(events[4..]);
            int length = MemoryMarshal.Read<int>(events[12..]);
            ReadOnlySpan<byte> name = events.Slice(HeaderLength, length);
            int end = name.IndexOf((byte)0);
            name = end < 0 ? name : name[..end];
            if ((mask & QueueOverflow) != 0)
            {
                handler.Overrun();
            }
            else if ((mask & Ignored) != 0)
            {
                handler.Changed(watch, default, FileChange.WatchGone);
            }
            else
            {
                handler.Changed(watch, name, (mask & (Delete | MovedFrom)) != 0 ? FileChange.Gone : FileChange.Content);
            }

            events = events[(HeaderLength + length)..];
        }
    }

    private static int Create()
    {
        int descriptor = Init(NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast("watch files");
        }

        return descriptor;
    }

    [LibraryImport(LibC.Name, EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Init(int flags);

    [LibraryImport(LibC.Name, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int descriptor, string path, uint mask);

    [LibraryImport(LibC.Name, EntryPoint = "inotify_rm_watch", SetLastError = true)]
    private static partial int RemoveWatch(int descriptor, int watch);
}
