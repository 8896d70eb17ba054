// Keepalived.Linux is the typed kernel interface: spans and structs in, typed errors out. It stands where a libc package
// would stand. One file per facility names the header it follows; no policy lives here, and no clock is read.
// It references nothing of ours, so every other room may build on it.
namespace Keepalived.Linux;

/// <summary>A system call the kernel refused: which operation, which error number, and what to tell a person.</summary>
public class LinuxException : Exception
{
    /// <summary>Creates the error for an operation that failed with an error number.</summary>
    /// <param name="operation">What was attempted, in the caller's words, such as "bind to 192.0.2.1".</param>
    /// <param name="errno">The kernel's error number, positive.</param>
    /// <param name="detail">More from the kernel or a remedy; null when there is none.</param>
    public LinuxException(string operation, Errno errno, string? detail = null)
        : base(Compose(operation, errno, detail))
    {
        Operation = operation;
        Errno = errno;
    }

    /// <summary>What was attempted.</summary>
    public string Operation { get; }

    /// <summary>Which error the kernel gave.</summary>
    public Errno Errno { get; }

    /// <summary>Throws for the error number that the calling thread's last P/Invoke with SetLastError left behind.</summary>
    /// <param name="operation">What was attempted.</param>
    /// <exception cref="LinuxException">Always.</exception>
    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    public static void ThrowLast(string operation) => throw new LinuxException(operation, LibC.LastErrno);

    private static string Compose(string operation, Errno errno, string? detail)
    {
        string text = $"{operation}: {errno.Text()} ({errno})";
        return string.IsNullOrEmpty(detail) ? text : $"{text}: {detail}";
    }
}
