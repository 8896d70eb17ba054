using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>From exec of the daemon to its first advertisement on the wire, for an address owner, which need not wait for anybody.</summary>
internal static class StartupBench
{
    private const double AimMilliseconds = 60;

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("From exec to the first advertisement, address owner (ms)");
        report.Columns("", "min", "median", "max");
        var theirs = new List<double>();
        var ours = new List<double>();
        Measure(options.Theirs);
        Measure(options.Ours);
        for (int round = 0; round < (options.Quick ? 5 : 11); round++)
        {
            theirs.Add(Measure(options.Theirs));
            ours.Add(Measure(options.Ours));
        }

        report.Row(options.Theirs.Name, theirs.Min(), new Quantiles(theirs).Median, theirs.Max());
        report.Row(options.Ours.Name, ours.Min(), new Quantiles(ours).Median, ours.Max());
        double median = new Quantiles(ours).Median;
        report.Judge("median at most 60 ms", median <= AimMilliseconds, median);
    }

    private static double Measure(Candidate candidate)
    {
        using Bed bed = Bed.Create();
        using PacketRing ring = PacketRing.Open(bed.ObserverSpace, "o0", 8192);
        string configuration = Configurations.Global(realTime: false) +
            Configurations.Instance("owner", "d0", 1, 1, 255, "10.99.0.1/32").Replace("state BACKUP", "state MASTER", StringComparison.Ordinal);
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, configuration);
        if (!ring.WaitFor(frame => !frame.IsArp, TimeSpan.FromSeconds(10), out CapturedFrame first))
        {
            throw daemon.Failure($"{candidate.Name} sent no advertisement");
        }

        double milliseconds = (first.Time - daemon.Started) / 1e6;
        daemon.Kill();
        return milliseconds;
    }
}
