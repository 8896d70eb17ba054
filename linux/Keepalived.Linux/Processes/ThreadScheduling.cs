// setpriority(2) and sched_setaffinity(2) on the calling thread: posix_spawn has no attribute for either, and a child inherits both.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Processes;

/// <summary>
/// A thread's nice value and processors, kept so that a program can be started with them although the thread has others by now: what is
/// urgent about a daemon is not urgent about its scripts. Linux has both per thread, so nobody else notices the exchange.
/// </summary>
public sealed unsafe partial class ThreadScheduling
{
    private const int WhichProcess = 0;
    private const int MaskWords = 16;
    private readonly int _nice;
    private readonly ulong[] _processors;

    private ThreadScheduling(int nice, ulong[] processors)
    {
        _nice = nice;
        _processors = processors;
    }

    /// <summary>The calling thread's nice value and processors as they are now.</summary>
    public static ThreadScheduling Capture()
    {
        ulong[] processors = new ulong[MaskWords];
        fixed (ulong* mask = processors)
        {
            _ = GetAffinity(0, MaskWords * sizeof(ulong), mask);
        }

        return new(GetPriority(WhichProcess, 0), processors);
    }

    /// <summary>
    /// Gives the calling thread these until the result is disposed. What may not be changed stays: a script that runs with the daemon's
    /// nice value is better than none.
    /// </summary>
    internal Exchange Assume()
    {
        Exchange exchange = new(Capture(), this);
        Change(exchange.Previous, this);
        return exchange;
    }

    private static void Change(ThreadScheduling from, ThreadScheduling to)
    {
        if (from._nice != to._nice)
        {
            _ = SetPriority(WhichProcess, 0, to._nice);
        }

        if (!from._processors.AsSpan().SequenceEqual(to._processors))
        {
            fixed (ulong* mask = to._processors)
            {
                _ = SetAffinity(0, MaskWords * sizeof(ulong), mask);
            }
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "getpriority")]
    private static partial int GetPriority(int which, uint who);

    [LibraryImport(LibC.Name, EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int nice);

    [LibraryImport(LibC.Name, EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport(LibC.Name, EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ulong* mask);

    /// <summary>What a thread had before, to be given back.</summary>
    internal readonly struct Exchange(ThreadScheduling previous, ThreadScheduling current) : IDisposable
    {
        internal ThreadScheduling Previous => previous;

        public void Dispose() => Change(current, previous);
    }
}
