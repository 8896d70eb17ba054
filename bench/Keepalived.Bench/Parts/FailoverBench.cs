using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// What failover takes beyond the protocol's own minimum of 3 intervals and the skew (RFC 9568, 6.1): from the dead master's last
/// advertisement to the backup's first. The master is C keepalived for both candidates, so that only the backup differs.
/// </summary>
internal static class FailoverBench
{
    private const int MasterPriority = 200;
    private const int BackupPriority = 100;
    private const int MostStrayed = 5;

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("Failover time over 3 x interval + skew (ms)");
        report.Columns("", "n", "min", "median", "max");
        foreach ((double interval, int repeats) in new[] { (0.01, options.Quick ? 5 : 12), (0.1, options.Quick ? 4 : 8), (1.0, options.Quick ? 1 : 3) })
        {
            foreach (bool unlink in new[] { false, true })
            {
                if (options.Quick && unlink && interval >= 1)
                {
                    continue;
                }

                var theirs = new List<double>();
                var ours = new List<double>();
                for (int round = 0; round < options.Rounds; round++)
                {
                    theirs.AddRange(Measure(options, options.Theirs, interval, repeats / options.Rounds, unlink));
                    ours.AddRange(Measure(options, options.Ours, interval, repeats / options.Rounds, unlink));
                }

                string label = $"{interval} s {(unlink ? "link down" : "killed")}";
                report.Row($"{label} {options.Theirs.Name}", Figures(theirs));
                report.Row($"{label} {options.Ours.Name}", Figures(ours));
                report.JudgeWithin("median of C's", ours, theirs);
            }
        }
    }

    private static double[] Figures(List<double> samples) => [samples.Count, samples.Min(), new Quantiles(samples).Median, samples.Max()];

    private static List<double> Measure(BenchOptions options, Candidate candidate, double interval, int repeats, bool unlink)
    {
        using var bed = BridgedBed.Create();
        using PacketRing fromMaster = PacketRing.Open(bed.Bridge, BridgedBed.MasterPort, 32768);
        using PacketRing fromBackup = PacketRing.Open(bed.Bridge, BridgedBed.BackupPort, 32768);
        using Daemon backup = Daemon.Start(candidate, bed.Backup, Configuration(interval, BackupPriority));
        var times = new List<double>();
        int strayed = 0;
        for (int repeat = 0; repeat < Math.Max(1, repeats); repeat++)
        {
            using Daemon master = Daemon.Start(options.Theirs, bed.Master, Configuration(interval, MasterPriority));
            double time = Once(bed, fromMaster, fromBackup, master, backup, interval, unlink);
            master.Kill();
            if (time > -interval * 1e3 / 2)
            {
                times.Add(time);
            }
            else if (++strayed <= MostStrayed)
            {
                // The backup still held the address when the master died: on a crowded machine one of them started too late.
                repeat--;
            }

            if (unlink)
            {
                bed.Bridge.Ip("link", "set", BridgedBed.MasterPort, "up");
            }
        }

        return times.Count > 0 ? times : throw backup.Failure($"{candidate.Name} never was a backup when the master died");
    }

    private static double Once(BridgedBed bed, PacketRing fromMaster, PacketRing fromBackup, Daemon master, Daemon backup, double interval, bool unlink)
    {
        if (!fromMaster.WaitFor(frame => frame.Priority == MasterPriority, TimeSpan.FromSeconds(10 + (5 * interval)), out _))
        {
            throw master.Failure("The master did not start");
        }

        // Long enough for the backup to have yielded, with a phase of its own each time.
        RealTime.Sleep(TimeSpan.FromSeconds(0.3 + (interval * (2 + Random.Shared.NextDouble()))));
        while (fromBackup.TryTake(out _))
        {
        }

        if (unlink)
        {
            bed.Bridge.Ip("link", "set", BridgedBed.MasterPort, "down");
        }
        else
        {
            master.Kill();
        }

        // The master is gone: its newest advertisement is the last. What the backup sent before that one (it had not yielded yet) does not count.
        long last = 0;
        while (fromMaster.TryTake(out CapturedFrame frame))
        {
            last = frame.Priority == MasterPriority ? frame.Time : last;
        }

        if (!fromBackup.WaitFor(frame => frame.Priority == BackupPriority && frame.Time > last, TimeSpan.FromSeconds(5 + (5 * interval)), out CapturedFrame first))
        {
            throw backup.Failure("The backup did not take over");
        }

        double minimum = interval * (3 + ((256 - BackupPriority) / 256.0));
        return ((first.Time - last) / 1e6) - (minimum * 1e3);
    }

    private static string Configuration(double interval, int priority) =>
        Configurations.Global(realTime: true) + Configurations.Instance("one", "d0", 1, interval, priority, "10.99.0.1/32");
}

/// <summary>Two directors on a bridge in a third namespace, where one's link can fall without the other's.</summary>
internal sealed class BridgedBed : IDisposable
{
    public const string MasterPort = "pm";
    public const string BackupPort = "pb";

    private BridgedBed(NetworkNamespace master, NetworkNamespace backup, NetworkNamespace bridge)
    {
        Master = master;
        Backup = backup;
        Bridge = bridge;
    }

    public NetworkNamespace Master { get; }

    public NetworkNamespace Backup { get; }

    public NetworkNamespace Bridge { get; }

    public static BridgedBed Create()
    {
        var bed = new BridgedBed(NetworkNamespace.Create("m"), NetworkNamespace.Create("b"), NetworkNamespace.Create("s"));
        bed.Bridge.Ip("link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
        Bed.RaiseEnd(bed.Bridge, "br0", null);
        bed.Attach(bed.Master, MasterPort, "10.98.0.1/24");
        bed.Attach(bed.Backup, BackupPort, "10.98.0.2/24");
        return bed;
    }

    public void Dispose()
    {
        Master.Dispose();
        Backup.Dispose();
        Bridge.Dispose();
    }

    private void Attach(NetworkNamespace space, string port, string address)
    {
        space.Ip("link", "add", "d0", "type", "veth", "peer", "name", port, "netns", Bridge.Name);
        Bridge.Ip("link", "set", port, "master", "br0");
        Bed.RaiseEnd(Bridge, port, null);
        Bed.RaiseEnd(space, "d0", address);
    }
}
