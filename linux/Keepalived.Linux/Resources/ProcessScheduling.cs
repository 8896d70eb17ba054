// sched.h, sys/resource.h: who gets the processor when.
using System.Numerics;
using System.Runtime.InteropServices;
using Keepalived.Linux.Processes;

namespace Keepalived.Linux.Resources;

/// <summary>Scheduling of threads and processes. Policies apply to one thread; the threads and children it starts inherit them.</summary>
public static unsafe partial class ProcessScheduling
{
    private const int ResetOnFork = 0x40000000;
    private const int WhichProcess = 0;

    /// <summary>Sets the policy of one thread.</summary>
    /// <param name="threadId">Kernel's thread id; 0 = the calling thread.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="priority">1..99 for a real-time policy, else 0.</param>
    /// <param name="resetOnFork">Threads and children that it starts begin with the default policy.</param>
    /// <exception cref="LinuxException">EPERM: needs CAP_SYS_NICE or RLIMIT_RTPRIO, and real-time time in the control group.</exception>
    public static void SetPolicy(int threadId, SchedulingPolicy policy, int priority, bool resetOnFork)
    {
        if (SetScheduler(threadId, (int)policy | (resetOnFork ? ResetOnFork : 0), &priority) != 0)
        {
            LinuxException.ThrowLast($"schedule a thread as {policy} with priority {priority}");
        }
    }

    /// <summary>The policy of a thread, reset-on-fork told apart.</summary>
    /// <param name="threadId">Kernel's thread id; 0 = the calling thread.</param>
    /// <param name="resetOnFork">Whether what it starts begins with the default policy.</param>
    /// <exception cref="LinuxException">No such thread.</exception>
    public static SchedulingPolicy GetPolicy(int threadId, out bool resetOnFork)
    {
        int policy = GetScheduler(threadId);
        if (policy < 0)
        {
            LinuxException.ThrowLast("ask for a thread's scheduling");
        }

        resetOnFork = (policy & ResetOnFork) != 0;
        return (SchedulingPolicy)(policy & ~ResetOnFork);
    }

    /// <summary>The range of priorities of a policy.</summary>
    public static (int Lowest, int Highest) PriorityRange(SchedulingPolicy policy) =>
        (LowestPriority((int)policy), HighestPriority((int)policy));

    /// <summary>Ties a thread to processors.</summary>
    /// <param name="threadId">Kernel's thread id; 0 = the calling thread.</param>
    /// <param name="processors">Their numbers, 0..1023; at least one must exist.</param>
    /// <exception cref="LinuxException">EINVAL: none of them is there.</exception>
    public static void SetAffinity(int threadId, IEnumerable<int> processors)
    {
        ArgumentNullException.ThrowIfNull(processors);
        ulong* mask = stackalloc ulong[16];
        new Span<ulong>(mask, 16).Clear();
        foreach (int processor in processors)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)processor, 1023u, nameof(processors));
            mask[processor >> 6] |= 1UL << (processor & 63);
        }

        if (SetAffinity(threadId, 16 * sizeof(ulong), mask) != 0)
        {
            LinuxException.ThrowLast("tie a thread to processors");
        }
    }

    /// <summary>Number of processors that a thread may run on.</summary>
    /// <param name="threadId">Kernel's thread id; 0 = the calling thread.</param>
    public static int CountAffinity(int threadId)
    {
        ulong* mask = stackalloc ulong[16];
        new Span<ulong>(mask, 16).Clear();
        if (GetAffinity(threadId, 16 * sizeof(ulong), mask) < 0)
        {
            LinuxException.ThrowLast("ask for a thread's processors");
        }

        int count = 0;
        for (int i = 0; i < 16; i++)
        {
            count += BitOperations.PopCount(mask[i]);
        }

        return count;
    }

    /// <summary>Sets the nice value of a thread.</summary>
    /// <param name="threadId">Kernel's thread id; 0 = the calling thread.</param>
    /// <param name="nice">-20 (most) .. 19 (least); less than now needs CAP_SYS_NICE or RLIMIT_NICE.</param>
    /// <exception cref="LinuxException">EACCES: not permitted.</exception>
    public static void SetNice(int threadId, int nice)
    {
        if (SetPriority(WhichProcess, (uint)threadId, nice) != 0)
        {
            LinuxException.ThrowLast($"set the nice value {nice}");
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, int* priority);

    [LibraryImport(LibC.Name, EntryPoint = "sched_getscheduler", SetLastError = true)]
    private static partial int GetScheduler(int thread);

    [LibraryImport(LibC.Name, EntryPoint = "sched_get_priority_min")]
    private static partial int LowestPriority(int policy);

    [LibraryImport(LibC.Name, EntryPoint = "sched_get_priority_max")]
    private static partial int HighestPriority(int policy);

    [LibraryImport(LibC.Name, EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport(LibC.Name, EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport(LibC.Name, EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int nice);
}
