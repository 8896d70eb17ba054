// sys/resource.h, sys/mman.h: limits and locked memory.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Resources;

/// <summary>What a limit is about (RLIMIT_*, asm-generic/resource.h).</summary>
public enum Resource
{
    /// <summary>RLIMIT_CORE, bytes of a core file.</summary>
    CoreSize = 4,

    /// <summary>RLIMIT_NOFILE, one more than the greatest descriptor.</summary>
    OpenFiles = 7,

    /// <summary>RLIMIT_MEMLOCK, bytes.</summary>
    LockedMemory = 8,

    /// <summary>RLIMIT_NICE, 20 minus the least nice value.</summary>
    Nice = 13,

    /// <summary>RLIMIT_RTPRIO.</summary>
    RealTimePriority = 14,

    /// <summary>RLIMIT_RTTIME, µs of processor time that a real-time thread may use without blocking.</summary>
    RealTimeTime = 15,
}

/// <summary>A soft limit, which the kernel enforces, and the hard one, up to which it may be raised.</summary>
/// <param name="Soft">The limit.</param>
/// <param name="Hard">Its limit.</param>
public readonly record struct ResourceLimit(ulong Soft, ulong Hard)
{
    /// <summary>RLIM_INFINITY.</summary>
    public const ulong Unlimited = ulong.MaxValue;
}

/// <summary>Limits and locked memory of this process.</summary>
public static unsafe partial class ResourceLimits
{
    private const int LockCurrent = 1;
    private const int LockFuture = 2;
    private const int LockOnFault = 4;

    /// <summary>A limit of this process.</summary>
    /// <exception cref="LinuxException">Never for a resource of the enumeration.</exception>
    public static ResourceLimit Get(Resource resource)
    {
        ResourceLimit limit;
        if (GetLimit((int)resource, &limit) != 0)
        {
            LinuxException.ThrowLast($"read the limit {resource}");
        }

        return limit;
    }

    /// <summary>Sets a limit of this process; children inherit it.</summary>
    /// <exception cref="LinuxException">EPERM: raising a hard limit needs CAP_SYS_RESOURCE.</exception>
    public static void Set(Resource resource, ResourceLimit limit)
    {
        if (SetLimit((int)resource, &limit) != 0)
        {
            LinuxException.ThrowLast($"set the limit {resource} to {limit.Soft}");
        }
    }

    /// <summary>
    /// Keeps the process's memory, present and future, from being paged out once it has been touched. Not without MCL_ONFAULT: locking
    /// what the runtime merely reserves multiplies resident memory by four.
    /// </summary>
    /// <exception cref="LinuxException">EPERM, ENOMEM: over RLIMIT_MEMLOCK; EINVAL: a kernel before 4.4.</exception>
    public static void LockMemory()
    {
        if (LockAll(LockCurrent | LockFuture | LockOnFault) != 0)
        {
            LinuxException.ThrowLast("lock the process's memory");
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ResourceLimit* limit);

    [LibraryImport(LibC.Name, EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ResourceLimit* limit);

    [LibraryImport(LibC.Name, EntryPoint = "mlockall", SetLastError = true)]
    private static partial int LockAll(int flags);
}
