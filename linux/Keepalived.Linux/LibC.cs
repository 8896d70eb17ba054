using System.Runtime.InteropServices;

namespace Keepalived.Linux;

/// <summary>The calls every facility needs. Calls of one facility are declared in that facility's own file.</summary>
internal static partial class LibC
{
    /// <summary>The library every import names.</summary>
    internal const string Name = "libc";

    /// <summary>The error number of this thread's last import declared with SetLastError.</summary>
    internal static Errno LastErrno => (Errno)Marshal.GetLastPInvokeError();

    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);
}
