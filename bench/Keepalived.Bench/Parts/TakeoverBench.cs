using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// Taking over many addresses from a master that fell silent: from the end of the backup's down timer until the kernel has the
/// last address, beside what the kernel alone needs for them; and how far advertisements were apart meanwhile.
/// </summary>
internal static class TakeoverBench
{
    private const double Interval = 0.1;
    private const int Priority = 100;

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("Taking over addresses, advertisements every 100 ms (ms)");
        report.Columns("", "kernel", "in place", "announced", "longest gap");
        foreach (int count in new[] { 20, 1000, 5000 })
        {
            var kernel = new List<double>();
            var theirs = new List<Takeover>();
            var ours = new List<Takeover>();
            for (int round = 0; round < (options.Quick ? 1 : 3); round++)
            {
                kernel.Add(KernelAlone(count));
                theirs.Add(Measure(options.Theirs, count));
                ours.Add(Measure(options.Ours, count));
            }

            double own = new Quantiles(kernel).Median;
            report.Row($"{count} {options.Theirs.Name}", Figures(own, theirs));
            report.Row($"{count} {options.Ours.Name}", Figures(own, ours));
            double[] c = Figures(own, theirs);
            double[] o = Figures(own, ours);
            if (count >= 1000)
            {
                // For a handful the lateness of the down timer, which the failover part measures, is most of it.
                report.JudgeRatio("in place, of the kernel's own time", o[1], own, 1.1);
            }

            report.JudgeRatio("in place, of C's", o[1], c[1], 1);
            report.Judge("late at most 10 ms", o[3] <= (Interval * 1e3) + 10, o[3] - (Interval * 1e3));
        }
    }

    private static double[] Figures(double kernel, List<Takeover> runs) =>
    [
        kernel, new Quantiles(runs.Select(run => run.InPlace)).Median, new Quantiles(runs.Select(run => run.Announced)).Median,
        runs.Max(run => run.LongestGap),
    ];

    private static double KernelAlone(int count)
    {
        using Bed bed = Bed.Create();
        using AddressObserver observer = AddressObserver.Open(bed.DaemonSpace);
        Task<bool> watching = Task.Run(() => observer.WaitFor(count, TimeSpan.FromSeconds(20)));
        long start = AddressBatch.Add(bed.DaemonSpace, "d0", Configurations.ManyAddressesBase, count);
        return watching.Result ? (observer.LastSeen - start) / 1e6 : throw new BenchException($"Only {observer.Seen} of {count} addresses were added");
    }

    private static Takeover Measure(Candidate candidate, int count)
    {
        using Bed bed = Bed.Create();
        using AddressObserver observer = AddressObserver.Open(bed.DaemonSpace);
        using PacketRing ring = PacketRing.Open(bed.ObserverSpace, "o0", 131072);
        using ScriptedMaster master = ScriptedMaster.Start(bed.ObserverSpace, "o0", Configurations.ManyAddressesBase, Interval);
        string configuration = Configurations.Global(realTime: true) + Configurations.ManyAddresses("d0", count, Interval, Priority);
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, configuration);
        RealTime.Sleep(TimeSpan.FromSeconds(2));
        if (ring.TryTake(out CapturedFrame early) && !early.IsArp)
        {
            throw daemon.Failure($"{candidate.Name} did not stay a backup");
        }

        master.Stop();
        if (!observer.WaitFor(count, TimeSpan.FromSeconds(20)))
        {
            throw daemon.Failure($"{candidate.Name} took over {observer.Seen} of {count} addresses");
        }

        RealTime.Sleep(TimeSpan.FromSeconds(1.5));
        long expiry = master.LastSent + (long)(Interval * 1e9 * (3 + ((256 - Priority) / 256.0)));
        Takeover result = Judge(ring.TakeAll(), expiry, observer.LastSeen, count);
        daemon.Kill();
        return result;
    }

    private static Takeover Judge(List<CapturedFrame> frames, long expiry, long inPlace, int count)
    {
        var announced = new HashSet<uint>();
        long lastAnnounced = 0;
        long lastSent = expiry;
        long longest = 0;
        foreach (CapturedFrame frame in frames)
        {
            if (!frame.IsArp)
            {
                longest = Math.Max(longest, frame.Time - lastSent);
                lastSent = frame.Time;
            }
            else if (frame.Address >= Configurations.ManyAddressesBase && announced.Add(frame.Address))
            {
                lastAnnounced = frame.Time;
            }
        }

        return new Takeover((inPlace - expiry) / 1e6, announced.Count == count ? (lastAnnounced - expiry) / 1e6 : double.NaN, longest / 1e6);
    }

    /// <param name="InPlace">Down timer's end to last address in the kernel, ms.</param>
    /// <param name="Announced">Down timer's end to the first gratuitous ARP of the last address, ms.</param>
    /// <param name="LongestGap">Longest time without an advertisement, ms; the time before the first counts.</param>
    private readonly record struct Takeover(double InPlace, double Announced, double LongestGap);
}
