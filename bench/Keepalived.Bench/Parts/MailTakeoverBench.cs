using System.Globalization;
using System.Text;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// The ordinary occasion of many mails: a director with 250 instances at 1 s dies, and the backup becomes master of all at once, with a mail about each
/// or without. How far behind their deadlines (last advertisement of the dead master + 3 intervals + skew) the first advertisements come, and the latest of
/// those that follow. The master that dies is one of ours: it advertises all in one go, so that all deadlines coincide.
/// </summary>
internal static class MailTakeoverBench
{
    /// <summary>What <c>--cases</c> calls it.</summary>
    public const string Name = "takeover";

    private const int Instances = 250;
    private const double Interval = 1;
    private const int Priority = 100;
    private const double DownTime = (3 * Interval) + ((256 - Priority) * Interval / 256);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public static void Run(BenchOptions options, Report report)
    {
        report.Part($"Takeover of {Instances} instances at {Interval} s (ms from deadline to first advertisement; latest later: ms over the interval, of those after it)");
        var cases = new List<(Candidate Candidate, bool Mails, List<Takeover> Runs)>
        {
            (options.Theirs, false, []), (options.Theirs, true, []), (options.Ours, false, []), (options.Ours, true, []),
        };
        for (int round = 0; round < (options.Quick ? 1 : 3); round++)
        {
            foreach ((Candidate candidate, bool mails, List<Takeover> runs) in round % 2 == 0 ? cases : Enumerable.Reverse(cases))
            {
                runs.Add(Measure(options, candidate, mails));
            }
        }

        report.Columns("", "p50", "p99", "last", "latest later", "mails");
        foreach ((Candidate candidate, bool mails, List<Takeover> runs) in cases)
        {
            report.Row(
                $"{(mails ? "a mail each" : "no mail")} ({candidate.Name})",
                new Quantiles(runs.Select(static run => run.Median)).Median,
                new Quantiles(runs.Select(static run => run.Late)).Median,
                new Quantiles(runs.Select(static run => run.Last)).Median,
                runs.Max(static run => run.LatestLater),
                runs.Sum(static run => run.Mails));
        }

        double Last(int index) => new Quantiles(cases[index].Runs.Select(static run => run.Last)).Median;
        report.Judge("the last first advertisement of ours, ms that it is later with mail, at most 2", Last(3) - Last(2) <= 2, Last(3) - Last(2));
    }

    private static Takeover Measure(BenchOptions options, Candidate candidate, bool mails)
    {
        using Bed bed = Bed.Create();
        string folder = Directory.CreateTempSubdirectory("kb-storm-").FullName;
        using StormServer server = StormServer.Start(mails ? StormMail.Answering : StormMail.None, bed.DaemonSpace, folder);
        using Daemon master = Daemon.Start(options.Ours, bed.ObserverSpace, Configuration("o0", 200, mails: false));
        using PacketRing ring = PacketRing.Open(bed.ObserverSpace, "o0", 65536);
        using PacketRing heard = PacketRing.Open(bed.DaemonSpace, "d0", 65536);
        RealTime.Sleep(s_settle + TimeSpan.FromSeconds(2));
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, Configuration("d0", Priority, mails));
        RealTime.Sleep(s_settle);

        // A worker that was started for the mails about BACKUP is not there after weeks as a backup.
        daemon.KillWorkers();
        _ = ring.TakeAll();
        int taken = server.Taken;
        master.Kill();
        var first = new Dictionary<byte, long>();
        var last = new Dictionary<byte, long>();
        double latest = 0;
        long end = long.MaxValue;
        bool IsOver(CapturedFrame frame)
        {
            if (frame.IsArp)
            {
                return false;
            }

            first.TryAdd(frame.RouterId, frame.Time);
            latest = last.TryGetValue(frame.RouterId, out long before) ? Math.Max(latest, ((frame.Time - before) / 1e6) - (Interval * 1e3)) : latest;
            last[frame.RouterId] = frame.Time;
            end = first.Count == Instances && end == long.MaxValue ? frame.Time + 3_000_000_000 : end;
            return frame.Time > end;
        }

        if (!ring.WaitFor(IsOver, s_limit, out _))
        {
            throw daemon.Failure($"{candidate.Name}: only {first.Count} instances became master");
        }

        var deadlines = new Dictionary<byte, double>();
        foreach (CapturedFrame frame in heard.TakeAll().Where(static frame => !frame.IsArp))
        {
            deadlines[frame.RouterId] = frame.Time + (DownTime * 1e9);
        }

        var behind = new Quantiles(first.Select(pair => (pair.Value - deadlines[pair.Key]) / 1e6));
        taken = server.Taken - taken;
        Directory.Delete(folder, recursive: true);
        return new Takeover(behind.Median, behind.At(0.99), behind.Max, latest, taken);
    }

    private static string Configuration(string device, int priority, bool mails)
    {
        var text = new StringBuilder("global_defs {\n    router_id bench\n    vrrp_rt_priority 50\n    vrrp_rlimit_rttime 5000000\n");
        if (mails)
        {
            text.Append("    notification_email {\n        ops@example.net\n    }\n    notification_email_from k@example.net\n");
            text.Append(CultureInfo.InvariantCulture, $"    smtp_server 127.0.0.1 {StormCase.MailPort}\n    smtp_connect_timeout 5\n    smtp_alert\n");
        }

        text.Append("}\n");
        for (int id = 1; id <= Instances; id++)
        {
            text.Append(Configurations.Instance($"{device}_{id}", device, id, Interval, priority, $"10.99.0.{id}/32"));
        }

        return text.ToString();
    }

    private sealed record Takeover(double Median, double Late, double Last, double LatestLater, int Mails);
}
