// fifo(7), sys/stat.h, fcntl.h: named pipes that are written to without blocking.
using System.Runtime.InteropServices;

namespace Keepalived.Linux;

/// <summary>A FIFO opened for reading and writing, so that opening succeeds without a reader and a reader that goes away does no harm.</summary>
public sealed unsafe partial class NamedPipe : LinuxDescriptor
{
    private const int ReadWrite = 2; // O_RDWR
    private const int NonBlocking = 0x800; // O_NONBLOCK
    private const int CloseOnExec = 0x80000; // O_CLOEXEC
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicStatistics = 0x7FF; // STATX_BASIC_STATS
    private const int FileTypeMask = 0xF000; // S_IFMT
    private const int FifoType = 0x1000; // S_IFIFO

    private NamedPipe(int descriptor)
        : base(descriptor)
    {
    }

    // O_NOFOLLOW is one of the few flags whose value depends on the architecture.
    private static int NoFollow => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Makes a FIFO; false when something of that name is there already.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="mode">Permission bits, from which the file creation mask is taken.</param>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public static bool TryCreate(string path, int mode)
    {
        if (MakeFifo(path, (uint)mode) == 0)
        {
            return true;
        }

        return LibC.LastErrno == Errno.EEXIST ? false : throw new LinuxException($"make the FIFO {path}", LibC.LastErrno);
    }

    /// <summary>Opens a FIFO without blocking and without following a symbolic link.</summary>
    /// <exception cref="LinuxException">It cannot be opened, or is no FIFO (<see cref="Errno.EINVAL"/>).</exception>
    public static NamedPipe Open(string path)
    {
        int descriptor = OpenFile(path, ReadWrite | NonBlocking | CloseOnExec | NoFollow);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast($"open the FIFO {path}");
        }

        NamedPipe pipe = new(descriptor);
        if ((pipe.Status().Mode & FileTypeMask) == FifoType)
        {
            return pipe;
        }

        pipe.Dispose();
        throw new LinuxException($"open the FIFO {path}", Errno.EINVAL, "it is no FIFO");
    }

    /// <summary>Who owns it.</summary>
    /// <exception cref="LinuxException">The kernel does not say.</exception>
    public (uint UserId, uint GroupId) Owner()
    {
        FileStatus status = Status();
        return (status.UserId, status.GroupId);
    }

    /// <summary>Gives it to somebody.</summary>
    /// <exception cref="LinuxException">Not permitted.</exception>
    public void SetOwner(uint userId, uint groupId)
    {
        if (ChangeOwner(Descriptor, userId, groupId) != 0)
        {
            LinuxException.ThrowLast("change the owner of a FIFO");
        }
    }

    private FileStatus Status()
    {
        FileStatus status;
        if (ReadStatus(Descriptor, "", EmptyPath, BasicStatistics, &status) != 0)
        {
            LinuxException.ThrowLast("ask for the status of a FIFO");
        }

        return status;
    }

    [LibraryImport(LibC.Name, EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport(LibC.Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(int descriptor, uint userId, uint groupId);

    [LibraryImport(LibC.Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ReadStatus(int directory, string path, int flags, uint mask, FileStatus* status);

    /// <summary>The part of <c>struct statx</c> (256 bytes on every architecture) that matters here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(20)]
        public uint UserId;

        [FieldOffset(24)]
        public uint GroupId;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
