using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// Start and reload of 2,284 virtual servers with 37,298 real servers that answer, each with a TCP check every 60 s. IPVS is the stand-in, for both:
/// its record tells when the last real server, or the one changed weight, was there. A reload is given 30 s: that figure means longer.
/// </summary>
internal static class LargeBench
{
    private const int VirtualServers = 2284;
    private const int RealServers = 37_298;
    private const int Interval = 60;
    private const double Megabyte = 1024 * 1024;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    // Past the first second, in which no check begins, and the end of the work of the start.
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(4);

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("Start and reload of 2,284 virtual servers with 37,298 real servers (s; gap: longest time without a new check, ms; MB of the checker)");
        report.Columns("", "start", "CPU", "one weight", "its CPU", "its gap", "unchanged", "messages", "peak", "settled");
        List<Figures> theirs = [];
        List<Figures> ours = [];
        for (int round = 0; round < (options.Quick ? 1 : 3); round++)
        {
            theirs.Add(Measure(options.Theirs, report));
            ours.Add(Measure(options.Ours, report));
        }

        report.JudgeRatio("start of C's (medians)", Median(ours, static one => one.Start), Median(theirs, static one => one.Start), 1);
        report.JudgeRatio("reload of C's (medians)", Median(ours, static one => one.Reload), Median(theirs, static one => one.Reload), 1);
        report.Judge("an unchanged file: no message to IPVS", ours.TrueForAll(static one => one.Messages == 0), ours.Max(static one => one.Messages));
    }

    private static double Median(List<Figures> figures, Func<Figures, double> figure) => new Quantiles(figures.Select(figure)).Median;

    private static Figures Measure(Candidate candidate, Report report)
    {
        string text = LargeConfigurations.VirtualServers(VirtualServers, RealServers, Interval);
        using Bed bed = Bed.Create();
        using var servers = CheckedServers.Start(bed.DaemonSpace, 80, "172.16.0.0/12");
        using var ipvs = IpvsStandIn.Create();
        long toMonotonic = RealTime.Monotonic - RealTime.Now;
        using Daemon daemon = Daemon.Start(ipvs.Before(candidate), bed.DaemonSpace, text);
        Await(daemon, "the table", () => ipvs.Count > RealServers && ipvs.Additions().Count == RealServers);
        double processor = daemon.ProcessorTime / 1e9;
        double start = (ipvs.Additions().Last - daemon.Started - toMonotonic) / 1e9;
        Await(daemon, "the end of the start", () => daemon.LinesThatEndWith("Startup complete") > 0);
        RealTime.Sleep(s_settling);
        double settled = daemon.Memory.Bytes / Megabyte;

        int before = ipvs.Count;
        double processorBefore = daemon.ProcessorTime / 1e9;
        servers.TakeLongestGap();
        long hungUp = daemon.Reload(LargeConfigurations.VirtualServers(VirtualServers, RealServers, Interval, weight: 2)) + toMonotonic;
        bool isOver = TryAwait(() => daemon.LinesThatEndWith("Reload complete") == 1);
        (int edits, long last) = ipvs.Edits(before);
        double reload = edits == 1 ? (last - hungUp) / 1e9 : s_limit.TotalSeconds;
        double reloadProcessor = (daemon.ProcessorTime / 1e9) - processorBefore;
        double gap = servers.TakeLongestGap() / 1e6;

        // A reload that is not over is not disturbed by another.
        int messages = -1;
        double unchanged = isOver ? ReloadUnchanged(daemon, ipvs, out messages) : double.NaN;
        var figures = new Figures(start, processor, reload, reloadProcessor, gap, unchanged, messages,
            daemon.CheckerPeak / Megabyte, settled);
        report.Row(candidate.Name, figures.Start, figures.Processor, figures.Reload, figures.ReloadProcessor, figures.Gap, figures.Unchanged, figures.Messages,
            figures.Peak, figures.Settled);
        daemon.Kill();
        return figures;
    }

    /// <summary>SIGHUP with the file as it is; gives the seconds until the end, and what was asked of IPVS.</summary>
    private static double ReloadUnchanged(Daemon daemon, IpvsStandIn ipvs, out int messages)
    {
        RealTime.Sleep(s_settling);
        int before = ipvs.Count;
        long began = daemon.Reload(LargeConfigurations.VirtualServers(VirtualServers, RealServers, Interval, weight: 2));
        Await(daemon, "the end of the reload", () => daemon.LinesThatEndWith("Reload complete") == 2);
        messages = ipvs.Count - before;
        return (RealTime.Now - began) / 1e9;
    }

    private static void Await(Daemon daemon, string what, Func<bool> condition)
    {
        if (!TryAwait(condition))
        {
            throw daemon.Failure($"{what} did not come within {s_limit.TotalSeconds} s");
        }
    }

    private static bool TryAwait(Func<bool> condition)
    {
        long end = RealTime.Monotonic + (s_limit.Ticks * 100);
        while (!condition())
        {
            if (RealTime.Monotonic > end)
            {
                return false;
            }

            RealTime.Sleep(TimeSpan.FromMilliseconds(20));
        }

        return true;
    }

    private readonly record struct Figures(
        double Start, double Processor, double Reload, double ReloadProcessor, double Gap, double Unchanged, int Messages, double Peak, double Settled);
}
