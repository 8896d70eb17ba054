// proc(5): the processes there are, their names and command lines.
using System.Globalization;
using Keepalived.Linux.Files;

namespace Keepalived.Linux.Processes;

/// <summary>Looks into /proc. Any thread.</summary>
public static class ProcessList
{
    /// <summary>The ids of all processes that /proc shows.</summary>
    public static List<int> All()
    {
        List<int> processes = [];
        foreach (string entry in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(entry.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                processes.Add(id);
            }
        }

        return processes;
    }

    /// <summary>The kernel's name of a process, at most 15 octets.</summary>
    /// <returns>The name within the buffer; empty when the process is gone.</returns>
    public static ReadOnlySpan<byte> ReadName(int processId, Span<byte> buffer)
    {
        ReadOnlySpan<byte> name = Read($"/proc/{processId}/comm", buffer);
        return name.TrimEnd((byte)'\n');
    }

    /// <summary>The words of a command line, each with a NUL behind it; cut off where the buffer ends.</summary>
    /// <returns>The words within the buffer; empty for a kernel thread and when the process is gone.</returns>
    public static ReadOnlySpan<byte> ReadCommandLine(int processId, Span<byte> buffer) => Read($"/proc/{processId}/cmdline", buffer);

    private static ReadOnlySpan<byte> Read(string path, Span<byte> buffer)
    {
        using LinuxFile? file = LinuxFile.TryOpen(path, OpenFlags.ReadOnly, 0, out _);
        if (file is null)
        {
            return default;
        }

        int length = 0;
        while (length < buffer.Length && FileDescriptors.Read(file.Descriptor, buffer[length..], out int count) == Errno.None && count > 0)
        {
            length += count;
        }

        return buffer[..length];
    }
}
