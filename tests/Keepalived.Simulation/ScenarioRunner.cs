namespace Keepalived.Simulation;

/// <summary>What became of a scenario.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Violation">What went wrong; null if nothing.</param>
/// <param name="VirtualTime">How long it was in its own time.</param>
/// <param name="Steps">Events.</param>
/// <param name="Fingerprint">A sum over all events.</param>
/// <param name="Timeline">What happened, if it was kept.</param>
public sealed record ScenarioResult(
    long Seed, Violation? Violation, TimeSpan VirtualTime, long Steps, ulong Fingerprint, IReadOnlyList<string> Timeline);

/// <summary>Sums over many scenarios.</summary>
public sealed class ScenarioTotals
{
    /// <summary>Scenarios played.</summary>
    public long Scenarios { get; internal set; }

    /// <summary>Their time, all together.</summary>
    public TimeSpan VirtualTime { get; internal set; }

    /// <summary>Their events, all together.</summary>
    public long Steps { get; internal set; }

    /// <summary>The failing ones with the lowest seeds first.</summary>
    public IReadOnlyList<ScenarioResult> Failures => _failures;

    private readonly List<ScenarioResult> _failures = [];

    internal void Add(ScenarioResult result)
    {
        Scenarios++;
        VirtualTime += result.VirtualTime;
        Steps += result.Steps;
        if (result.Violation is not null)
        {
            _failures.Add(result);
            _failures.Sort((one, other) => one.Seed.CompareTo(other.Seed));
        }
    }
}

/// <summary>Plays random scenarios, many at a time.</summary>
public static class ScenarioRunner
{
    private const int Portion = 50;

    /// <summary>Plays one, without a timeline.</summary>
    public static ScenarioResult Play(long seed, Action<SimulatedMachine>? prepare = null) => new RandomScenario(seed, prepare).Play();

    /// <summary>Plays the seeds from the first on; stops early when enough have failed.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="threads">How many at the same time.</param>
    /// <param name="enough">Failures after which the rest is not played.</param>
    /// <param name="prepare">Called for every machine before it starts.</param>
    public static ScenarioTotals Play(long first, long count, int threads, int enough = 1, Action<SimulatedMachine>? prepare = null) =>
        Play(first, count, threads, enough, seed => Play(seed, prepare));

    /// <summary>The same with scenarios of another kind.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="threads">How many at the same time.</param>
    /// <param name="enough">Failures after which the rest is not played.</param>
    /// <param name="play">Plays one seed; called on several threads.</param>
    public static ScenarioTotals Play(long first, long count, int threads, int enough, Func<long, ScenarioResult> play)
    {
        ScenarioTotals totals = new();
        Lock gate = new();
        long next = first;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            List<ScenarioResult> done = [];
            while (true)
            {
                long begin = Interlocked.Add(ref next, Portion) - Portion;
                long end = Math.Min(begin + Portion, first + count);
                for (long seed = begin; seed < end; seed++)
                {
                    done.Add(play(seed));
                }

                lock (gate)
                {
                    done.ForEach(totals.Add);
                    done.Clear();
                    if (end >= first + count || begin >= first + count || totals.Failures.Count >= enough)
                    {
                        return;
                    }
                }
            }
        });
        return totals;
    }

    /// <summary>Plays a seed again and writes down what happened: configuration, timeline, violation.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="prepare">Called for every machine before it starts.</param>
    /// <param name="hasPackets">Note every advertisement too.</param>
    public static string Explain(long seed, Action<SimulatedMachine>? prepare = null, bool hasPackets = false)
    {
        RandomScenario scenario = new(seed, prepare);
        scenario.Network.Timeline.IsKept = true;
        scenario.Network.Timeline.HasPackets = hasPackets;
        string configuration = string.Join('\n', scenario.Describe());
        ScenarioResult result = scenario.Play();
        string verdict = result.Violation is { } violation ? $"violated at {violation.At.TotalSeconds:0.000000} s: {violation.What}" : "nothing was violated";
        return $"seed {seed}: {verdict}\n{configuration}\n{string.Join('\n', result.Timeline)}\n";
    }
}
