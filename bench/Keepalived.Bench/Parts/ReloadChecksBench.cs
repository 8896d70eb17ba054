using System.Globalization;
using System.Text;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// A reload every second for a minute, in turn of the same file and of one with another weight, while real servers are checked every second: how late
/// a probe leaves, counted from the one before to the same server, by the kernel's stamps where the servers are. IPVS is the stand-in, for both.
/// </summary>
internal static class ReloadChecksBench
{
    private const int ServersPerService = 20;
    private const double Interval = 1;
    private const double Most = 100;

    // A check begins a second after the start at the latest, and its second round is over a second later.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(6);

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("A reload every second, TCP checks with delay_loop 1 (lateness of a probe, ms; CPU, ms a second)");
        int reloads = options.Quick ? 15 : 60;
        foreach (int servers in (int[])[200, 2000])
        {
            report.Columns($"{servers} servers, {reloads} s", "probes", "of", "p50", "p99", "max", "max before", "CPU", "SET_DEST", "other");
            Figures theirs = Measure(options.Theirs, servers, reloads);
            Show(report, options.Theirs.Name, theirs);
            Figures ours = Measure(options.Ours, servers, reloads);
            Show(report, options.Ours.Name, ours);
            report.Judge($"{servers}: no probe later than 100 ms", ours.Late.Max <= Most, ours.Late.Max);
            report.Judge($"{servers}: an edit for each changed weight and nothing else to IPVS", (ours.Edits, ours.Others) == (reloads / 2, 0), ours.Edits + ours.Others);
        }
    }

    private static void Show(Report report, string name, Figures figures) => report.Row(
        name, figures.Probes, figures.Expected, figures.Late.Median, figures.Late.At(0.99), figures.Late.Max, figures.Before.Max, figures.Cpu, figures.Edits, figures.Others);

    private static Figures Measure(Candidate candidate, int servers, int reloads)
    {
        using Bed bed = Bed.Create();
        bed.DaemonSpace.Ip("route", "add", "10.78.0.0/16", "via", "10.98.0.2");
        using var listener = CheckedServers.Start(bed.ObserverSpace, 80);
        using var ipvs = IpvsStandIn.Create();
        string[] texts = [Configuration(servers, 1), Configuration(servers, 2)];
        using Daemon daemon = Daemon.Start(ipvs.Before(candidate), bed.DaemonSpace, texts[0]);
        RealTime.Sleep(s_warmUp);

        using PacketRing ring = PacketRing.OpenForConnections(bed.ObserverSpace, "o0", servers * (reloads + 20));
        RealTime.Sleep(TimeSpan.FromSeconds(4));
        long before = RealTime.Now;
        (int edits, int others) = ipvs.Messages();
        long cpu = daemon.ProcessorTime;
        long due = RealTime.Monotonic;
        for (int i = 0; i < reloads; i++)
        {
            // Same, changed, same, changed: each text twice in turn.
            daemon.Reload(texts[(i + 1) / 2 % 2]);
            due += 1_000_000_000;
            RealTime.SleepUntilMonotonic(due);
        }

        cpu = daemon.ProcessorTime - cpu;
        long end = RealTime.Now;
        (int editsAfter, int othersAfter) = ipvs.Messages();
        var times = Times(ring, servers);
        daemon.Kill();
        return new Figures(
            times.Sum(one => one.Count(time => time >= before && time < end)), servers * reloads,
            new Quantiles(times.SelectMany(one => Lateness(one, before, end))),
            new Quantiles(times.SelectMany(one => Lateness(one, 0, before))),
            cpu / 1e6 / reloads, editsAfter - edits, othersAfter - others);
    }

    /// <summary>Of each server when it was probed.</summary>
    private static List<long>[] Times(PacketRing ring, int servers)
    {
        List<long>[] times = [.. Enumerable.Range(0, servers).Select(static _ => new List<long>())];
        while (ring.TryTakeConnection(out (long Time, uint Destination) probe))
        {
            int server = (int)(probe.Destination & 0xFFFF) - 256;
            if (server >= 0 && server < servers)
            {
                times[server].Add(probe.Time);
            }
        }

        ring.MustBeWhole();
        return times;
    }

    /// <summary>By how much each probe of a stretch of time, and the one that is still missing at its end, is later than an interval after the one before, ms.</summary>
    private static IEnumerable<double> Lateness(List<long> times, long from, long to)
    {
        long last = 0;
        foreach (long time in times)
        {
            if (time > to)
            {
                break;
            }

            if (last != 0 && time >= from)
            {
                yield return ((time - last) / 1e6) - (Interval * 1000);
            }

            last = time;
        }

        double missing = ((to - Math.Max(last, from)) / 1e6) - (Interval * 1000);
        if (missing > 0)
        {
            yield return missing;
        }
    }

    private static string Configuration(int servers, int weight)
    {
        var text = new StringBuilder(servers * 120);
        for (int server = 0; server < servers; server++)
        {
            if (server % ServersPerService == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(server > 0 ? "}\n" : "")}virtual_server 10.77.{server / ServersPerService / 250}.{1 + (server / ServersPerService % 250)} 80 {{\n    delay_loop 1\n    protocol TCP\n    lvs_sched rr\n    lvs_method NAT\n");
            }

            text.Append(CultureInfo.InvariantCulture, $$"""
                    real_server 10.78.{{1 + (server >> 8)}}.{{server & 255}} 80 {
                        weight {{(server == servers / 2 ? weight : 1)}}
                        TCP_CHECK {
                            connect_timeout 3
                        }
                    }

                """);
        }

        return text.Append("}\n").ToString();
    }

    private sealed record Figures(int Probes, int Expected, Quantiles Late, Quantiles Before, double Cpu, int Edits, int Others);
}
