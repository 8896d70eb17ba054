// fcntl.h, sys/stat.h, unistd.h: opening files on conditions that the framework does not know, and locking them.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Files;

/// <summary>How to open a file (O_*). Close-on-exec always.</summary>
[Flags]
public enum OpenFlags
{
    /// <summary>O_RDONLY.</summary>
    ReadOnly = 0,

    /// <summary>O_WRONLY.</summary>
    WriteOnly = 1,

    /// <summary>O_RDWR.</summary>
    ReadWrite = 2,

    /// <summary>O_CREAT.</summary>
    Create = 0x40,

    /// <summary>O_EXCL: with <see cref="Create"/>, it must not exist.</summary>
    Exclusive = 0x80,

    /// <summary>O_TRUNC.</summary>
    Truncate = 0x200,

    /// <summary>O_APPEND.</summary>
    Append = 0x400,

    /// <summary>O_NONBLOCK: a FIFO nobody reads gives ENXIO instead of waiting.</summary>
    NonBlocking = 0x800,

    /// <summary>O_NOFOLLOW: the last part must not be a symbolic link (ELOOP). Its number depends on the architecture; this is a stand-in.</summary>
    NoFollow = 0x40000000,
}

/// <summary>An open file.</summary>
public sealed unsafe partial class LinuxFile : LinuxDescriptor
{
    private const int CloseOnExec = 0x80000;
    private const int OpenFileLock = 37; // F_OFD_SETLK
    private const short WriteLock = 1; // F_WRLCK

    // asm-generic/fcntl.h, and arch/arm64's own.
    private static readonly int s_noFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    private LinuxFile(int descriptor)
        : base(descriptor)
    {
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="flags">How.</param>
    /// <param name="mode">Permissions of a new file, less the umask.</param>
    /// <exception cref="LinuxException">It cannot be opened so.</exception>
    public static LinuxFile Open(string path, OpenFlags flags, int mode = 0x180) // 0600
    {
        LinuxFile? file = TryOpen(path, flags, mode, out Errno error);
        return file ?? throw new LinuxException($"open {path}", error);
    }

    /// <summary>Opens a file; null and the error when it cannot be opened.</summary>
    public static LinuxFile? TryOpen(string path, OpenFlags flags, int mode, out Errno error)
    {
        int bits = (int)(flags & ~OpenFlags.NoFollow) | CloseOnExec | ((flags & OpenFlags.NoFollow) != 0 ? s_noFollow : 0);
        int descriptor = Open(path, bits, (uint)mode);
        error = descriptor < 0 ? LibC.LastErrno : Errno.None;
        return descriptor < 0 ? null : new LinuxFile(descriptor);
    }

    /// <summary>
    /// Locks the file for writing, for this opening of it (F_OFD_SETLK): the lock goes when the last descriptor of it is closed, so a
    /// child that inherits it holds it too.
    /// </summary>
    /// <returns>False when somebody else holds it.</returns>
    /// <exception cref="LinuxException">The file system knows no locks.</exception>
    public bool TryLock()
    {
        var request = new FileLock { Type = WriteLock };
        if (Control(Descriptor, OpenFileLock, &request) == 0)
        {
            return true;
        }

        Errno error = LibC.LastErrno;
        return error is Errno.EAGAIN or Errno.EACCES ? false : throw new LinuxException("lock a file", error);
    }

    /// <summary>Writes all the bytes at the file's position.</summary>
    /// <exception cref="LinuxException">Disk full and the like.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Errno error = FileDescriptors.Write(Descriptor, bytes, out int count);
            if (error is not (Errno.None or Errno.EINTR))
            {
                throw new LinuxException("write a file", error);
            }

            bytes = bytes[count..];
        }
    }

    /// <summary>Cuts or extends the file to a length.</summary>
    /// <exception cref="LinuxException">Not opened for writing.</exception>
    public void SetLength(long length)
    {
        if (Truncate(Descriptor, length) != 0)
        {
            LinuxException.ThrowLast("cut a file");
        }
    }

    /// <summary>Removes a name; ENOENT when there was none.</summary>
    public static Errno Unlink(string path) => UnlinkPath(path) == 0 ? Errno.None : LibC.LastErrno;

    /// <summary>Creates a FIFO; EEXIST when something has that name.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="mode">Permissions, less the umask.</param>
    public static Errno MakeFifo(string path, int mode) => MakeFifoAt(path, (uint)mode) == 0 ? Errno.None : LibC.LastErrno;

    /// <summary>Changes the owner of an open file.</summary>
    public Errno ChangeOwner(uint userId, uint groupId) => ChangeOwner(Descriptor, userId, groupId) == 0 ? Errno.None : LibC.LastErrno;

    /// <summary>Sets the permissions that new files never get (umask); returns the previous ones.</summary>
    public static int SetCreationMask(int mask) => (int)SetMask((uint)mask);

    [LibraryImport(LibC.Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport(LibC.Name, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, FileLock* request);

    [LibraryImport(LibC.Name, EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int Truncate(int descriptor, long length);

    [LibraryImport(LibC.Name, EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkPath(string path);

    [LibraryImport(LibC.Name, EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifoAt(string path, uint mode);

    [LibraryImport(LibC.Name, EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(int descriptor, uint userId, uint groupId);

    [LibraryImport(LibC.Name, EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);
}

/// <summary>struct flock of a 64-bit ABI.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FileLock
{
    internal short Type;
    internal short Whence;
    internal long Start;
    internal long Length;
    internal int ProcessId;
}
