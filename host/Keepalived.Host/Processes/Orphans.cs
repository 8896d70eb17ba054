using System.Globalization;
using Keepalived.Linux.Processes;
using Keepalived.Scheduling;

namespace Keepalived.Host.Processes;

/// <summary>
/// What falls to the parent when somebody below it ends. A script whose child process crashed has nobody left who would act on its result or its
/// time limit: it is told to end. What a script put into the background, or what made a session of its own, was meant to go on and
/// does; the parent only reaps it in the end. Loop thread only.
/// </summary>
internal sealed class Orphans : IDisposable
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(5);
    private readonly ILoopTimer _timer;
    private readonly Predicate<int> _isKnown;

    /// <summary>Makes this process the one that orphans fall to, and reaps them from now on.</summary>
    /// <param name="scheduler">The parent's loop.</param>
    /// <param name="isKnown">Whether a process is one that this process started and watches.</param>
    internal Orphans(IScheduler scheduler, Predicate<int> isKnown)
    {
        _isKnown = isKnown;
        ProcessControl.SetSubreaper(true);
        _timer = scheduler.CreateTimer(Reap);
        _timer.Arm(scheduler.Now + _period);
    }

    /// <summary>
    /// A child process has ended: the scripts that it ran are told to. A script that ended before it, and that it did not get to reap, is over: what is
    /// left of its group is what it put into the background.
    /// </summary>
    internal void EndScripts()
    {
        ProcessLine self = ProcessLine.Read("/proc/self") ?? default;
        foreach (string directory in Children() ?? EveryProcess())
        {
            if (ProcessLine.Read(directory) is { } process
                && !process.HasEnded && process.ParentId == self.Id && process.Session == self.Session && process.Group == process.Id && !_isKnown(process.Id))
            {
                _ = Signals.SendToGroup(process.Id, Signals.Terminate);
            }
        }
    }

    // The kernel's own list, where it keeps one (CONFIG_PROC_CHILDREN): a machine may have thousands of processes, and a stop waits for this.
    // It may leave one out while another of them ends, hence twice.
    private static HashSet<string>? Children()
    {
        HashSet<string> children = [];
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
            {
                try
                {
                    foreach (string id in File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    {
                        children.Add("/proc/" + id);
                    }
                }
                catch (FileNotFoundException) when (Directory.Exists(thread))
                {
                    return null;
                }
                catch (IOException)
                {
                    // The thread has ended meanwhile.
                }
            }
        }

        return children;
    }

    private static IEnumerable<string> EveryProcess() => Directory.EnumerateDirectories("/proc").Where(static directory => char.IsAsciiDigit(directory[^1]));

    public void Dispose() => _timer.Dispose();

    private void Reap(MonotonicTime deadline)
    {
        while (ProcessDescriptor.FindEnded() is var ended and > 0 && !_isKnown(ended))
        {
            ProcessDescriptor.Reap(ended);
        }

        _timer.Arm(deadline + _period);
    }

    /// <summary>The first fields of /proc/PID/stat (proc(5)) that say who belongs to whom.</summary>
    private readonly record struct ProcessLine(int Id, char State, int ParentId, int Group, int Session)
    {
        // Z: it has ended and nobody has reaped it yet; X: it is being reaped.
        internal bool HasEnded => State is 'Z' or 'X';

        internal static ProcessLine? Read(string directory)
        {
            try
            {
                // The name, in parentheses, may hold anything, even a parenthesis.
                string text = File.ReadAllText(directory + "/stat");
                string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                return new(Number(text[..text.IndexOf(' ')]), fields[0][0], Number(fields[1]), Number(fields[2]), Number(fields[3]));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return null; // It has ended meanwhile.
            }
        }

        private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
