// sys/prctl.h, sys/utsname.h, unistd.h: what a process says about itself.
using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Linux.Processes;

/// <summary>Settings of this process and its threads.</summary>
public static unsafe partial class ProcessControl
{
    private const int SetParentDeathSignal = 1;
    private const int SetThreadName = 15;
    private const int SetChildSubreaper = 36;
    private const int UtsFieldLength = 65;
    private const int UtsReleaseField = 2;

    /// <summary>
    /// Asks for a signal when the parent ends; precisely, when the <i>thread</i> ends that started this process. Compare
    /// <see cref="ParentId"/> afterwards: a parent that ended before the call sends nothing.
    /// </summary>
    /// <param name="signal">The signal; 0 = none.</param>
    public static void SignalOnParentDeath(int signal) => Control(SetParentDeathSignal, signal, "ask for a signal at the parent's end");

    /// <summary>Names the calling thread, on the main thread the process: what ps shows. Cut to 15 bytes.</summary>
    public static void SetName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        Encoding.UTF8.TryGetBytes(name.AsSpan(0, Math.Min(name.Length, 15)), bytes[..15], out _);
        fixed (byte* start = bytes)
        {
            Control(SetThreadName, (nint)start, "name a thread");
        }
    }

    /// <summary>Makes this process the one that orphans among its descendants fall to.</summary>
    public static void SetSubreaper(bool on) => Control(SetChildSubreaper, on ? 1 : 0, "adopt orphans");

    /// <summary>Process id of the parent; 1 or a subreaper's when it has ended.</summary>
    public static int ParentId => GetParentId();

    /// <summary>The kernel's id of the calling thread.</summary>
    public static int ThreadId => GetThreadId();

    /// <summary>The kernel's release, such as <c>6.1.0-18-amd64</c> (uname(2)).</summary>
    public static string KernelRelease()
    {
        byte* names = stackalloc byte[UtsFieldLength * 6];
        return GetSystemNames(names) == 0
            ? Marshal.PtrToStringUTF8((nint)(names + (UtsFieldLength * UtsReleaseField))) ?? string.Empty
            : string.Empty;
    }

    private static void Control(int option, nint value, string operation)
    {
        if (ProcessControlCall(option, value, 0, 0, 0) != 0)
        {
            LinuxException.ThrowLast(operation);
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControlCall(int option, nint first, nint second, nint third, nint fourth);

    [LibraryImport(LibC.Name, EntryPoint = "getppid")]
    private static partial int GetParentId();

    [LibraryImport(LibC.Name, EntryPoint = "gettid")]
    private static partial int GetThreadId();

    [LibraryImport(LibC.Name, EntryPoint = "uname", SetLastError = true)]
    private static partial int GetSystemNames(byte* names);
}
