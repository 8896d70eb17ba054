using System.Globalization;
using Keepalived.Bench;
using Keepalived.Bench.Kernel;
using Keepalived.Bench.Parts;

// The bench: measures ours against C keepalived from outside, alternating, and prints both beside the aims.
// One thread does everything; processes and namespaces that it made are gone when it ends. It never reads its own
// clock where the kernel stamped the packet, and never uses our own code to look at ours.
try
{
    BenchOptions options = BenchOptions.Parse(args);
    if (LibC.geteuid() != 0)
    {
        throw new BenchException("The bench needs root: it makes network namespaces and asks for real-time scheduling");
    }

    string load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
    Console.WriteLine($"{Environment.ProcessorCount} processors, Linux {Environment.OSVersion.Version}, load {load} at the start");
    if (double.Parse(load, CultureInfo.InvariantCulture) > 0.5)
    {
        Console.WriteLine("The machine is not quiet: read maxima and processor times with that in mind.");
    }

    var report = new Report();
    var parts = new (string Name, Action<BenchOptions, Report> Run)[]
    {
        ("config", ConfigBench.Run), ("startup", StartupBench.Run), ("memory", MemoryBench.Run), ("failover", FailoverBench.Run), ("takeover", TakeoverBench.Run),
        ("intervals", IntervalsBench.Run), ("reload", ReloadBench.Run), ("stop", StopBench.Run), ("storm", StormBench.Run), ("bfd", BfdBench.Run),
        ("checks", ChecksBench.Run), ("reload-checks", ReloadChecksBench.Run), ("large", LargeBench.Run), (BenchOptions.ByNameOnly, BfdBusyBench.Run),
    };
    int broken = 0;
    foreach ((string name, Action<BenchOptions, Report> run) in parts)
    {
        if (options.Only.Count > 0 ? !options.Only.Contains(name) : name == BenchOptions.ByNameOnly)
        {
            continue;
        }

        try
        {
            run(options, report);
        }
        catch (BenchException exception)
        {
            broken++;
            Console.WriteLine($"{name} could not be measured: {exception.Message}");
        }
    }

    Console.WriteLine($"\n{report.Missed} aims missed, {broken} parts not measured");
    return broken == 0 ? 0 : 1;
}
catch (BenchException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
