using System.Text;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>From SIGTERM to the end of the process, of masters that have nothing to wait for: no scripts, no peers that answer.</summary>
internal static class StopBench
{
    private const double AimMilliseconds = 100;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("From SIGTERM to the end, all masters (ms)");
        report.Columns("", "min", "median", "max");
        foreach (int count in new[] { 1, 250, 1000 })
        {
            List<double> theirs = [];
            List<double> ours = [];
            for (int round = 0; round < (options.Quick ? 3 : 7); round++)
            {
                theirs.Add(Measure(options.Theirs, count));
                ours.Add(Measure(options.Ours, count));
            }

            report.Row($"{count} {options.Theirs.Name}", Figures(theirs));
            report.Row($"{count} {options.Ours.Name}", Figures(ours));
            if (count == 1)
            {
                report.Judge("median at most 100 ms", new Quantiles(ours).Median <= AimMilliseconds, new Quantiles(ours).Median);
            }

            report.JudgeRatio("median of C's", new Quantiles(ours).Median, new Quantiles(theirs).Median, 1);
        }
    }

    private static double[] Figures(List<double> samples) => [samples.Min(), new Quantiles(samples).Median, samples.Max()];

    private static double Measure(Candidate candidate, int count)
    {
        int links = (count + 249) / 250;
        using Bed bed = Bed.Create(links);
        StringBuilder text = new(Configurations.Global(realTime: false));
        for (int link = 0; link < links; link++)
        {
            text.Append(Configurations.Instances($"d{link}", Math.Min(250, count), 0.1, static id => id));
        }

        using PacketRing ring = PacketRing.Open(bed.ObserverSpace, $"o{links - 1}", 65536);
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, text.ToString());
        HashSet<byte> seen = [];
        if (!ring.WaitFor(frame => !frame.IsArp && seen.Add(frame.RouterId) && seen.Count == Math.Min(250, count), TimeSpan.FromSeconds(20), out _))
        {
            throw daemon.Failure($"{candidate.Name}: only {seen.Count} instances became master");
        }

        // What follows the start, such as second rounds of announcements, is over by then.
        RealTime.Sleep(TimeSpan.FromSeconds(2));
        TimeSpan? taken = daemon.Stop(s_limit);
        return taken is { } time ? time.TotalMilliseconds : throw daemon.Failure($"{candidate.Name} did not end");
    }
}
