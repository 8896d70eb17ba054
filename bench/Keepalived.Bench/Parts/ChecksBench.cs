using System.Globalization;
using Keepalived.Bench.Checks;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// Checks: as many servers as checks a second, for both daemons and for a bare epoll loop in C (bench/checks/bare.c); then the deaths of many
/// servers, one after the other. This kernel need not have IPVS: bench/stand-in answers in its place, both daemons alike.
/// </summary>
internal static class ChecksBench
{
    private const double MostOfBare = 1.2;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_deathDistance = TimeSpan.FromMilliseconds(37);

    public static void Run(BenchOptions options, Report report)
    {
        foreach ((bool isHttp, int rate) in new[] { (false, 500), (false, 2000), (false, 5000), (true, 2000) })
        {
            if (IsAsked(options, $"{(isHttp ? "http" : "tcp")}-{rate}", isQuick: rate == 2000))
            {
                Rate(options, report, isHttp, rate);
            }
        }

        foreach (int retries in new[] { 0, 1 })
        {
            if (IsAsked(options, $"deaths-{retries}", isQuick: retries == 0))
            {
                Deaths(options, report, retries);
            }
        }
    }

    /// <summary>The cases that were named, else all, of which --quick takes some.</summary>
    private static bool IsAsked(BenchOptions options, string name, bool isQuick) =>
        options.Cases.Count > 0 ? options.Cases.Contains(name) : !options.Quick || isQuick;

    private static void Rate(BenchOptions options, Report report, bool isHttp, int rate)
    {
        report.Part(string.Create(CultureInfo.InvariantCulture, $"{(isHttp ? "HTTP_GET" : "TCP_CHECK")}, {rate} a second (CPU in ms per 1,000, of all processes and of the checker's; lateness in ms)"));
        report.Columns("", "done per s", "CPU", "checker's", "late p50", "p99", "max");
        var bare = new List<double[]>();
        var theirs = new List<double[]>();
        var ours = new List<double[]>();
        for (int round = 0; round < options.Rounds; round++)
        {
            bare.Add(Bare(options, isHttp ? "http" : "tcp", rate));
            theirs.Add(Measure(options, options.Theirs, isHttp, rate));
            ours.Add(Measure(options, options.Ours, isHttp, rate));
        }

        report.Row("bare loop in C", Best(bare));
        report.Row(options.Theirs.Name, Best(theirs));
        report.Row(options.Ours.Name, Best(ours));
        report.Judge(string.Create(CultureInfo.InvariantCulture, $"done of {rate} a second, at least 0.99"), Best(ours)[0] >= 0.99 * rate, Best(ours)[0] / rate);
        report.JudgeRatio("CPU, of the bare loop's", Best(ours)[1], Best(bare)[1], MostOfBare);
        report.JudgeRatio("CPU, of C's", Best(ours)[1], Best(theirs)[1], 1);
    }

    /// <summary>Of several rounds the one with the least CPU: what disturbs only adds.</summary>
    private static double[] Best(List<double[]> rounds) => rounds.MinBy(round => round[1])!;

