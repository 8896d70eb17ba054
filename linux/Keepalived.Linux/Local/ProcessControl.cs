// prctl(2), umask(2), getppid(2), setns(2), fcntl(2) locks: what a process says about itself.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Local;

/// <summary>Settings of the calling process or thread.</summary>
public static unsafe partial class ProcessControl
{
    private const int SetParentDeathSignal = 1;
    private const int SetName = 15;
    private const int NewNetwork = 0x40000000;
    private const int SetOpenFileLock = 37; // F_OFD_SETLK
    private const short WriteLock = 1;

    /// <summary>Id of the process that started us; 1 or a subreaper once it has ended.</summary>
    public static int ParentProcessId => GetParent();

    /// <summary>Sends this process a signal when the thread that spawned it ends. A change of identity clears it.</summary>
    public static void SignalOnParentDeath(int signal) => _ = Control(SetParentDeathSignal, (nuint)signal, 0, 0, 0);

    /// <summary>Names the main thread, which is what <c>ps</c> calls the process.</summary>
    /// <param name="name">15 characters are used.</param>
    public static void SetProcessName(string name)
    {
        byte* bytes = stackalloc byte[16];
        System.Text.Encoding.ASCII.GetEncoder().Convert(name, new Span<byte>(bytes, 15), true, out _, out int used, out _);
        bytes[used] = 0;
        _ = Control(SetName, (nuint)bytes, 0, 0, 0);
    }

    /// <summary>Sets the file creation mask.</summary>
    /// <returns>The previous one.</returns>
    public static int SetFileMask(int mask) => (int)FileMask((uint)mask);

    /// <summary>Moves the calling thread, and what it starts from now on, to another network namespace.</summary>
    /// <param name="path">For example <c>/run/netns/NAME</c>.</param>
    /// <exception cref="LinuxException">There is none, or it is not permitted.</exception>
    public static void EnterNetworkNamespace(string path)
    {
        int descriptor = Open(path, 0x80000);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast($"open {path}");
        }

        int result = SetNamespace(descriptor, NewNetwork);
        Errno error = LibC.LastErrno;
        _ = LibC.Close(descriptor);
        if (result != 0)
        {
            throw new LinuxException($"enter network namespace {path}", error);
        }
    }

    /// <summary>Takes a write lock on a whole open file, which lasts until its last descriptor is closed (F_OFD_SETLK). Never blocks.</summary>
    /// <returns>False when somebody else holds it.</returns>
    public static bool TryLock(int descriptor)
    {
        FileLock all = new() { Type = WriteLock };
        return FileControl(descriptor, SetOpenFileLock, &all) == 0;
    }

    /// <summary>Opens a file for reading and writing, creating it if need be; a symbolic link is refused (ELOOP).</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static int OpenOrCreate(string path, int mode)
    {
        const int Flags = 0x80000 | 0x20000 | 0x40 | 2; // O_CLOEXEC | O_NOFOLLOW | O_CREAT | O_RDWR of x86
        const int FlagsOfArm = 0x80000 | 0x8000 | 0x40 | 2;
        int descriptor = Open(path, RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? FlagsOfArm : Flags, mode);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast($"open {path}");
        }

        return descriptor;
    }

    /// <summary>Cuts an open file and sets its permissions.</summary>
    public static void Empty(int descriptor, int mode)
    {
        _ = Truncate(descriptor, 0);
        _ = ChangeMode(descriptor, (uint)mode);
    }

    [LibraryImport(LibC.Name, EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport(LibC.Name, EntryPoint = "getppid")]
    private static partial int GetParent();

    [LibraryImport(LibC.Name, EntryPoint = "umask")]
    private static partial uint FileMask(uint mask);

    [LibraryImport(LibC.Name, EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport(LibC.Name, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode = 0);

    [LibraryImport(LibC.Name, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(int descriptor, int command, FileLock* argument);

    [LibraryImport(LibC.Name, EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int Truncate(int descriptor, long length);

    [LibraryImport(LibC.Name, EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(int descriptor, uint mode);

    /// <summary>struct flock of a 64-bit ABI, 32 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct FileLock
    {
        [FieldOffset(0)]
        public short Type;
        [FieldOffset(24)]
        public int ProcessId; // must be 0 for locks of the open file
    }
}
