// pwd.h, grp.h: users and groups as the system's name services know them.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Processes;

/// <summary>A user.</summary>
/// <param name="Name">Login name.</param>
/// <param name="UserId">User id.</param>
/// <param name="GroupId">Primary group.</param>
/// <param name="HomeDirectory">Home directory.</param>
/// <param name="Shell">Login shell.</param>
public sealed record UserEntry(string Name, uint UserId, uint GroupId, string HomeDirectory, string Shell);

/// <summary>
/// Looks users and groups up through the C library, so that directory services count too. It may block on them: at configuration time
/// only, never while the loop has deadlines.
/// </summary>
public static unsafe partial class UserDatabase
{
    private const int LargestBuffer = 1 << 20;

    /// <summary>Finds a user by name; null when there is none, as of the empty name that two quotes in a configuration make.</summary>
    /// <exception cref="LinuxException">The name service failed.</exception>
    public static UserEntry? FindUser(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Find(name, (PasswordEntry* entry, byte* buffer, nuint size, void** result) => GetUser(name, entry, buffer, size, result));
    }

    /// <summary>Finds a user by id; null when there is none.</summary>
    /// <exception cref="LinuxException">The name service failed.</exception>
    public static UserEntry? FindUser(uint id) =>
        Find($"{id}", (PasswordEntry* entry, byte* buffer, nuint size, void** result) => GetUser(id, entry, buffer, size, result));

    /// <summary>Finds a group's id by name; null when there is none.</summary>
    /// <exception cref="LinuxException">The name service failed.</exception>
    public static uint? FindGroup(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (int size = 4096; ; size *= 4)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)size);
            try
            {
                GroupEntry entry;
                void* result;
                var error = (Errno)GetGroup(name, &entry, buffer, (nuint)size, &result);
                if (error == Errno.ERANGE && size < LargestBuffer)
                {
                    continue;
                }

                ThrowUnlessMissing(error, $"look up group {name}");
                return result is null ? null : entry.GroupId;
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
    }

    /// <summary>All groups of a user, <paramref name="primaryGroup"/> first among them (getgrouplist(3)).</summary>
    /// <param name="userName">Login name.</param>
    /// <param name="primaryGroup">A group that is included in any case.</param>
    public static IReadOnlyList<uint> GroupsOf(string userName, uint primaryGroup)
    {
        ArgumentException.ThrowIfNullOrEmpty(userName);
        uint[] groups = new uint[32];
        while (true)
        {
            int count = groups.Length;
            fixed (uint* start = groups)
            {
                if (GetGroupList(userName, primaryGroup, start, &count) >= 0)
                {
                    return groups[..count];
                }
            }

            groups = new uint[Math.Max(count, groups.Length * 2)];
        }
    }

    private delegate int Lookup(PasswordEntry* entry, byte* buffer, nuint size, void** result);

    private static UserEntry? Find(string what, Lookup lookup)
    {
        for (int size = 4096; ; size *= 4)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)size);
            try
            {
                PasswordEntry entry;
                void* result;
                var error = (Errno)lookup(&entry, buffer, (nuint)size, &result);
                if (error == Errno.ERANGE && size < LargestBuffer)
                {
                    continue;
                }

                ThrowUnlessMissing(error, $"look up user {what}");
                return result is null
                    ? null
                    : new UserEntry(Text(entry.Name), entry.UserId, entry.GroupId, Text(entry.Directory), Text(entry.Shell));
            }
            finally
            {
                NativeMemory.Free(buffer);
            }
        }
    }

    /// <summary>Name services report "no such entry" in several ways (getpwnam(3)).</summary>
    private static void ThrowUnlessMissing(Errno error, string operation)
    {
        if (error is not (Errno.None or Errno.ENOENT or Errno.ESRCH or Errno.EBADF or Errno.EPERM))
        {
            throw new LinuxException(operation, error);
        }
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? string.Empty;

    [LibraryImport(LibC.Name, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetUser(string name, PasswordEntry* entry, byte* buffer, nuint size, void** result);

    [LibraryImport(LibC.Name, EntryPoint = "getpwuid_r")]
    private static partial int GetUser(uint id, PasswordEntry* entry, byte* buffer, nuint size, void** result);

    [LibraryImport(LibC.Name, EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroup(string name, GroupEntry* entry, byte* buffer, nuint size, void** result);

    [LibraryImport(LibC.Name, EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroupList(string user, uint group, uint* groups, int* count);
}

/// <summary>struct passwd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PasswordEntry
{
    internal byte* Name;
    internal byte* Password;
    internal uint UserId;
    internal uint GroupId;
    internal byte* FullName;
    internal byte* Directory;
    internal byte* Shell;
}

/// <summary>struct group.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GroupEntry
{
    internal byte* Name;
    internal byte* Password;
    internal uint GroupId;
    internal byte** Members;
}
