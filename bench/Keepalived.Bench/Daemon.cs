using System.Globalization;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench;

/// <summary>A candidate: the name in the tables and the command that starts it.</summary>
internal sealed record Candidate(string Name, IReadOnlyList<string> Command);

/// <summary>One keepalived, ours or C's, running in a namespace with files of its own.</summary>
internal sealed class Daemon : IDisposable
{
    private readonly string _folder;
    private readonly ChildProcess _process;

    private Daemon(string folder, ChildProcess process, long started)
    {
        _folder = folder;
        _process = process;
        Started = started;
    }

    /// <summary>CLOCK_REALTIME just before the process was made.</summary>
    public long Started { get; }

    public long ProcessorTime => ProcessFigures.ProcessorTime(_process.Id);

    /// <summary>The run time of the checker process alone.</summary>
    public long CheckerTime => ProcessFigures.ProcessorTime(int.Parse(File.ReadAllText(Path.Combine(_folder, "checker.pid")), CultureInfo.InvariantCulture));

    /// <summary>Processor time of the worker processes alone; 0 when there is none.</summary>
    public long WorkerTime => ProcessFigures.ProcessorTime(_process.Id, "--worker=");

    /// <summary>How long the loop of the VRRP process has waited for a processor, in nanoseconds.</summary>
    public long LoopWaited => ProcessFigures.WaitingTime(int.Parse(File.ReadAllText(Path.Combine(_folder, "vrrp.pid")), CultureInfo.InvariantCulture));

    public Memory Memory => ProcessFigures.ProportionalMemory(_process.Id);

    public static Daemon Start(Candidate candidate, NetworkNamespace space, string configuration)
    {
        string folder = Directory.CreateTempSubdirectory("kb-").FullName;
        string file = Path.Combine(folder, "keepalived.conf");
        File.WriteAllText(file, configuration);
        string[] arguments =
        [
            // Without a syslog daemon C opens the console for every line of its log (syslog(3), LOG_CONS), which takes more time than all else.
            .. candidate.Command, "-n", "-l", "-G", "-f", file, "-p", Path.Combine(folder, "parent.pid"), "-r", Path.Combine(folder, "vrrp.pid"),
            "-c", Path.Combine(folder, "checker.pid"), "-b", Path.Combine(folder, "bfd.pid"),
        ];
        return space.Inside(() =>
        {
            long now = RealTime.Now;
            return new Daemon(folder, ChildProcess.Start(arguments, Path.Combine(folder, "log")), now);
        });
    }

    /// <summary>Puts a configuration in the file's place and sends SIGHUP.</summary>
    /// <returns>CLOCK_REALTIME just before the signal.</returns>
    public long Reload(string configuration)
    {
        string file = Path.Combine(_folder, "keepalived.conf");
        File.WriteAllText(file + ".new", configuration);
        File.Move(file + ".new", file, overwrite: true);
        long now = RealTime.Now;
        _process.HangUp();
        return now;
    }

    /// <summary>SIGTERM, and the time until the process has ended.</summary>
    /// <param name="limit">The longest to wait.</param>
    public TimeSpan? Stop(TimeSpan limit)
    {
        long start = RealTime.Monotonic;
        _process.Terminate();
        long end = start + (limit.Ticks * 100);
        while (!_process.HasEnded)
        {
            if (RealTime.Monotonic > end)
            {
                return null;
            }

            RealTime.Sleep(TimeSpan.FromMicroseconds(200));
        }

        return TimeSpan.FromTicks((RealTime.Monotonic - start) / 100);
    }

    /// <summary>The largest resident size of the checker process so far, in bytes.</summary>
    public long CheckerPeak => ProcessFigures.Peak(int.Parse(File.ReadAllText(Path.Combine(_folder, "checker.pid")), System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>How often a line of the log ends with this.</summary>
    public int LinesThatEndWith(string text) => File.ReadLines(Path.Combine(_folder, "log")).Count(line => line.EndsWith(text, StringComparison.Ordinal));

    /// <summary>SIGKILL to its worker processes alone.</summary>
    public void KillWorkers()
    {
        foreach (int id in ProcessFigures.Tree(_process.Id, "--worker="))
        {
            LibC.kill(id, 9);
        }
    }

    /// <summary>SIGKILL to every process of the daemon.</summary>
    public void Kill() => _process.KillTree();

    /// <summary>What went wrong, with the last lines of the daemon's log.</summary>
    public BenchException Failure(string what)
    {
        string state = _process.HasEnded ? $"it ended with status {_process.ExitStatus}" : "it runs";
        IEnumerable<string> log = File.ReadLines(Path.Combine(_folder, "log")).TakeLast(12);
        return new BenchException($"{what}; {state}; its log ends:\n    {string.Join("\n    ", log)}");
    }

    /// <summary>Asks politely, waits, insists; then removes the daemon's files.</summary>
    public void Dispose()
    {
        _process.Terminate();
        _process.Wait(TimeSpan.FromSeconds(3));
        _process.KillTree();
        Directory.Delete(_folder, recursive: true);
    }
}
