using System.Diagnostics.CodeAnalysis;

namespace Keepalived.Linux;

/// <summary>
/// Error numbers of the Linux system call interface (asm-generic/errno-base.h and asm-generic/errno.h: the numbers of x86,
/// Arm and RISC-V). Names are the kernel's, since that is how an operator looks them up.
/// </summary>
[SuppressMessage("Naming", "CA1707:Identifiers should not contain underscores", Justification = "The kernel's names.")]
public enum Errno
{
    /// <summary>Success.</summary>
    None = 0,
    /// <summary>Operation not permitted.</summary>
    EPERM = 1,
    /// <summary>No such file, or no such object.</summary>
    ENOENT = 2,
    /// <summary>No such process, or no such object.</summary>
    ESRCH = 3,
    /// <summary>Interrupted by a signal.</summary>
    EINTR = 4,
    /// <summary>Input or output error.</summary>
    EIO = 5,
    /// <summary>No such device or address.</summary>
    ENXIO = 6,
    /// <summary>Argument list too long.</summary>
    E2BIG = 7,
    /// <summary>Not an executable format.</summary>
    ENOEXEC = 8,
    /// <summary>Bad descriptor.</summary>
    EBADF = 9,
    /// <summary>No child process.</summary>
    ECHILD = 10,
    /// <summary>Nothing to read or no room to write just now (also EWOULDBLOCK).</summary>
    EAGAIN = 11,
    /// <summary>Out of memory.</summary>
    ENOMEM = 12,
    /// <summary>Permission denied.</summary>
    EACCES = 13,
    /// <summary>Bad address.</summary>
    EFAULT = 14,
    /// <summary>Device or resource busy.</summary>
    EBUSY = 16,
    /// <summary>Exists already.</summary>
    EEXIST = 17,
    /// <summary>Cross-device link.</summary>
    EXDEV = 18,
    /// <summary>No such device.</summary>
    ENODEV = 19,
    /// <summary>Not a directory.</summary>
    ENOTDIR = 20,
    /// <summary>Is a directory.</summary>
    EISDIR = 21,
    /// <summary>Invalid argument.</summary>
    EINVAL = 22,
    /// <summary>Too many open files in the system.</summary>
    ENFILE = 23,
    /// <summary>Too many open files in this process.</summary>
    EMFILE = 24,
    /// <summary>Not a terminal.</summary>
    ENOTTY = 25,
    /// <summary>Executable is being written.</summary>
    ETXTBSY = 26,
    /// <summary>File too large.</summary>
    EFBIG = 27,
    /// <summary>No space left.</summary>
    ENOSPC = 28,
    /// <summary>Not seekable.</summary>
    ESPIPE = 29,
    /// <summary>Read-only file system.</summary>
    EROFS = 30,
    /// <summary>Nobody reads the other end.</summary>
    EPIPE = 32,
    /// <summary>Value outside the domain.</summary>
    EDOM = 33,
    /// <summary>Result or value out of range.</summary>
    ERANGE = 34,
    /// <summary>Deadlock avoided.</summary>
    EDEADLK = 35,
    /// <summary>Name too long.</summary>
    ENAMETOOLONG = 36,
    /// <summary>No locks available.</summary>
    ENOLCK = 37,
    /// <summary>The kernel has no such call.</summary>
    ENOSYS = 38,
    /// <summary>Directory not empty.</summary>
    ENOTEMPTY = 39,
    /// <summary>Too many levels of symbolic links.</summary>
    ELOOP = 40,
    /// <summary>No message of the wanted type.</summary>
    ENOMSG = 42,
    /// <summary>No data.</summary>
    ENODATA = 61,
    /// <summary>Timer expired.</summary>
    ETIME = 62,
    /// <summary>Protocol error.</summary>
    EPROTO = 71,
    /// <summary>Bad message.</summary>
    EBADMSG = 74,
    /// <summary>Value too large for its type.</summary>
    EOVERFLOW = 75,
    /// <summary>Not a socket.</summary>
    ENOTSOCK = 88,
    /// <summary>A destination address is required.</summary>
    EDESTADDRREQ = 89,
    /// <summary>Message too long.</summary>
    EMSGSIZE = 90,
    /// <summary>Wrong protocol type for the socket.</summary>
    EPROTOTYPE = 91,
    /// <summary>Protocol option not available.</summary>
    ENOPROTOOPT = 92,
    /// <summary>Protocol not supported.</summary>
    EPROTONOSUPPORT = 93,
    /// <summary>Socket type not supported.</summary>
    ESOCKTNOSUPPORT = 94,
    /// <summary>Operation not supported.</summary>
    EOPNOTSUPP = 95,
    /// <summary>Protocol family not supported.</summary>
    EPFNOSUPPORT = 96,
    /// <summary>Address family not supported.</summary>
    EAFNOSUPPORT = 97,
    /// <summary>Address already in use.</summary>
    EADDRINUSE = 98,
    /// <summary>Address not available on this machine.</summary>
    EADDRNOTAVAIL = 99,
    /// <summary>Network is down.</summary>
    ENETDOWN = 100,
    /// <summary>Network unreachable.</summary>
    ENETUNREACH = 101,
    /// <summary>Connection dropped on reset.</summary>
    ENETRESET = 102,
    /// <summary>Connection aborted.</summary>
    ECONNABORTED = 103,
    /// <summary>Connection reset by the peer.</summary>
    ECONNRESET = 104,
    /// <summary>No buffer space: a receive queue overran or a send queue is full.</summary>
    ENOBUFS = 105,
    /// <summary>Already connected.</summary>
    EISCONN = 106,
    /// <summary>Not connected.</summary>
    ENOTCONN = 107,
    /// <summary>Shut down already.</summary>
    ESHUTDOWN = 108,
    /// <summary>Timed out.</summary>
    ETIMEDOUT = 110,
    /// <summary>Connection refused.</summary>
    ECONNREFUSED = 111,
    /// <summary>Host is down.</summary>
    EHOSTDOWN = 112,
    /// <summary>No route to the host.</summary>
    EHOSTUNREACH = 113,
    /// <summary>Already under way.</summary>
    EALREADY = 114,
    /// <summary>Under way.</summary>
    EINPROGRESS = 115,
    /// <summary>Operation cancelled.</summary>
    ECANCELED = 125,
}

/// <summary>What an <see cref="Errno"/> means in words.</summary>
public static class ErrnoText
{
    /// <summary>The error in words, from the C library's table, such as "Permission denied".</summary>
    public static string Text(this Errno errno) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage((int)errno);
}
