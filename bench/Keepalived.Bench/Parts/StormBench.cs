using System.Globalization;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// What telling costs those who have nothing to tell: error of the advertisement interval of 50 quiet instances while 20 others change their state
/// twenty times a second (a tracked file). Without mail, beside two busy processes without mail, with mail servers of several kinds, with one that
/// hangs, and with notify scripts that sleep and a FIFO that nobody reads on top. The cases take turns, so that a change of the machine is one of all.
/// </summary>
internal static class StormBench
{
    private const double LateFrom = 2000;
    private static readonly TimeSpan s_toggle = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    public static void Run(BenchOptions options, Report report)
    {
        List<StormFigures> cases = [.. StormCase.All(options).Select(storm => new StormFigures(storm))];
        if (cases.Count > 0)
        {
            RunCases(options, report, cases);
        }

        if (options.Cases.Count == 0 || options.Cases.Contains(MailTakeoverBench.Name))
        {
            MailTakeoverBench.Run(options, report);
        }
    }

    private static void RunCases(BenchOptions options, Report report, List<StormFigures> cases)
    {
        report.Part($"Storm of notifications: {StormCase.Quiet} quiet instances at 10 ms beside {StormCase.Restless} restless ones (error in µs; CPU in ms per 1,000 advertisements)");
        for (int round = 0; round < options.Rounds * 2; round++)
        {
            // Every other round backwards: nobody always runs behind the same neighbour.
            foreach (StormFigures figures in round % 2 == 0 ? cases : Enumerable.Reverse(cases))
            {
                Measure(options, figures);
            }
        }

        report.Columns("", "p50", "p99", "p99.9", "latest", ">2 ms/10^5", "CPU", "of worker", "waited", "mails");
        cases.ForEach(figures => figures.Write(report));
        if (cases.Find(static figures => figures.Case.IsReference) is not { } silent)
        {
            return;
        }

        foreach (StormFigures figures in cases.Where(figures => figures.Case.Mail != StormMail.None && figures.Case.Candidate == options.Ours))
        {
            report.JudgeRatio($"p99 of ours without mail ({figures.Case.Label})", figures.Samples.At(0.99), silent.Samples.At(0.99), 1.1);
            report.JudgeRatio($"latest of ours without mail ({figures.Case.Label})", figures.Samples.Latest, silent.Samples.Latest, 1.1);
            double latest = Math.Max(silent.Samples.Latest, LateFrom);
            Report.Note($"{figures.Samples.LaterThan(latest)} of {figures.Samples.Count} advertisements later than {latest:N0} µs");
        }
    }

    private static void Measure(BenchOptions options, StormFigures figures)
    {
        StormCase storm = figures.Case;
        using Bed bed = Bed.Create();
        string folder = Directory.CreateTempSubdirectory("kb-storm-").FullName;
        string file = Path.Combine(folder, "value");
        File.WriteAllText(file, "0");
        using StormServer server = StormServer.Start(storm.Mail, bed.DaemonSpace, folder);
        using Daemon daemon = Daemon.Start(storm.Candidate, bed.DaemonSpace, storm.Configuration(folder));
        using (PacketRing start = PacketRing.Open(bed.ObserverSpace, "o0", 65536))
        {
            var seen = new HashSet<byte>();
            if (!start.WaitFor(frame => !frame.IsArp && seen.Add(frame.RouterId) && seen.Count == StormCase.Quiet + StormCase.Restless, TimeSpan.FromSeconds(15), out _))
            {
                throw daemon.Failure($"{storm.Candidate.Name}: only {seen.Count} instances became master");
            }
        }

        double seconds = (options.Window + s_warmUp + TimeSpan.FromSeconds(1)).TotalSeconds;
        using PacketRing ring = PacketRing.Open(bed.ObserverSpace, "o0", (int)((StormCase.Quiet + StormCase.Restless) * 100 * seconds * 1.5) + 8192);
        using BusyProcesses? busy = storm.IsBusy ? BusyProcesses.Start(2) : null;
        Toggle(file, s_warmUp);
        _ = ring.TakeAll();
        (long spent, long worker, long waited, int taken) = (daemon.ProcessorTime, daemon.WorkerTime, daemon.LoopWaited, server.Taken);
        Toggle(file, options.Window);
        List<CapturedFrame> frames = ring.TakeAll();
        figures.Samples.Add(frames.FindAll(static frame => frame.RouterId <= StormCase.Quiet), daemon.ProcessorTime - spent, StormCase.Interval * 1e9);
        figures.Add(frames.Count(static frame => !frame.IsArp), daemon.ProcessorTime - spent, daemon.WorkerTime - worker, daemon.LoopWaited - waited, server.Taken - taken);
        Directory.Delete(folder, recursive: true);
    }

    private static void Toggle(string file, TimeSpan time)
    {
        long end = RealTime.Monotonic + (time.Ticks * 100);
        int value = 0;
        while (RealTime.Monotonic < end)
        {
            value = 1 - value;
            File.WriteAllText(file, value.ToString(CultureInfo.InvariantCulture));
            RealTime.Sleep(s_toggle);
        }
    }

    /// <summary>What all rounds of a case gave.</summary>
    private sealed class StormFigures(StormCase storm)
    {
        private double _advertisements;
        private long _spent;
        private long _worker;
        private long _waited;
        private int _mails;

        public StormCase Case { get; } = storm;

        public IntervalSamples Samples { get; } = new();

        public void Add(int advertisements, long spent, long worker, long waited, int mails)
        {
            _advertisements += advertisements;
            _spent += spent;
            _worker += worker;
            _waited += waited;
            _mails += mails;
        }

        public void Write(Report report) => report.Row(
            Case.Label, Samples.At(0.5), Samples.At(0.99), Samples.At(0.999), Samples.Latest, Samples.LaterThan(LateFrom) * 1e5 / Samples.Count,
            (_spent - _worker) / 1e3 / _advertisements, _worker / 1e3 / _advertisements, _waited / 1e3 / _advertisements, _mails);
    }
}
