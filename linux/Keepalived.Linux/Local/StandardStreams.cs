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

    /// <summary>
    /// Leads all three to /dev/null, as a daemon that has left its terminal wants, and with them the copies that the run time made of them:
    /// whoever reads our output would otherwise never see its end.
    /// </summary>
    public static void Silence()
    {
        List<int> copies = CopiesOfStandardStreams();
        ReadOnlySpan<byte> path = "/dev/null\0"u8;
        fixed (byte* name = path)
        {
            int descriptor = Open(name, ReadWrite);
            if (descriptor < 0)
            {
                return;
            }

            foreach (int copy in copies)
            {
                _ = Duplicate(descriptor, copy);
            }

            if (descriptor > Error)
            {
                _ = LibC.Close(descriptor);
            }
        }
    }

    private static List<int> CopiesOfStandardStreams()
    {
        List<int> copies = [0, Output, Error];
        string?[] targets = [TargetOf("0"), TargetOf("1"), TargetOf("2")];
        foreach (string entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            string name = Path.GetFileName(entry);
            if (int.TryParse(name, out int number) && number > Error && TargetOf(name) is { } target && Array.IndexOf(targets, target) >= 0)
            {
                copies.Add(number);
            }
        }

        return copies;
    }

    private static string? TargetOf(string descriptor)
    {
        try
        {
            return new FileInfo("/proc/self/fd/" + descriptor).LinkTarget;
        }
        catch (IOException)
        {
            return null; // closed meanwhile
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteBytes(int descriptor, byte* buffer, nuint length);

    [LibraryImport(LibC.Name, EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte* path, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);
}
