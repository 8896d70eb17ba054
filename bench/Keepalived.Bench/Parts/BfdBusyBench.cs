using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// Whether a healthy session at 10 ms x 3 is ever lost within ten minutes (a minute with --quick), while two processes keep the
/// processors busy and the daemon runs under SCHED_RR. The neighbour is scripted and answers all the time.
/// </summary>
internal static class BfdBusyBench
{
    private const int Up = 3;
    private static readonly TimeSpan s_portion = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(10);

    public static void Run(BenchOptions options, Report report)
    {
        int portions = options.Quick ? 2 : 20;
        report.Part($"BFD, one session at 10 ms x 3, two busy processes, SCHED_RR 50, {portions * s_portion.TotalMinutes:0} minutes each");
        report.Columns("", "packets", "lost", "max ms");
        foreach (Candidate candidate in new[] { options.Theirs, options.Ours })
        {
            (int packets, int losses, double longest) = Measure(candidate, portions);
            report.Row(candidate.Name, packets, losses, longest);
            if (candidate == options.Ours)
            {
                report.Judge("no loss", losses == 0, losses);
            }
        }
    }

    private static (int Packets, int Losses, double Longest) Measure(Candidate candidate, int portions)
    {
        using Bed bed = Bed.Create(links: 2);
        using ScriptedNeighbors neighbors = ScriptedNeighbors.Start(bed, 1, s_interval, 3);
        string configuration = BfdBench.Global() + BfdBench.Session("n0", 0, s_interval) + Configurations.Instance("one", "d1", 1, 0.1, 100, "10.99.1.1/32");
        using Daemon daemon = Daemon.Start(candidate, bed.DaemonSpace, configuration);
        if (!neighbors.WaitForUp(TimeSpan.FromSeconds(20)))
        {
            throw daemon.Failure($"{candidate.Name}: the session did not come up");
        }

        RealTime.Sleep(TimeSpan.FromSeconds(3));
        int packets = 0, losses = 0;
        double longest = 0;
        for (int portion = 0; portion < portions; portion++)
        {
            // The busy processes end by themselves after two minutes.
            using BusyProcesses hogs = BusyProcesses.Start(2);
            List<BfdFrame> frames = neighbors.Record(s_portion, static () => { }, static () => { });
            packets += frames.Count;
            for (int index = 1; index < frames.Count; index++)
            {
                losses += frames[index].State < Up && frames[index - 1].State == Up ? 1 : 0;
                longest = Math.Max(longest, (frames[index].Time - frames[index - 1].Time) / 1e6);
            }
        }

        return (packets, losses, longest);
    }
}
