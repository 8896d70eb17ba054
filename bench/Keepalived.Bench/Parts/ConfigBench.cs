using System.Globalization;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>
/// <c>-t</c> of large files. Wall time from outside, processor time and peak memory from the kernel's account of the process. GNU time
/// stands between: a process takes over the peak of the one that it was forked from, and the bench is larger than C.
/// </summary>
internal static class ConfigBench
{
    private const int RoundsOfSmall = 7;

    /// <summary>What the cost of one more virtual server may grow by between 100 and 10,000.</summary>
    private const double LinearWithin = 1.3;

    public static void Run(BenchOptions options, Report report)
    {
        report.Part("-t of large files (medians; processor time is user + system)");
        report.Columns("", "C s", "ours s", "C CPU s", "ours CPU s", "C MB", "ours MB");
        string directory = Directory.CreateTempSubdirectory("kb-config-").FullName;
        try
        {
            Figures[] servers =
            [
                Measure(options, report, directory, "100 x 5", LargeConfigurations.VirtualServers(100, 500), RoundsOfSmall),
                Measure(options, report, directory, "2,000 x 5", LargeConfigurations.VirtualServers(2000, 10_000), RoundsOfSmall),
                Measure(options, report, directory, "10,000 x 5", LargeConfigurations.VirtualServers(10_000, 50_000), 3),
                Measure(options, report, directory, "2,284, 37,298 real", LargeConfigurations.VirtualServers(2284, 37_298), 3),
            ];
            Figures[] instances =
            [
                Measure(options, report, directory, "1,000 instances", LargeConfigurations.Instances(1000), RoundsOfSmall),
                Measure(options, report, directory, "10,000 instances", LargeConfigurations.Instances(10_000), 3),
            ];
            foreach (Figures figures in servers.Skip(1))
            {
                report.JudgeRatio($"{figures.Name}: time of C's", figures.Ours.Wall, figures.Theirs.Wall, 1);
            }

            foreach (Figures figures in servers.Skip(1).Concat(instances))
            {
                report.JudgeRatio($"{figures.Name}: memory of C's", figures.Ours.Megabytes, figures.Theirs.Megabytes, 2);
            }

            double early = (servers[1].Ours.Processor - servers[0].Ours.Processor) / 1900;
            double late = (servers[2].Ours.Processor - servers[1].Ours.Processor) / 8000;
            report.Judge($"linear: a virtual server among 10,000 costs at most {LinearWithin} of one among 2,000", late <= LinearWithin * early, late / early);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Figures Measure(BenchOptions options, Report report, string directory, string name, string text, int rounds)
    {
        string path = Path.Combine(directory, "keepalived.conf");
        File.WriteAllText(path, text);
        List<Cost> theirs = [];
        List<Cost> ours = [];
        for (int round = 0; round < (options.Quick ? Math.Min(rounds, 3) : rounds); round++)
        {
            theirs.Add(Once(options.Theirs, directory, path));
            ours.Add(Once(options.Ours, directory, path));
        }

        Figures figures = new(name, Median(ours), Median(theirs));
        report.Row(
            name, figures.Theirs.Wall, figures.Ours.Wall, figures.Theirs.Processor, figures.Ours.Processor, figures.Theirs.Megabytes, figures.Ours.Megabytes);
        return figures;
    }

    private static Cost Once(Candidate candidate, string directory, string path)
    {
        string peak = Path.Combine(directory, "peak");
        string output = Path.Combine(directory, "output");
        File.Delete(output);
        long start = RealTime.Monotonic;
        ChildProcess process = ChildProcess.Start(["/usr/bin/time", "-f", "%M", "-o", peak, .. candidate.Command, "-t", "-l", "-f", path], output);
        if (!process.Wait(TimeSpan.FromMinutes(2)))
        {
            process.KillTree();
            throw new BenchException($"{candidate.Name} did not read {path} within two minutes");
        }

        double wall = (RealTime.Monotonic - start) / 1e9;
        if (process.ExitStatus != 0)
        {
            throw new BenchException($"{candidate.Name} refused the file with {process.ExitStatus}: {string.Join(' ', File.ReadLines(output).Take(5))}");
        }

        double kilobytes = double.Parse(File.ReadLines(peak).Last(), CultureInfo.InvariantCulture);
        return new Cost(wall, process.ProcessorTime.TotalSeconds, kilobytes / 1024);
    }

    private static Cost Median(List<Cost> costs) => new(
        new Quantiles(costs.Select(static cost => cost.Wall)).Median,
        new Quantiles(costs.Select(static cost => cost.Processor)).Median,
        new Quantiles(costs.Select(static cost => cost.Megabytes)).Median);

    private sealed record Figures(string Name, Cost Ours, Cost Theirs);

    private readonly record struct Cost(double Wall, double Processor, double Megabytes);
}
