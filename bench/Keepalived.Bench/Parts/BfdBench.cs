using System.Globalization;
using System.Text;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// BFD beside C keepalived: what 500 sessions at 50 ms cost and how late their packets are, and how long after the last packet of a
/// neighbour its loss has its effect, a VRRP instance that gives up (track_bfd without weight). The neighbours are scripted.
/// </summary>
internal static class BfdBench
{
    private const int Sessions = 500;
    private const int SilentFor = 20;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(3);

    public static void Run(BenchOptions options, Report report)
    {
        CompareLoad(options, report);
        CompareDetection(options, report);
    }

    private static void CompareLoad(BenchOptions options, Report report)
    {
        report.Part($"BFD, {Sessions} sessions at 50 ms, SCHED_RR 50 (distance of packets in ms, 37.5 to 45 is right; CPU in ms per 1,000 packets sent)");
        report.Columns("", "up", "sent/s", "p50", "p99", "p99.9", "max", "late /10000", "CPU");
        var theirs = new LoadSamples();
        var ours = new LoadSamples();
        for (int round = 0; round < options.Rounds; round++)
        {
            MeasureLoad(options, options.Theirs, theirs);
            MeasureLoad(options, options.Ours, ours);
        }

        double[] c = theirs.Figures();
        double[] o = ours.Figures();
        report.Row(options.Theirs.Name, c);
        report.Row(options.Ours.Name, o);
        report.Judge($"all {Sessions} sessions up", o[0] >= Sessions, o[0]);
        report.JudgeRatio("CPU of C's", o[7], c[7], 1);
        report.Judge("p99.9 at most 1 ms after the latest right time, 45 ms", o[4] <= 46, o[4]);
    }

    private static void MeasureLoad(BenchOptions options, Candidate candidate, LoadSamples samples)
    {
        using Bed bed = Bed.Create();
        using ScriptedNeighbors neighbors = ScriptedNeighbors.Start(bed, Sessions, s_interval, 3);
        var text = new StringBuilder(Global());
        for (int index = 0; index < Sessions; index++)
        {
            text.Append(Session($"n{index}", index, s_interval));
        }

        text.Append(Configurations.Instance("one", "d0", 1, 1, 100, "10.99.0.1/32"));
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, text.ToString());
        // Who does not bring them up in this time is measured as it is, and the table says how many there were.
        neighbors.WaitForUp(TimeSpan.FromSeconds(20));
        if (neighbors.CountUp == 0)
        {
            throw daemon.Failure($"{candidate.Name}: no session came up");
        }

