using System.Globalization;

namespace Keepalived.Bench.Kernel;

/// <summary>What /proc says about a daemon: its processes, their processor time and their proportional share of memory.</summary>
internal static class ProcessFigures
{
    /// <summary>The process and its descendants, ancestors first.</summary>
    public static List<int> Tree(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && ReadOrEmpty($"{folder}/stat") is { Length: > 0 } stat)
            {
                // The name in brackets may hold anything, so fields are counted from its end: state, then the parent.
                parents[id] = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
            }
        }

        var tree = new List<int> { root };
        for (int index = 0; index < tree.Count; index++)
        {
            tree.AddRange(parents.Where(pair => pair.Value == tree[index]).Select(pair => pair.Key));
        }

        return tree;
    }

    /// <summary>
    /// Processor time of all processes, in nanoseconds, as each one's processor clock has it: what utime + stime of /proc/PID/stat are made from,
    /// without their rounding to clock ticks (at one instance a whole run costs five ticks), and with the threads that have ended meanwhile.
    /// </summary>
    public static long ProcessorTime(int root) => Tree(root).Sum(ProcessorTimeOf);

    /// <summary>The same, of those processes alone whose command line holds a text.</summary>
    public static long ProcessorTime(int root, string commandPart) =>
        Tree(root, commandPart).Sum(ProcessorTimeOf);

    /// <summary>The process and its descendants as far as their command line holds a text.</summary>
    public static List<int> Tree(int root, string commandPart) =>
        Tree(root).FindAll(id => ReadOrEmpty($"/proc/{id}/cmdline").Contains(commandPart, StringComparison.Ordinal));

    /// <summary>How long the first thread of a process has waited for a processor while it could have run, in nanoseconds.</summary>
    public static long WaitingTime(int id) => ReadOrEmpty($"/proc/{id}/schedstat") is { Length: > 0 } text ? long.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    /// <summary>Time that the host under a virtual machine has kept its processors to itself while they had work, in nanoseconds, in steps of 10 ms.</summary>
    public static long StolenTime => long.Parse(
        File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[8], CultureInfo.InvariantCulture) * 10_000_000;

    private static long ProcessorTimeOf(int id) => RealTime.TryReadProcessorClock(id, out long nanoseconds) ? nanoseconds : 0;

    /// <summary>
    /// Proportional set size of all processes, and the anonymous part of it alone: the part that grows with what a daemon holds and
    /// does not depend on how many strangers map the same libraries.
    /// </summary>
    public static Memory ProportionalMemory(int root)
    {
        var total = default(Memory);
        foreach (int id in Tree(root))
        {
            if (ReadOrEmpty($"/proc/{id}/smaps_rollup") is { Length: > 0 } text)
            {
                total = new Memory(total.Bytes + Field(text, "Pss:"), total.Anonymous + Field(text, "Pss_Anon:"), total.Processes + 1);
            }
        }

        return total;
    }

    /// <summary>The largest resident size of one process so far, in bytes; 0 when it has ended.</summary>
    public static long Peak(int id) => ReadOrEmpty($"/proc/{id}/status") is { Length: > 0 } text ? Field(text, "VmHWM:") : 0;

    private static long Field(string text, string name)
    {
        int start = text.IndexOf(name, StringComparison.Ordinal) + name.Length;
        int end = text.IndexOf(" kB", start, StringComparison.Ordinal);
        return 1024 * long.Parse(text.AsSpan(start, end - start).Trim(), CultureInfo.InvariantCulture);
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}

/// <summary>Memory of a daemon in bytes.</summary>
/// <param name="Bytes">Proportional set size.</param>
/// <param name="Anonymous">The anonymous part of it.</param>
/// <param name="Processes">How many processes it is the sum of.</param>
internal readonly record struct Memory(long Bytes, long Anonymous, int Processes);
