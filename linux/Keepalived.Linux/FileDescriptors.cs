// unistd.h, fcntl.h: what can be done with any descriptor.
using System.Runtime.InteropServices;

namespace Keepalived.Linux;

/// <summary>Calls on descriptors that no object of this room owns.</summary>
public static unsafe partial class FileDescriptors
{
    /// <summary>Closes a descriptor. Linux closes it even when it reports an error, so there is none to handle.</summary>
    public static void Close(int descriptor) => _ = LibC.Close(descriptor);

    /// <summary>Reads once; EINTR is returned like any other error.</summary>
    /// <param name="descriptor">What to read from.</param>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="count">Bytes read; 0 at the end of the file and on an error.</param>
    public static Errno Read(int descriptor, Span<byte> buffer, out int count)
    {
        fixed (byte* start = buffer)
        {
            nint result = Read(descriptor, start, (nuint)buffer.Length);
            count = (int)Math.Max(result, 0);
            return result < 0 ? LibC.LastErrno : Errno.None;
        }
    }

    /// <summary>Writes once; EINTR is returned like any other error.</summary>
    /// <param name="descriptor">What to write to.</param>
    /// <param name="buffer">The bytes.</param>
    /// <param name="count">Bytes written, maybe fewer than given; 0 on an error.</param>
    public static Errno Write(int descriptor, ReadOnlySpan<byte> buffer, out int count)
    {
        fixed (byte* start = buffer)
        {
            nint result = Write(descriptor, start, (nuint)buffer.Length);
            count = (int)Math.Max(result, 0);
            return result < 0 ? LibC.LastErrno : Errno.None;
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nuint length);

    [LibraryImport(LibC.Name, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nuint length);
}
