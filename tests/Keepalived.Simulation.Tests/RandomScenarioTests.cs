namespace Keepalived.Simulation.Tests;

/// <summary>Random networks with random misfortunes. A failing seed prints its timeline; eng/simulate plays it again, and many more.</summary>
public sealed class RandomScenarioTests(ITestOutputHelper output)
{
    private const long FirstSeed = 0;
    private const long Seeds = 10_000;

    [Fact]
    public void Whatever_goes_wrong_the_promises_of_the_protocol_hold_at_every_step_and_one_master_is_left()
    {
        ScenarioTotals totals = ScenarioRunner.Play(FirstSeed, Seeds, Environment.ProcessorCount);

        output.WriteLine(
            $"seeds {FirstSeed}..{FirstSeed + Seeds - 1}: {totals.Scenarios} scenarios, {totals.Steps} events, {totals.VirtualTime.TotalDays:0.0} days of virtual time");
        if (totals.Failures.Count > 0)
        {
            Assert.Fail(ScenarioRunner.Explain(totals.Failures[0].Seed));
        }

        Assert.Equal(Seeds, totals.Scenarios);
    }

    [Fact]
    public void A_seed_describes_a_run_completely()
    {
        for (long seed = 0; seed < 200; seed++)
        {
            ScenarioResult one = ScenarioRunner.Play(seed);
            ScenarioResult again = ScenarioRunner.Play(seed);

            Assert.Equal((one.Fingerprint, one.Steps, one.VirtualTime), (again.Fingerprint, again.Steps, again.VirtualTime));
        }

        Assert.NotEqual(ScenarioRunner.Play(7).Fingerprint, ScenarioRunner.Play(8).Fingerprint);
    }

    [Fact]
    public void Keeping_a_timeline_does_not_change_what_happens()
    {
        for (long seed = 0; seed < 50; seed++)
        {
            RandomScenario observed = new(seed);
            observed.Network.Timeline.IsKept = true;

            ScenarioResult result = observed.Play();

            Assert.Equal(ScenarioRunner.Play(seed).Fingerprint, result.Fingerprint);
            Assert.True(result.Timeline.Count > 10);
        }
    }

    [Fact]
    public void The_seeds_cover_everything_that_can_go_wrong()
    {
        string[] misfortunes =
        [
            "is killed", "loses power", " stops", "is paused", "goes on", "loses its link", "cut", "trunk down", "loses", "duplicates",
            "takes", "fails", "recovers", "wall clock", "reloads the same", "reloads a changed", "somebody removes", "follows to MASTER",
            "follows to BACKUP", "to FAULT", "was asleep", "preempt delay starts", "LowerPriorityMaster", "Refresh", "Delayed", "still misled",
            "AddressesAdded", "join a sync group", "leave their sync group", "tells again that it is master", "until its clock is where it was", "tracked Script",
            "tracked File", "tracked Process", "tracked Bfd", "reverse",
        ];
        HashSet<string> missing = [.. misfortunes];
        for (long seed = 0; seed < 1500 && missing.Count > 0; seed++)
        {
            string text = ScenarioRunner.Explain(seed);
            missing.RemoveWhere(m => text.Contains(m, StringComparison.Ordinal));
        }

        Assert.Empty(missing);
    }
}
