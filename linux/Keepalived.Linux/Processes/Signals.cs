// signal.h (asm-generic/signal.h: the numbers of x86, Arm and RISC-V).
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Processes;

/// <summary>Signal numbers and sending them.</summary>
public static partial class Signals
{
    /// <summary>SIGHUP.</summary>
    public const int HangUp = 1;

    /// <summary>SIGINT.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>SIGUSR1.</summary>
    public const int User1 = 10;

    /// <summary>SIGUSR2.</summary>
    public const int User2 = 12;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    /// <summary>SIGRTMIN as the C library counts it: the kernel's first two are the library's own.</summary>
    public const int RealTimeMinimum = 34;

    /// <summary>SIGRTMAX.</summary>
    public const int RealTimeMaximum = 64;

    /// <summary>Sends a signal to a process, or with a negative id to a process group. Signal 0 only asks whether one could.</summary>
    public static Errno Send(int processId, int signal) => KillProcess(processId, signal) == 0 ? Errno.None : LibC.LastErrno;

    /// <summary>Sends a signal to every process of a group.</summary>
    /// <param name="group">Id of the group, which is that of its leader; at least 2.</param>
    /// <param name="signal">The signal's number.</param>
    public static Errno SendToGroup(int group, int signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(group, 2); // 0 would be our own group and 1 everything there is
        return Send(-group, signal);
    }

    [LibraryImport(LibC.Name, EntryPoint = "kill", SetLastError = true)]
    private static partial int KillProcess(int processId, int signal);
}
