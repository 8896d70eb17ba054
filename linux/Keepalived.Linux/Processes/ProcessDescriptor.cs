// pidfd_open(2), pidfd_send_signal(2), waitid(2) with P_PIDFD (linux/wait.h, linux/pidfd.h).
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Processes;

/// <summary>How a child ended.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="Status">Exit code 0..255, or the number of the signal that ended it.</param>
/// <param name="Signalled">True when a signal ended it.</param>
public readonly record struct ProcessEnd(int ProcessId, int Status, bool Signalled);

/// <summary>
/// Child processes by descriptor. Waits name one child each: a wait for any child would steal those that the runtime reaps itself, and
/// the runtime ends the process when it notices.
/// </summary>
public static unsafe partial class ProcessDescriptor
{
    private const nint NumberOfPidfdOpen = 434;
    private const nint NumberOfPidfdSendSignal = 424;
    private const int Any = 0;
    private const int ById = 1;
    private const int ByPidfd = 3;
    private const int NoHang = 1;
    private const int Exited = 4;
    private const int LeaveThere = 0x01000000; // WNOWAIT
    private const int CodeExited = 1;

    /// <summary>Opens a descriptor that becomes readable when the process ends. Close-on-exec.</summary>
    /// <param name="processId">A child of this process that nobody has waited for.</param>
    /// <exception cref="LinuxException">There is no such process, or no descriptor left.</exception>
    public static int Open(int processId)
    {
        nint descriptor = SystemCall(NumberOfPidfdOpen, processId, 0, 0, 0);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast($"open process {processId}");
        }

        return (int)descriptor;
    }

    /// <summary>Sends a signal to exactly that process, even if its id has been given to another since.</summary>
    public static Errno Signal(int descriptor, int signal) =>
        SystemCall(NumberOfPidfdSendSignal, descriptor, signal, 0, 0) == 0 ? Errno.None : LibC.LastErrno;

    /// <summary>Reaps the child if it has ended; never blocks.</summary>
    /// <param name="descriptor">The child's descriptor.</param>
    /// <param name="end">How it ended.</param>
    /// <returns>False while it runs.</returns>
    /// <exception cref="LinuxException">It is no child of ours, or somebody else reaped it (ECHILD).</exception>
    public static bool TryReap(int descriptor, out ProcessEnd end)
    {
        SignalInfo info = default;
        if (WaitId(ByPidfd, (uint)descriptor, &info, Exited | NoHang) != 0)
        {
            LinuxException.ThrowLast("wait for a child process");
        }

        end = new ProcessEnd(info.ProcessId, info.Status, info.Code != CodeExited);
        return info.ProcessId != 0;
    }

    /// <summary>Kills a child that nobody watches and waits for its end; a millisecond or so.</summary>
    /// <param name="descriptor">The child's descriptor; it stays open.</param>
    public static void KillAndReap(int descriptor)
    {
        _ = Signal(descriptor, Signals.Kill);
        SignalInfo info;
        _ = WaitId(ByPidfd, (uint)descriptor, &info, Exited);
    }

    /// <summary>Looks for a child that has ended and leaves it as it is, for whoever reaps it.</summary>
    /// <returns>Its process id; 0 when there is none.</returns>
    public static int FindEnded()
    {
        SignalInfo info = default;
        return WaitId(Any, 0, &info, Exited | NoHang | LeaveThere) == 0 ? info.ProcessId : 0;
    }

    /// <summary>Waits for a child that has ended or been killed.</summary>
    /// <param name="processId">The child; nothing happens when it is none.</param>
    public static void Reap(int processId)
    {
        SignalInfo info;
        _ = WaitId(ById, (uint)processId, &info, Exited);
    }

    [LibraryImport(LibC.Name, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport(LibC.Name, EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, uint id, SignalInfo* info, int options);
}

/// <summary>siginfo_t of a 64-bit ABI (asm-generic/siginfo.h), the SIGCHLD arm of its union; 128 bytes in all.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct SignalInfo
{
    [FieldOffset(0)]
    internal int Number;
    [FieldOffset(4)]
    internal int Error;
    [FieldOffset(8)]
    internal int Code;
    [FieldOffset(16)]
    internal int ProcessId;
    [FieldOffset(20)]
    internal uint UserId;
    [FieldOffset(24)]
    internal int Status;
}
