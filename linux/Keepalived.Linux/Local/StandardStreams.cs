// write(2), dup2(2), open(2) on descriptors 0, 1 and 2.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Local;

/// <summary>The three descriptors that a process starts with.</summary>
public static unsafe partial class StandardStreams
{
    /// <summary>Standard output.</summary>
    public const int Output = 1;

    /// <summary>Standard error.</summary>
    public const int Error = 2;

    private const int ReadWrite = 2;
    private const int Interrupted = 4;

    /// <summary>Writes everything, as far as the descriptor takes it; what cannot be written is lost.</summary>
    public static void Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint done = 0;
            while (done < bytes.Length)
            {
                nint count = WriteBytes(descriptor, start + done, (nuint)(bytes.Length - done));
                if (count < 0 && (int)LibC.LastErrno != Interrupted)
                {
                    return;
                }

                done += Math.Max(0, count);
            }
        }
    }

    /// <summary>Leads all three to /dev/null, as a daemon that has left its terminal wants.</summary>
    public static void Silence()
    {
        ReadOnlySpan<byte> path = "/dev/null\0"u8;
        fixed (byte* name = path)
        {
            int descriptor = Open(name, ReadWrite);
            if (descriptor < 0)
            {
                return;
            }

            for (int i = 0; i <= Error; i++)
            {
                _ = Duplicate(descriptor, i);
            }

            if (descriptor > Error)
            {
                _ = LibC.Close(descriptor);
            }
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteBytes(int descriptor, byte* buffer, nuint length);

    [LibraryImport(LibC.Name, EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte* path, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);
}
