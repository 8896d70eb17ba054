// statx(2) (linux/stat.h), realpath(3), access(2): who owns a file and what leads to it.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Local;

/// <summary>What a file is and who may do what with it.</summary>
/// <param name="Mode">Type and permission bits (sys/stat.h).</param>
/// <param name="UserId">Its owner.</param>
/// <param name="GroupId">Its group.</param>
public readonly unsafe partial record struct FileStatus(uint Mode, uint UserId, uint GroupId)
{
    private const uint TypeMask = 0xF000;
    private const uint DirectoryType = 0x4000;
    private const uint RegularType = 0x8000;
    private const uint LinkType = 0xA000;
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicFields = 0x7ff;

    /// <summary>Any execute bit.</summary>
    public bool IsExecutable => (Mode & 0x49) != 0;

    /// <summary>A directory.</summary>
    public bool IsDirectory => (Mode & TypeMask) == DirectoryType;

    /// <summary>A regular file.</summary>
    public bool IsRegular => (Mode & TypeMask) == RegularType;

    /// <summary>A symbolic link (only without following).</summary>
    public bool IsLink => (Mode & TypeMask) == LinkType;

    /// <summary>S_ISVTX.</summary>
    public bool IsSticky => (Mode & 0x200) != 0;

    /// <summary>S_IWGRP.</summary>
    public bool IsGroupWritable => (Mode & 0x10) != 0;

    /// <summary>S_IWOTH.</summary>
    public bool IsOtherWritable => (Mode & 0x2) != 0;

    /// <summary>Looks at a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="follow">Follow a symbolic link at the end of the path.</param>
    /// <param name="status">What it is.</param>
    public static Errno TryGet(string path, bool follow, out FileStatus status)
    {
        Extended buffer = default;
        if (StatX(CurrentDirectory, path, follow ? 0 : NoFollow, BasicFields, &buffer) != 0)
        {
            status = default;
            return LibC.LastErrno;
        }

        status = new(buffer.Mode, buffer.UserId, buffer.GroupId);
        return Errno.None;
    }

    /// <summary>The path with all symbolic links resolved; null when it leads nowhere.</summary>
    public static string? Resolve(string path)
    {
        byte* resolved = RealPath(path, null);
        if (resolved is null)
        {
            return null;
        }

        string? result = Marshal.PtrToStringUTF8((nint)resolved);
        Free(resolved);
        return result;
    }

    /// <summary>True when a user with these groups has one of the permissions read (4), write (2), execute (1), by the file's own bits.</summary>
    public bool Permits(uint userId, ReadOnlySpan<uint> groups, uint permission)
    {
        if (userId == 0)
        {
            return permission != 1 || IsExecutable || IsDirectory;
        }

        int shift = userId == UserId ? 6 : groups.Contains(GroupId) ? 3 : 0;
        return ((Mode >> shift) & permission) == permission;
    }

    [LibraryImport(LibC.Name, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, Extended* result);

    [LibraryImport(LibC.Name, EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial byte* RealPath(string path, byte* buffer);

    [LibraryImport(LibC.Name, EntryPoint = "free")]
    private static partial void Free(void* memory);

    /// <summary>struct statx, 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Extended
    {
        [FieldOffset(20)]
        public uint UserId;
        [FieldOffset(24)]
        public uint GroupId;
        [FieldOffset(28)]
        public ushort Mode;
    }
}
