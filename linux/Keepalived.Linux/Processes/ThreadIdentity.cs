// setresuid(2), setresgid(2), setgroups(2) as raw system calls: the kernel's change one thread, the C library's change all of them.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Processes;

/// <summary>
/// Another identity for the calling thread alone, until disposed. The saved user id stays as it was, which is what lets the thread come
/// back; a program started meanwhile gets the new identity for good, because exec copies the effective ids over the saved ones. The
/// kernel forgets two things when an identity changes, the parent-death signal and the permission to dump core; they are put back.
/// </summary>
internal readonly unsafe partial struct ThreadIdentity : IDisposable
{
    private const int SetParentDeathSignal = 1;
    private const int GetParentDeathSignal = 2;
    private const int GetDumpable = 3;
    private const int SetDumpable = 4;
    private const uint CapabilityVersion = 0x20080522; // _LINUX_CAPABILITY_VERSION_3
    private const uint LockMemory = 1 << 14; // CAP_IPC_LOCK
    private static readonly bool s_isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private readonly uint[] _groups;
    private readonly UserIds _users;
    private readonly UserIds _groupIds;
    private readonly int _parentDeathSignal;
    private readonly int _dumpable;

    private ThreadIdentity(uint[] groups, UserIds users, UserIds groupIds)
    {
        int signal = 0;
        _ = Control(GetParentDeathSignal, (nint)(&signal));
        _parentDeathSignal = signal;
        _dumpable = Control(GetDumpable, 0);
        _groups = groups;
        _users = users;
        _groupIds = groupIds;
    }

    // asm/unistd_64.h of x86; asm-generic/unistd.h of Arm64 and RISC-V.
    private static nint NumberOfSetResUid => s_isX64 ? 117 : 147;

    private static nint NumberOfSetResGid => s_isX64 ? 119 : 149;

    private static nint NumberOfSetGroups => s_isX64 ? 116 : 159;

    private static nint NumberOfCapGet => s_isX64 ? 125 : 90;

    private static nint NumberOfCapSet => s_isX64 ? 126 : 91;

    /// <summary>Changes the calling thread's identity. Stay on the thread until the result is disposed.</summary>
    /// <exception cref="LinuxException">Not permitted; the thread is what it was.</exception>
    internal static ThreadIdentity Assume(SpawnIdentity identity)
    {
        UserIds users;
        UserIds groupIds;
        _ = GetResUid(&users.Real, &users.Effective, &users.Saved);
        _ = GetResGid(&groupIds.Real, &groupIds.Effective, &groupIds.Saved);
        var previous = new ThreadIdentity(CurrentGroups(), users, groupIds);
        Errno error = SetGroups([.. identity.Groups]);
        if (error == Errno.None)
        {
            error = Set(NumberOfSetResGid, identity.GroupId, identity.GroupId, groupIds.Saved);
        }

        if (error == Errno.None)
        {
            error = Set(NumberOfSetResUid, identity.UserId, identity.UserId, users.Saved);
        }

        if (error != Errno.None)
        {
            previous.Restore(onlyGroups: true);
            throw new LinuxException(
                $"become user {identity.UserId}, group {identity.GroupId}", error, "running a program as somebody else needs root");
        }

        KeepMemoryLocked();
        return previous;
    }

    /// <summary>
    /// A daemon that locks its memory (mlockall with MCL_FUTURE) locks the stack, too, that the C library makes for the program to start. Another
    /// user's effective capabilities are none, so that it would count against RLIMIT_MEMLOCK and posix_spawn end with EAGAIN. The permitted ones
    /// are still ours, since the saved user id is; exec takes them all away.
    /// </summary>
    private static void KeepMemoryLocked()
    {
        CapabilityHeader header = new() { Version = CapabilityVersion };
        CapabilitySets sets;
        if (SystemCall(NumberOfCapGet, (nint)(&header), (nint)(&sets), 0) == 0)
        {
            sets.EffectiveLow |= sets.PermittedLow & LockMemory;
            _ = SystemCall(NumberOfCapSet, (nint)(&header), (nint)(&sets), 0);
        }
    }

    /// <summary>Brings the thread's own identity back.</summary>
    public void Dispose() => Restore(onlyGroups: false);

    private void Restore(bool onlyGroups)
    {
        Errno error = onlyGroups ? Errno.None : Set(NumberOfSetResUid, _users.Real, _users.Effective, _users.Saved);
        if (error == Errno.None && Set(NumberOfSetResGid, _groupIds.Real, _groupIds.Effective, _groupIds.Saved) == Errno.None)
        {
            error = SetGroups(_groups);
        }

        _ = Control(SetParentDeathSignal, _parentDeathSignal);
        _ = Control(SetDumpable, _dumpable == 1 ? 1 : 0); // 2 is for the kernel alone to set

        // A caller without the privilege never changed anything, so that failing to change it back means nothing.
        if (error != Errno.None && !onlyGroups)
        {
            System.Environment.FailFast($"The loop thread is stuck in a script's identity: {error}");
        }
    }

    private static uint[] CurrentGroups()
    {
        int count = GetGroups(0, null);
        var groups = new uint[Math.Max(count, 0)];
        fixed (uint* start = groups)
        {
            _ = GetGroups(count, start);
        }

        return groups;
    }

    private static Errno SetGroups(uint[] groups)
    {
        fixed (uint* start = groups)
        {
            return SystemCall(NumberOfSetGroups, groups.Length, (nint)start, 0) == 0 ? Errno.None : LibC.LastErrno;
        }
    }

    private static Errno Set(nint call, uint real, uint effective, uint saved) =>
        SystemCall(call, (nint)real, (nint)effective, (nint)saved) == 0 ? Errno.None : LibC.LastErrno;

    [LibraryImport(LibC.Name, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third);

    [LibraryImport(LibC.Name, EntryPoint = "prctl")]
    private static partial int Control(int option, nint value, nint unused3 = 0, nint unused4 = 0, nint unused5 = 0);

    [LibraryImport(LibC.Name, EntryPoint = "getresuid", SetLastError = true)]
    private static partial int GetResUid(uint* real, uint* effective, uint* saved);

    [LibraryImport(LibC.Name, EntryPoint = "getresgid", SetLastError = true)]
    private static partial int GetResGid(uint* real, uint* effective, uint* saved);

    [LibraryImport(LibC.Name, EntryPoint = "getgroups", SetLastError = true)]
    private static partial int GetGroups(int size, uint* list);

    // struct __user_cap_header_struct and two of struct __user_cap_data_struct (linux/capability.h).
    private struct CapabilityHeader
    {
        internal uint Version;
        internal int Thread; // 0 = the calling one
    }

    private struct CapabilitySets
    {
        internal uint EffectiveLow;
        internal uint PermittedLow;
        internal uint InheritableLow;
        internal uint EffectiveHigh;
        internal uint PermittedHigh;
        internal uint InheritableHigh;
    }

    private struct UserIds
    {
        internal uint Real;
        internal uint Effective;
        internal uint Saved;
    }
}