        RealTime.Sleep(s_warmUp);
        int up = neighbors.CountUp;
        long before = 0, after = 0;
        List<BfdFrame> frames = neighbors.Record(options.Window, () => before = daemon.ProcessorTime, () => after = daemon.ProcessorTime);
        samples.Add(up, frames, after - before, options.Window);
    }

    private static void CompareDetection(BenchOptions options, Report report)
    {
        report.Part("BFD detection: from the neighbour's last packet to VRRP's priority 0, over the detection time (ms)");
        report.Columns("", "n", "min", "median", "max");
        foreach (int milliseconds in new[] { 50, 10 })
        {
            foreach (bool unlink in new[] { false, true })
            {
                var theirs = new List<double>();
                var ours = new List<double>();
                for (int round = 0; round < options.Rounds; round++)
                {
                    theirs.AddRange(MeasureDetection(options, options.Theirs, milliseconds, unlink));
                    ours.AddRange(MeasureDetection(options, options.Ours, milliseconds, unlink));
                }

                string label = $"{milliseconds} ms x 3 {(unlink ? "link down" : "killed")}";
                report.Row($"{label} {options.Theirs.Name}", DetectionFigures(theirs));
                report.Row($"{label} {options.Ours.Name}", DetectionFigures(ours));
                double median = new Quantiles(ours).Median;
                report.Judge("median at most 1 ms", median <= 1, median);
                if (theirs.Count > 0 && ours.Count > 0)
                {
                    report.JudgeWithin("median of C's", ours, theirs);
                }
            }
        }
    }

    private static double[] DetectionFigures(List<double> samples) => [samples.Count, new Quantiles(samples).At(0), new Quantiles(samples).Median, new Quantiles(samples).Max];

    private static List<double> MeasureDetection(BenchOptions options, Candidate candidate, int milliseconds, bool unlink)
    {
        // VRRP is on a link of its own, so that what it does is BFD's doing.
        using Bed bed = Bed.Create(links: 2);
        TimeSpan interval = TimeSpan.FromMilliseconds(milliseconds);
        using ScriptedNeighbors neighbors = ScriptedNeighbors.Start(bed, 1, interval, 3);
        using PacketRing adverts = PacketRing.Open(bed.ObserverSpace, "o1", 8192);
        string configuration = Global() + Session("n0", 0, interval)
            + Configurations.Instance("one", "d1", 1, 0.1, 100, "10.99.1.1/32", "    track_bfd {\n        n0\n    }\n");
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, configuration);
        var times = new List<double>();
        for (int repeat = 0; repeat < (options.Quick ? 4 : 8); repeat++)
        {
            if (!adverts.WaitFor(frame => frame is { IsArp: false, Priority: 100 }, TimeSpan.FromSeconds(15), out _))
            {
                // A session that goes down by itself all the time: there is nothing to measure, and the other candidate has its turn.
                Report.Note($"{candidate.Name} at {milliseconds} ms x 3 did not become master within 15 s, its session does not stay up");
                break;
            }

            RealTime.Sleep(TimeSpan.FromSeconds(0.5 + (Random.Shared.NextDouble() * 0.1)));
            neighbors.IsSilent = true;
            if (unlink)
            {
                bed.ObserverSpace.Ip("link", "set", "o0", "down");
            }

            if (!adverts.WaitFor(frame => frame is { IsArp: false, Priority: 0 }, TimeSpan.FromSeconds(5), out CapturedFrame gaveUp))
            {
                throw daemon.Failure($"{candidate.Name} did not notice the loss");
            }

            times.Add(((gaveUp.Time - neighbors.LastSent) / 1e6) - (3 * milliseconds));
            if (unlink)
            {
                bed.ObserverSpace.Ip("link", "set", "o0", "up");
            }

            RealTime.Sleep(TimeSpan.FromMilliseconds(SilentFor));
            neighbors.IsSilent = false;
            while (adverts.TryTake(out _))
            {
            }
        }

        return times;
    }

    public static string Global() =>
        "global_defs {\n    router_id bench\n    vrrp_rt_priority 50\n    vrrp_rlimit_rttime 5000000\n    bfd_rt_priority 50\n    bfd_rlimit_rttime 5000000\n}\n";

    public static string Session(string name, int index, TimeSpan interval) => string.Create(CultureInfo.InvariantCulture, $$"""
        bfd_instance {{name}} {
            neighbor_ip {{ScriptedNeighbors.Address(index)}}
            source_ip 10.98.0.1
            min_rx {{interval.TotalMilliseconds}}
            min_tx {{interval.TotalMilliseconds}}
            multiplier 3
        }

        """);

    /// <summary>Distances between successive packets of each session.</summary>
    private sealed class LoadSamples
    {
        private const double Latest = 45;
        private readonly List<double> _gaps = [];
        private long _processorTime;
        private int _packets;
        private int _up = int.MaxValue;
        private TimeSpan _time;

        public void Add(int up, List<BfdFrame> frames, long processorTime, TimeSpan window)
        {
            var last = new Dictionary<uint, long>();
            foreach (BfdFrame frame in frames)
            {
                if (last.TryGetValue(frame.Destination, out long before))
                {
                    _gaps.Add((frame.Time - before) / 1e6);
                }

                last[frame.Destination] = frame.Time;
            }

            _up = Math.Min(_up, up);
            _packets += frames.Count;
            _processorTime += processorTime;
            _time += window;
        }

        /// <summary>Sessions that were up, packets per second, distances, how many in ten thousand came after the latest right one, CPU.</summary>
        public double[] Figures()
        {
            var gaps = new Quantiles(_gaps);
            return
            [
                _up, _packets / _time.TotalSeconds, gaps.Median, gaps.At(0.99), gaps.At(0.999), gaps.Max,
                10_000.0 * _gaps.Count(gap => gap > Latest) / _gaps.Count, _processorTime / 1e3 / _packets,
            ];
        }
    }
}
