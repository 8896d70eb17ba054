using Keepalived.Bfd.Simulation;
using Keepalived.Simulation;

namespace Keepalived.Bfd.Protocol.Tests.Simulation;

/// <summary>
/// Random networks of sessions with random misfortunes: loss, overtaking, duplication, cuts, storms, paused, killed and suspended machines,
/// clocks of different pace, reloads. A failing seed prints its timeline; eng/simulate-bfd plays it again, and many more.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const long Seeds = 3000;
    private const long PlantedSeeds = 500;

    [Fact]
    public void No_false_down_at_a_loss_that_the_multiplier_tolerates_and_down_in_time_and_up_again()
    {
        ScenarioTotals totals = ScenarioRunner.Play(0, Seeds, Environment.ProcessorCount, 1, seed => BfdScenario.Play(seed));

        output.WriteLine($"seeds 0..{Seeds - 1}: {totals.Scenarios} scenarios, {totals.Steps} events, {totals.VirtualTime.TotalDays:0.0} days of virtual time");
        if (totals.Failures.Count > 0)
        {
            Assert.Fail(BfdScenario.Explain(totals.Failures[0].Seed));
        }

        Assert.Equal(Seeds, totals.Scenarios);
    }

    [Fact]
    public void A_seed_describes_a_run_completely()
    {
        for (long seed = 0; seed < 50; seed++)
        {
            ScenarioResult one = BfdScenario.Play(seed);
            ScenarioResult again = BfdScenario.Play(seed);

            Assert.Equal((one.Fingerprint, one.Steps, one.VirtualTime), (again.Fingerprint, again.Steps, again.VirtualTime));
        }

        Assert.NotEqual(BfdScenario.Play(7).Fingerprint, BfdScenario.Play(8).Fingerprint);
    }

    [Fact]
    public void The_seeds_cover_everything_that_can_go_wrong()
    {
        string[] happenings =
        [
            "is cut towards", "are cut", "storm from", "is paused", "is killed", "is suspended", "is taken down", "reloads:", "passive",
            "no packet within", "no echo within", "it heard nothing in time", "its echo failed", "taken down by its operator", "was asleep",
            "EchoStarted", "EchoStopped", "PollCompleted", "SimplePassword", "KeyedMd5", "MeticulousKeyedMd5", "KeyedSha1", "MeticulousKeyedSha1",
        ];
        HashSet<string> missing = [.. happenings];
        for (long seed = 0; seed < 300 && missing.Count > 0; seed++)
        {
            string text = BfdScenario.Explain(seed);
            missing.RemoveWhere(m => text.Contains(m, StringComparison.Ordinal));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Found_the_own_multiplier_in_the_detection_time() => AssertFound(static () => new PlantedMistakes.OwnMultiplier());

    [Fact]
    public void Found_the_jitter_left_out() => AssertFound(static () => new PlantedMistakes.JitterLeftOut());

    [Fact]
    public void Found_a_poll_that_is_not_answered() => AssertFound(static () => new PlantedMistakes.FinalNotSent());

    [Fact]
    public void Found_packets_that_wait_unread_and_do_not_count() => AssertFound(static () => new PlantedMistakes.NoSecondLook());

    [Fact]
    public void Found_an_AdminDown_that_is_ignored() => AssertFound(static () => new PlantedMistakes.AdminDownIgnored());

    [Fact]
    public void Found_a_repeated_packet_that_is_no_sign_of_life() => AssertFound(static () => new PlantedMistakes.SamePacketIgnored());

    [Fact]
    public void Found_the_neighbours_minimum_ignored() => AssertFound(static () => new PlantedMistakes.NeighborsMinimumIgnored());

    private void AssertFound(Func<SessionInterposer> plant)
    {
        for (long seed = 0; seed < PlantedSeeds; seed++)
        {
            ScenarioResult result = BfdScenario.Play(seed, machine => machine.Interposer = plant());
            if (result.Violation is { } violation)
            {
                output.WriteLine($"found after {seed + 1} seeds: {violation.What}");
                Assert.Null(BfdScenario.Play(seed).Violation);
                return;
            }
        }

        Assert.Fail($"not found in {PlantedSeeds} seeds");
    }
}
