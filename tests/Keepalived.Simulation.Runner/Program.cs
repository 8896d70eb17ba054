using System.Globalization;
using Keepalived.Bfd.Simulation;
using Keepalived.Simulation;

// Keepalived.Simulation.Runner [--first SEED] [--count N] [--threads N] [--failures N]
// Keepalived.Simulation.Runner --seed SEED [--packets]
// Keepalived.Simulation.Runner --planted [--count N]
// With --bfd: networks of BFD sessions instead of virtual routers.
bool isBfd = args.Contains("--bfd");
long first = Argument("--first", 0);
long count = Argument("--count", 10_000);
long portion = Math.Max(1, Math.Min(count, Argument("--portion", 50_000)));
int threads = (int)Argument("--threads", Environment.ProcessorCount);
int enough = (int)Argument("--failures", 3);
if (args.Contains("--seed"))
{
    Console.Write(Explain(Argument("--seed", 0), args.Contains("--packets")));
    return 0;
}

if (args.Contains("--planted"))
{
    return FindPlanted(count);
}

long scenarios = 0, steps = 0;
TimeSpan virtualTime = TimeSpan.Zero;
for (long done = 0; done < count; done += portion)
{
    ScenarioTotals totals = ScenarioRunner.Play(first + done, Math.Min(portion, count - done), threads, enough, seed => isBfd ? BfdScenario.Play(seed) : ScenarioRunner.Play(seed));
    scenarios += totals.Scenarios;
    steps += totals.Steps;
    virtualTime += totals.VirtualTime;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"seeds {first}..{first + Math.Min(done + portion, count) - 1}: {scenarios} scenarios, {steps} events, {virtualTime.TotalDays:0.0} days of virtual time, {totals.Failures.Count} failures"));
    if (totals.Failures.Count > 0)
    {
        foreach (ScenarioResult failure in totals.Failures)
        {
            Console.WriteLine($"seed {failure.Seed} at {failure.Violation!.At}: {failure.Violation.What}");
        }

        Console.WriteLine();
        Console.Write(Explain(totals.Failures[0].Seed, hasPackets: false));
        return 1;
    }
}

return 0;

string Explain(long seed, bool hasPackets) =>
    isBfd ? BfdScenario.Explain(seed, hasPackets) : ScenarioRunner.Explain(seed, hasPackets: hasPackets);

static int FindPlanted(long most)
{
#pragma warning disable RS0030 // How long a person waits for it.
    TimeProvider clock = TimeProvider.System;
#pragma warning restore RS0030
    int missed = 0;
    foreach (PlantedMistake mistake in PlantedMistakes.All)
    {
        long start = clock.GetTimestamp();
        FoundMistake? found = PlantedMistakes.Find(mistake, most);
        TimeSpan time = clock.GetElapsedTime(start);
        missed += found is null ? 1 : 0;
        Console.WriteLine(found is null
            ? $"planted: {mistake.Name}: NOT FOUND in {most} scenarios"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"planted: {mistake.Name}: found after {found.Result.Seed + 1} scenarios, {found.VirtualTime.TotalSeconds:0} s of virtual time, {time.TotalSeconds:0.00} s: {found.Result.Violation!.What}"));
    }

    return missed == 0 ? 0 : 1;
}

long Argument(string name, long otherwise)
{
    int index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? long.Parse(args[index + 1], CultureInfo.InvariantCulture) : otherwise;
}
