// sys/vfs.h: statfs(2).
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Files;

/// <summary>What kind of file system holds a file, as far as it matters to who wants to be told of changes.</summary>
public static unsafe partial class FileSystemKind
{
    // linux/magic.h and the file systems' own headers: kernel pseudo file systems, then network file systems.
    private static readonly long[] _withoutNews =
    [
        0x9fa0, 0x62656572, 0x64626720, 0x74726163, 0x73636673, 0x6e736673, 0x27e0eb, 0x63677270, 0xcafe4a11, 0x1cd1, 0x50495045, 0x534f434b, 0xf97cff8c, 0x62656570,
        0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x564c, 0x73757245, 0x5346414f, 0x01021997, 0x0c36400, 0x7461636f, 0x0bd00bd0, 0x65735546,
    ];

    /// <summary>
    /// True when inotify(7) tells nothing of changes there, because the kernel makes the content (proc, sysfs) or another machine may change
    /// it (NFS, CIFS, FUSE).
    /// </summary>
    public static bool TellsNothing(string path)
    {
        Status status = default;
        return StatFs(path, &status) == 0 && Array.IndexOf(_withoutNews, status.Type & 0xffffffff) >= 0;
    }

    // struct statfs: f_type is the first word of 120 octets on 64-bit machines.
    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct Status
    {
        public long Type;
    }

    [LibraryImport(LibC.Name, EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatFs(string path, Status* status);
}
