using System.Globalization;
using System.Text;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// What telling costs those who have nothing to tell: error of the advertisement interval of 50 quiet instances while 20 others change their state
/// thirty times a second between them (a tracked file), without mail, with a mail server that answers, with one that hangs, and with notify scripts
/// that sleep and a FIFO that nobody reads on top.
/// </summary>
internal static class StormBench
{
    private const double Interval = 0.01;
    private const int Quiet = 50;
    private const int Restless = 20;
    private const int MailPort = 2525;
    private static readonly TimeSpan s_toggle = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    private enum Mail
    {
        None,
        Answering,
        Hanging,
    }

    public static void Run(BenchOptions options, Report report)
    {
        report.Part($"Storm of notifications: {Quiet} quiet instances at 10 ms beside {Restless} restless ones (error in µs; CPU in ms per 1,000 advertisements)");
        report.Columns("", "p50", "p99", "p99.9", "max", "drift", "CPU");
        double[] silent = Measure(options, report, options.Ours, new(Mail.None, Scripts: false));
        Measure(options, report, options.Theirs, new(Mail.None, Scripts: false));
        Measure(options, report, options.Theirs, new(Mail.Answering, Scripts: false));
        foreach (StormCase storm in new StormCase[] { new(Mail.Answering, false), new(Mail.Hanging, false), new(Mail.Hanging, true) })
        {
            double[] figures = Measure(options, report, options.Ours, storm);
            report.JudgeRatio($"p99 of ours without mail ({storm})", figures[1], silent[1], 1.1);
            report.JudgeRatio($"latest of ours without mail ({storm})", figures[3], silent[3], 1.1);
        }
    }

    private static double[] Measure(BenchOptions options, Report report, Candidate candidate, StormCase storm)
    {
        var samples = new IntervalSamples();
        int mails = 0;
        for (int round = 0; round < options.Rounds; round++)
        {
            mails += MeasureOnce(options, candidate, storm, samples);
        }

        double[] figures = samples.Figures();
        report.Row($"{storm} {candidate.Name}", figures);
        if (storm.Mail == Mail.Answering)
        {
            Report.Note($"{mails} mails taken meanwhile");
        }

        return figures;
    }

    private static int MeasureOnce(BenchOptions options, Candidate candidate, StormCase storm, IntervalSamples samples)
    {
        using Bed bed = Bed.Create();
        string folder = Directory.CreateTempSubdirectory("kb-storm-").FullName;
        string file = Path.Combine(folder, "value");
        File.WriteAllText(file, "0");
        using MailSink? sink = storm.Mail == Mail.None ? null : MailSink.Start(bed.DaemonSpace, MailPort, storm.Mail == Mail.Answering);
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, Configuration(storm, folder));
        using (PacketRing start = PacketRing.Open(bed.ObserverSpace, "o0", 65536))
        {
            var seen = new HashSet<byte>();
            if (!start.WaitFor(frame => !frame.IsArp && seen.Add(frame.RouterId) && seen.Count == Quiet + Restless, TimeSpan.FromSeconds(15), out _))
            {
                throw daemon.Failure($"{candidate.Name}: only {seen.Count} instances became master");
            }
        }

        using PacketRing ring = PacketRing.Open(bed.ObserverSpace, "o0", (int)((Quiet + Restless) * 100 * (options.Window + s_warmUp + TimeSpan.FromSeconds(1)).TotalSeconds * 1.5) + 8192);
        Toggle(file, s_warmUp);
        _ = ring.TakeAll();
        long spent = daemon.ProcessorTime;
        int taken = sink?.Taken ?? 0;
        Toggle(file, options.Window);
        spent = daemon.ProcessorTime - spent;
        samples.Add(ring.TakeAll().FindAll(static frame => frame.RouterId <= Quiet), spent, Interval * 1e9);
        taken = (sink?.Taken ?? 0) - taken;
        Directory.Delete(folder, recursive: true);
        return taken;
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

    private static string Configuration(StormCase storm, string folder)
    {
        var text = new StringBuilder($$"""
            global_defs {
                router_id bench
                vrrp_rt_priority 50
                vrrp_rlimit_rttime 5000000
                script_user root

            """);
        if (storm.Mail != Mail.None)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                    notification_email {
                        ops@example.net
                    }
                    notification_email_from k@example.net
                    smtp_server 127.0.0.1 {{MailPort}}
                    smtp_connect_timeout 5

                """);
        }

        string more = $"    smtp_alert\n    track_file {{\n        storm weight 0\n    }}\n";
        if (storm.Scripts)
        {
            string script = Path.Combine(folder, "sleep.sh");
            File.WriteAllText(script, "#!/bin/sh\nexec sleep 5\n");
            ChildProcess.Run("chmod", "755", script);
            text.Append(CultureInfo.InvariantCulture, $"    vrrp_notify_fifo {folder}/fifo\n");
            more += $"    notify {script}\n";
        }

        text.Append("}\n").Append(CultureInfo.InvariantCulture, $"track_file storm {{\n    file {folder}/value\n}}\n");
        text.Append(Configurations.Instances("d0", Quiet, Interval, static id => 1 + (id * 253 / Quiet)));
        for (int id = Quiet + 1; id <= Quiet + Restless; id++)
        {
            text.Append(Configurations.Instance($"restless_{id}", "d0", id, Interval, 1 + (id * 3), $"10.99.1.{id}/32", more));
        }

        return text.ToString();
    }

    private sealed record StormCase(Mail Mail, bool Scripts)
    {
        public override string ToString() => $"mail {Mail.ToString().ToLowerInvariant()}{(Scripts ? ", scripts, FIFO" : "")}";
    }
}
