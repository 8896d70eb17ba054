// pwd.h, grp.h: getpwnam_r(3), getgrnam_r(3), getgrouplist(3).
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Local;

/// <summary>A user of the system.</summary>
/// <param name="UserId">User id.</param>
/// <param name="GroupId">Id of the user's own group.</param>
public readonly record struct UserAccount(uint UserId, uint GroupId);

/// <summary>The users and groups of the system, through the C library and so through whatever name service it uses. Looking up may read files.</summary>
public static unsafe partial class Accounts
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Effective user id of this process.</summary>
    public static uint CurrentUser => EffectiveUser();

    /// <summary>All groups of this process.</summary>
    public static uint[] CurrentGroups
    {
        get
        {
            int count = Math.Max(0, GetGroups(0, null));
            uint[] groups = new uint[count + 1];
            fixed (uint* start = groups)
            {
                _ = GetGroups(count, start);
            }

            groups[count] = EffectiveGroup();
            return groups;
        }
    }

    /// <summary>Finds a user; null when there is none of that name.</summary>
    public static UserAccount? FindUser(string name)
    {
        PasswordEntry entry;
        PasswordEntry* found;
        byte* buffer = (byte*)NativeMemory.Alloc(BufferSize);
        try
        {
            return FindUser(name, &entry, buffer, BufferSize, &found) == 0 && found is not null ? new(entry.UserId, entry.GroupId) : null;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>Finds a group's id; null when there is none of that name.</summary>
    public static uint? FindGroup(string name)
    {
        GroupEntry entry;
        GroupEntry* found;
        byte* buffer = (byte*)NativeMemory.Alloc(BufferSize);
        try
        {
            return FindGroup(name, &entry, buffer, BufferSize, &found) == 0 && found is not null ? entry.GroupId : null;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>All groups of a user, <paramref name="primary"/> among them.</summary>
    public static uint[] GroupsOf(string user, uint primary)
    {
        int count = 64;
        while (true)
        {
            uint[] groups = new uint[count];
            int room = count;
            fixed (uint* start = groups)
            {
                if (GetGroupList(user, primary, start, &count) >= 0)
                {
                    return groups[..count];
                }
            }

            count = Math.Max(count, room * 2);
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport(LibC.Name, EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();

    [LibraryImport(LibC.Name, EntryPoint = "getgroups")]
    private static partial int GetGroups(int size, uint* list);

    [LibraryImport(LibC.Name, EntryPoint = "getpwnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindUser(string name, PasswordEntry* entry, byte* buffer, nuint size, PasswordEntry** result);

    [LibraryImport(LibC.Name, EntryPoint = "getgrnam_r", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int FindGroup(string name, GroupEntry* entry, byte* buffer, nuint size, GroupEntry** result);

    [LibraryImport(LibC.Name, EntryPoint = "getgrouplist", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetGroupList(string user, uint group, uint* groups, int* count);

    /// <summary>struct passwd of glibc and musl on 64 bit, 48 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 48)]
    private struct PasswordEntry
    {
        [FieldOffset(16)]
        public uint UserId;
        [FieldOffset(20)]
        public uint GroupId;
    }

    /// <summary>struct group of glibc and musl on 64 bit, 32 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct GroupEntry
    {
        [FieldOffset(16)]
        public uint GroupId;
    }
}
