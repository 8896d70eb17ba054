using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>Proportional set size of all processes, and what 1,000 more instances add to it.</summary>
internal static class MemoryBench
{
    private const double Megabyte = 1024 * 1024;
    private const int Links = 4;
    private const int PerLink = 250;

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("Memory, PSS of all processes (MB)");
        report.Columns("", "processes", "1 instance", "1,000", "anon. growth");
        double theirGrowth = Measure(options.Theirs, report);
        double ourGrowth = Measure(options.Ours, report);
        report.JudgeRatio("growth of C's", ourGrowth, theirGrowth, 1);

        // With a virtual server the checker runs too; C's ends where the kernel has no IPVS, so this row is ours alone.
        Memory all = Settled(options.Ours, 1, 1, VirtualServer);
        report.Row($"{options.Ours.Name} with a virtual server", all.Processes, all.Bytes / Megabyte);
        report.Judge("all processes at most 35 MB", all.Bytes <= 35 * Megabyte, all.Bytes / Megabyte);
    }

    private const string VirtualServer = """
        virtual_server 10.99.0.1 80 {
            delay_loop 5
            lb_algo rr
            lb_kind DR
            protocol TCP
            real_server 10.98.0.2 80 {
                TCP_CHECK {
                    connect_timeout 3
                }
            }
        }

        """;

    private static double Measure(Candidate candidate, Report report)
    {
        Memory one = Settled(candidate, 1, 1, "");
        Memory thousand = Settled(candidate, Links, PerLink, "");
        double growth = (thousand.Anonymous - one.Anonymous) / Megabyte;
        report.Row(candidate.Name, one.Processes, one.Bytes / Megabyte, thousand.Bytes / Megabyte, growth);
        return growth;
    }

    private static Memory Settled(Candidate candidate, int links, int perLink, string more)
    {
        using Bed bed = Bed.Create(links);
        string configuration = Configurations.Global(realTime: false) +
            string.Concat(Enumerable.Range(0, links).Select(link => Configurations.Instances($"d{link}", perLink, 1, _ => 100))) + more;
        using PacketRing ring = PacketRing.Open(bed.ObserverSpace, $"o{links - 1}", 32768);
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, configuration);
        var seen = new HashSet<byte>();
        if (!ring.WaitFor(frame => !frame.IsArp && seen.Add(frame.RouterId) && seen.Count == perLink, TimeSpan.FromSeconds(20), out _))
        {
            throw daemon.Failure($"{candidate.Name}: only {seen.Count} of {perLink} instances of the last interface became master");
        }

        // Past the second round of gratuitous ARP (5 s), so that all that a master ever needs is there.
        RealTime.Sleep(TimeSpan.FromSeconds(7));
        Memory memory = daemon.Memory;
        daemon.Kill();
        return memory;
    }
}
