// sys/mman.h: memfd_create, a file that lives in memory and has no name to find it by.
using System.Runtime.InteropServices;

namespace Keepalived.Linux;

/// <summary>A file in memory, for handing bytes to a child. Close-on-exec here; a spawn hands it over by number.</summary>
public sealed unsafe partial class MemoryFile : LinuxDescriptor
{
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const int AddSeals = 1033; // F_ADD_SEALS
    private const int SeekEnd = 2; // SEEK_END
    private const int AllSeals = 0xF; // F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE

    /// <summary>Creates an empty file.</summary>
    /// <param name="name">Shown in /proc/self/fd, for people.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public MemoryFile(string name)
        : base(Create(name))
    {
    }

    private MemoryFile(int descriptor)
        : base(descriptor)
    {
    }

    /// <summary>Creates an empty file without a name in a directory, for those who want its bytes on a disk. It cannot be sealed.</summary>
    /// <param name="directory">Its file system must know O_TMPFILE.</param>
    /// <param name="error">EOPNOTSUPP: the file system does not; ENOENT, EACCES as ever.</param>
    /// <returns>Null with the error.</returns>
    public static MemoryFile? TryCreateIn(string directory, out Errno error)
    {
        const int ReadWrite = 2;
        const int OpenCloseOnExec = 0x80000;
        const uint OwnerOnly = 0x180; // 0600
        // O_TMPFILE holds O_DIRECTORY, whose number is each architecture's own (asm/fcntl.h).
        int directoryFlag = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
        int descriptor = Open(directory, ReadWrite | OpenCloseOnExec | 0x400000 | directoryFlag, OwnerOnly);
        error = descriptor < 0 ? LibC.LastErrno : Errno.None;
        return descriptor < 0 ? null : new MemoryFile(descriptor);
    }

    /// <summary>Takes over a memory file, or any file that can be read at a position, that this process was started with.</summary>
    public static MemoryFile FromDescriptor(int descriptor) => new(descriptor);

    /// <summary>Appends all the bytes.</summary>
    /// <exception cref="LinuxException">Out of memory, or sealed.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Errno error = FileDescriptors.Write(Descriptor, bytes, out int count);
            if (error is not (Errno.None or Errno.EINTR))
            {
                throw new LinuxException("write a memory file", error);
            }

            bytes = bytes[count..];
        }
    }

    /// <summary>Makes the content unchangeable for good, for everybody who has it.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public void Seal()
    {
        if (Control(Descriptor, AddSeals, AllSeals) != 0)
        {
            LinuxException.ThrowLast("seal a memory file");
        }
    }

    /// <summary>The whole content from the start, whatever the file's position.</summary>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public byte[] ReadAll()
    {
        long length = Seek(Descriptor, 0, SeekEnd);
        if (length < 0)
        {
            LinuxException.ThrowLast("read a memory file");
        }

        byte[] content = new byte[length];
        int read = 0;
        while (read < content.Length)
        {
            nint count;
            fixed (byte* start = content)
            {
                count = ReadAt(Descriptor, start + read, (nuint)(content.Length - read), read);
            }

            if (count < 0 && LibC.LastErrno != Errno.EINTR)
            {
                LinuxException.ThrowLast("read a memory file");
            }

            if (count == 0)
            {
                return content[..read];
            }

            read += (int)Math.Max(count, 0);
        }

        return content;
    }

    private static int Create(string name)
    {
        int descriptor = MemoryCreate(name, CloseOnExec | AllowSealing);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast("create a memory file");
        }

        return descriptor;
    }

    [LibraryImport(LibC.Name, EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryCreate(string name, uint flags);

    [LibraryImport(LibC.Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport(LibC.Name, EntryPoint = "pread", SetLastError = true)]
    private static partial nint ReadAt(int descriptor, byte* buffer, nuint length, long offset);

    [LibraryImport(LibC.Name, EntryPoint = "lseek", SetLastError = true)]
    private static partial nint Seek(int descriptor, nint offset, int whence);

    [LibraryImport(LibC.Name, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, nint argument);
}
