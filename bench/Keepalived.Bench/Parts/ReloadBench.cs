using System.Text;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// Reloads of 1,000 masters that advertise every 100 ms: how far any two successive advertisements of one of them are apart, with a file
/// that says the same, and with one that gives every instance one more address. SIGHUP makes C's masters advertise at once, so that
/// some of its gaps are shorter than the interval.
/// </summary>
internal static class ReloadBench
{
    private const double Interval = 0.1;
    private const int Links = 4;
    private const int PerLink = 250;
    private const double Most = 110;
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(6);

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("Reload of 1,000 instances, advertisements every 100 ms (longest gap in ms; addresses in place after SIGHUP, ms)");
        report.Columns("", "no reload", "unchanged", "one more", "in place");
        List<double[]> theirs = [];
        List<double[]> ours = [];
        for (int round = 0; round < options.Rounds; round++)
        {
            theirs.Add(Measure(options.Theirs));
            ours.Add(Measure(options.Ours));
        }

        Judge(report, options.Theirs.Name, theirs, judges: false);
        Judge(report, options.Ours.Name, ours, judges: true);
    }

    private static void Judge(Report report, string name, List<double[]> rounds, bool judges)
    {
        double[] worst = [.. Enumerable.Range(0, rounds[0].Length).Select(column => rounds.Max(round => round[column]))];
        report.Row(name, worst);
        if (judges)
        {
            report.Judge("unchanged: longest gap at most 110 ms", worst[1] <= Most, worst[1]);
            report.Judge("one more address each: longest gap at most 110 ms", worst[2] <= Most, worst[2]);
        }
    }

    private static double[] Measure(Candidate candidate)
    {
        using Bed bed = Bed.Create(Links);
        string before = Configuration(extra: false);
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, before);
        AllAreMaster(bed, daemon, candidate);
        RealTime.Sleep(s_warmUp);

        double quiet = LongestGap(bed, static () => { });
        double unchanged = LongestGap(bed, () => daemon.Reload(before));
        using AddressObserver observer = AddressObserver.Open(bed.DaemonSpace);
        double added = LongestGap(bed, () => daemon.Reload(Configuration(extra: true)));
        if (!observer.WaitFor(Links * PerLink, TimeSpan.FromSeconds(20)))
        {
            throw daemon.Failure($"{candidate.Name} added {observer.Seen} of {Links * PerLink} addresses");
        }

        // Its socket holds the news with no time of its own: only an observer that reads while they come knows when they came.
        double inPlace = InPlace(bed, daemon, before);
        daemon.Kill();
        return [quiet, unchanged, added, inPlace];
    }

    // Back to the file without them, and forth again, this time watched.
    private static double InPlace(Bed bed, Daemon daemon, string before)
    {
        daemon.Reload(before);
        RealTime.Sleep(s_window);
        using AddressObserver observer = AddressObserver.Open(bed.DaemonSpace);
        long told = daemon.Reload(Configuration(extra: true));
        return observer.WaitFor(Links * PerLink, TimeSpan.FromSeconds(20)) ? (observer.LastSeen - told) / 1e6 : double.NaN;
    }

    private static void AllAreMaster(Bed bed, Daemon daemon, Candidate candidate)
    {
        for (int link = 0; link < Links; link++)
        {
            using PacketRing ring = PacketRing.Open(bed.ObserverSpace, $"o{link}", 65536);
            HashSet<byte> seen = [];
            if (!ring.WaitFor(frame => !frame.IsArp && seen.Add(frame.RouterId) && seen.Count == PerLink, TimeSpan.FromSeconds(20), out _))
            {
                throw daemon.Failure($"{candidate.Name}: only {seen.Count} of {PerLink} instances of d{link} became master");
            }
        }
    }

    private static double LongestGap(Bed bed, Action happens)
    {
        PacketRing[] rings = [.. Enumerable.Range(0, Links).Select(link => PacketRing.Open(bed.ObserverSpace, $"o{link}", 65536))];
        try
        {
            RealTime.Sleep(TimeSpan.FromSeconds(1));
            happens();
            RealTime.Sleep(s_window);
            return rings.Max(LongestGap);
        }
        finally
        {
            Array.ForEach(rings, ring => ring.Dispose());
        }
    }

    private static double LongestGap(PacketRing ring)
    {
        long[] last = new long[256];
        long longest = 0;
        foreach (CapturedFrame frame in ring.TakeAll())
        {
            if (frame.IsArp)
            {
                continue;
            }

            if (last[frame.RouterId] != 0)
            {
                longest = Math.Max(longest, frame.Time - last[frame.RouterId]);
            }

            last[frame.RouterId] = frame.Time;
        }

        return longest / 1e6;
    }

    private static string Configuration(bool extra)
    {
        StringBuilder text = new(Configurations.Global(realTime: true));
        for (int link = 0; link < Links; link++)
        {
            for (int id = 1; id <= PerLink; id++)
            {
                string more = extra ? $"    virtual_ipaddress_excluded {{\n        10.{128 + link}.0.{id}/32\n    }}\n" : "";
                text.Append(Configurations.Instance($"d{link}_{id}", $"d{link}", id, Interval, id, $"10.99.{link}.{id}/32", more));
            }
        }

        return text.ToString();
    }
}
