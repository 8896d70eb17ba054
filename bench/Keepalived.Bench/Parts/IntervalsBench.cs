using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// Error of the advertisement interval and processor time per 1,000 advertisements at 10 ms. Distinct priorities give the
/// instances distinct skews (39 µs apart), so that their deadlines are spread over the interval; one priority makes them coincide.
/// </summary>
internal static class IntervalsBench
{
    private const double Interval = 0.01;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("Advertisement interval, 10 ms, version 3, SCHED_RR 50 (error in µs; CPU in ms per 1,000 advertisements)");
        report.Columns("", "p50", "p99", "p99.9", "max", "drift", "CPU");
        foreach (bool coincide in new[] { false, true })
        {
            foreach (int count in coincide ? new[] { 50, 250 } : [1, 50, 250])
            {
                foreach (bool busy in new[] { false, true })
                {
                    Compare(options, report, new IntervalCase(count, busy, coincide));
                }
            }
        }
    }

    private static void Compare(BenchOptions options, Report report, IntervalCase @case)
    {
        var theirs = new IntervalSamples();
        var ours = new IntervalSamples();
        for (int round = 0; round < options.Rounds; round++)
        {
            Measure(options, options.Theirs, @case, theirs);
            Measure(options, options.Ours, @case, ours);
        }

        report.Row($"{@case} {options.Theirs.Name}", theirs.Figures());
        report.Row($"{@case} {options.Ours.Name}", ours.Figures());
        double[] c = theirs.Figures();
        double[] o = ours.Figures();
        report.Judge("drift at most 1 µs", o[4] <= 1, o[4]);
        report.JudgeRatio("p99 of C's", o[1], c[1], 0.5);
        report.JudgeRatio("CPU of C's", o[5], c[5], @case.Coincide ? 0.2 : 1.0);
    }

    private static void Measure(BenchOptions options, Candidate candidate, IntervalCase @case, IntervalSamples samples)
    {
        using Bed bed = Bed.Create();
        string configuration = Configurations.Global(realTime: true) +
            Configurations.Instances("d0", @case.Count, Interval, id => @case.Coincide ? 100 : 1 + (id * 253 / @case.Count));
        using var hogs = BusyProcesses.Start(@case.Busy ? 2 : 0);
        using PacketRing start = PacketRing.Open(bed.ObserverSpace, "o0", 65536);
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, configuration);
        var seen = new HashSet<byte>();
        if (!start.WaitFor(frame => !frame.IsArp && seen.Add(frame.RouterId) && seen.Count == @case.Count, TimeSpan.FromSeconds(15), out _))
        {
            throw daemon.Failure($"{candidate.Name}: only {seen.Count} of {@case.Count} instances became master");
        }

        RealTime.Sleep(s_warmUp);
        using PacketRing ring = PacketRing.Open(bed.ObserverSpace, "o0", (int)(@case.Count * 100 * (options.Window.TotalSeconds + 1) * 1.5) + 8192);
        long before = daemon.ProcessorTime;
        RealTime.Sleep(options.Window);
        long spent = daemon.ProcessorTime - before;
        samples.Add(ring.TakeAll(), spent, Interval * 1e9);
    }
}

/// <summary>One line of the comparison.</summary>
internal sealed record IntervalCase(int Count, bool Busy, bool Coincide)
{
    public override string ToString() => $"{Count,3} {(Coincide ? "in phase" : "spread"),-8} {(Busy ? "busy" : "idle")}";
}