    private static double[] Bare(BenchOptions options, string kind, int rate)
    {
        using Bed bed = Bed.Create();
        using MortalServers servers = MortalServers.Start(bed, Program("servers"), kind == "http");
        int seconds = (int)(options.Window.TotalSeconds + 5);
        string output = Path.GetTempFileName();
        ChildProcess loop = bed.DaemonSpace.Inside(() => ChildProcess.Start(
            [Program("bare"), kind, rate.ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture), "10.78.1.0", "80"], output));
        RealTime.Sleep(TimeSpan.FromSeconds(2));
        double[] figures = Window(options, bed, rate, () => ProcessFigures.ProcessorTime(loop.Id), static () => 0);
        loop.Wait(TimeSpan.FromSeconds(20));
        string said = File.ReadAllText(output).Trim();
        File.Delete(output);
        return said.EndsWith(" 0", StringComparison.Ordinal) ? figures : throw new BenchException($"The bare loop says: {said}");
    }

    private static double[] Measure(BenchOptions options, Candidate candidate, bool isHttp, int rate)
    {
        using Bed bed = Bed.Create();
        using MortalServers servers = MortalServers.Start(bed, Program("servers"), isHttp);
        using IpvsStandIn ipvs = IpvsStandIn.Create();
        using Daemon daemon = Daemon.Start(ipvs.Before(candidate), bed.DaemonSpace, CheckConfigurations.Servers(rate, isHttp));
        AllAreProbed(bed, daemon, candidate, rate);
        RealTime.Sleep(TimeSpan.FromSeconds(options.Quick ? 5 : 8));
        return Window(options, bed, rate, () => daemon.ProcessorTime, () => daemon.CheckerTime);
    }

    /// <summary>Checks done per second, CPU in ms per 1,000 of them, the same of the checker process, and the lateness.</summary>
    private static double[] Window(BenchOptions options, Bed bed, int rate, Func<long> processorTime, Func<long> checkerTime)
    {
        TimeSpan window = options.Window + TimeSpan.FromSeconds(2);
        using PacketRing ring = PacketRing.OpenForConnections(bed.ObserverSpace, "o0", (int)(rate * window.TotalSeconds * 1.5) + 8192);
        long begin = RealTime.Monotonic;
        long before = processorTime();
        long checkerBefore = checkerTime();
        RealTime.Sleep(window);
        double seconds = (RealTime.Monotonic - begin) / 1e9;
        long used = processorTime() - before;
        long checkerUsed = checkerTime() - checkerBefore;
        Lateness seen = Lateness.Of(All(ring));
        if (seen.Servers != rate)
        {
            throw new BenchException($"{seen.Servers} of {rate} servers were probed");
        }

        double thousands = seen.Probes / 1000.0;
        return [seen.Probes / seconds, used / 1e6 / thousands, checkerUsed / 1e6 / thousands, seen.Late.Median, seen.Late.At(0.99), seen.Late.Max];
    }

    private static void Deaths(BenchOptions options, Report report, int retries)
    {
        report.Part($"Deaths of {MortalServers.Victims} servers that are checked once a second, retry {retries}, delay_before_retry 1 (ms)");
        report.Columns("", "from death", "max", "from refusal", "max", "probes");
        double[] theirs = Kill(options.Theirs, retries);
        double[] ours = Kill(options.Ours, retries);
        report.Row(options.Theirs.Name, theirs);
        report.Row(options.Ours.Name, ours);
        report.JudgeRatio("from the first refused probe to the removal, of C's", ours[2], theirs[2], 1.05);
        report.JudgeRatio("probes from death to removal, of C's", ours[4], theirs[4], 1);
    }

    /// <summary>Medians and maxima from the death, and from the first probe that was refused, to the removal; and how many probes it took at the most.</summary>
    private static double[] Kill(Candidate candidate, int retries)
    {
        using Bed bed = Bed.Create();
        using MortalServers servers = MortalServers.Start(bed, Program("servers"), answersHttp: false);
        using IpvsStandIn ipvs = IpvsStandIn.Create();
        using Daemon daemon = Daemon.Start(ipvs.Before(candidate), bed.DaemonSpace, CheckConfigurations.Victims(retries));
        AllAreProbed(bed, daemon, candidate, MortalServers.Victims);
        RealTime.Sleep(TimeSpan.FromSeconds(3));
        using PacketRing ring = PacketRing.OpenForConnections(bed.ObserverSpace, "o0", 32768);
        long begin = RealTime.Now;
        var deaths = new Dictionary<uint, long>();
        for (int victim = 0; victim < MortalServers.Victims; victim++)
        {
            RealTime.Sleep(s_deathDistance);
            deaths.Add(MortalServers.FirstVictim + (uint)victim, RealTime.Now);
            servers.Kill(victim);
        }

        RealTime.Sleep(TimeSpan.FromSeconds(3 + retries));
        Dictionary<uint, long> removed = ipvs.Removals(begin);
        List<(long Time, uint Server)> probes = All(ring);
        return removed.Count == deaths.Count ? Figures(deaths, removed, probes) : throw daemon.Failure($"{candidate.Name} removed {removed.Count} of {deaths.Count}");
    }

    private static double[] Figures(Dictionary<uint, long> deaths, Dictionary<uint, long> removed, List<(long Time, uint Server)> connections)
    {
        var fromDeath = new Quantiles(removed.Select(pair => (pair.Value - deaths[pair.Key]) / 1e6));
        ILookup<uint, long> probes = connections.ToLookup(connection => connection.Server, connection => connection.Time);

        // A probe that met the listener's end within half a millisecond may have been accepted still.
        var refused = removed.ToDictionary(pair => pair.Key, pair => probes[pair.Key].Where(time => time > deaths[pair.Key] + 500_000 && time <= pair.Value).ToList());
        var known = refused.Where(pair => pair.Value.Count > 0).ToList();
        var fromRefusal = new Quantiles(known.Select(pair => (removed[pair.Key] - pair.Value[0]) / 1e6));
        return [fromDeath.Median, fromDeath.Max, fromRefusal.Median, fromRefusal.Max, known.Max(pair => pair.Value.Count)];
    }

    private static void AllAreProbed(Bed bed, Daemon daemon, Candidate candidate, int servers)
    {
        using PacketRing ring = PacketRing.OpenForConnections(bed.ObserverSpace, "o0", 131072);
        HashSet<uint> seen = [];
        long end = RealTime.Monotonic + (s_patience.Ticks * 100);
        while (seen.Count < servers)
        {
            while (ring.TryTakeConnection(out (long Time, uint Destination) connection))
            {
                seen.Add(connection.Destination);
            }

            if (RealTime.Monotonic > end)
            {
                throw daemon.Failure($"{candidate.Name} probed {seen.Count} of {servers} servers within {s_patience.TotalSeconds:0} s");
            }

            RealTime.Sleep(TimeSpan.FromMilliseconds(20));
        }
    }

    private static List<(long Time, uint Server)> All(PacketRing ring)
    {
        var all = new List<(long, uint)>();
        while (ring.TryTakeConnection(out (long, uint) connection))
        {
            all.Add(connection);
        }

        ring.MustBeWhole();
        return all;
    }

    /// <summary>What bench/run compiled.</summary>
    private static string Program(string name)
    {
        string path = Path.GetFullPath(Path.Combine("artifacts", "checks", name));
        return File.Exists(path) ? path : throw new BenchException($"{path} is missing: bench/checks/build makes it, with gcc");
    }
}
