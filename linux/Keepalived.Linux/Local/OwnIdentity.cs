// unistd.h: geteuid(2), getegid(2), getgroups(2).
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Local;

/// <summary>Who this process is.</summary>
public static unsafe partial class OwnIdentity
{
    /// <summary>Effective user id.</summary>
    public static uint UserId => EffectiveUser();

    /// <summary>Effective group id and all supplementary groups.</summary>
    public static uint[] Groups
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

    [LibraryImport(LibC.Name, EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport(LibC.Name, EntryPoint = "getegid")]
    private static partial uint EffectiveGroup();

    [LibraryImport(LibC.Name, EntryPoint = "getgroups")]
    private static partial int GetGroups(int size, uint* list);
}
