using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation.Tests;

/// <summary>What must hold after, and during, whatever a seed brings.</summary>
public sealed class RandomScenarioTests
{
    private const int Seeds = 300;
    private const int Misfortunes = 25;

    [Fact]
    public void After_any_misfortune_exactly_one_master_is_left_and_nothing_changes_any_more()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var scenario = new RandomScenario(seed);
            scenario.Misbehave(Misfortunes);
            scenario.Recover();
            int lines = scenario.Lan.Trace.Count;

            scenario.Lan.Queue.Run(scenario.LongestMasterDown * 10);

            Assert.True(scenario.Lan.Routers.Count(r => r.IsMaster) == 1, Explain(seed, scenario, "not exactly one master"));
            Assert.True(scenario.Lan.Trace.Count == lines, Explain(seed, scenario, "still changing"));
            Assert.True(scenario.Watch.LongestTwoMasters == TimeSpan.Zero, Explain(seed, scenario, "two masters"));
            Assert.True(scenario.Watch.LongestNoMaster == TimeSpan.Zero, Explain(seed, scenario, "no master"));
        }
    }

    [Fact]
    public void Where_everybody_preempts_the_best_is_left()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var scenario = new RandomScenario(seed);
            if (scenario.Lan.Routers.Any(r => !r.Core.Parameters.Preempts))
            {
                continue;
            }

            scenario.Misbehave(Misfortunes);
            scenario.Recover();

            byte best = scenario.Lan.Routers.Max(r => r.Core.EffectivePriority);
            SimulatedRouter master = Assert.Single(scenario.Lan.Routers, r => r.IsMaster);
            Assert.True(master.Core.EffectivePriority == best, Explain(seed, scenario, "the best is not master"));
        }
    }

    [Fact]
    public void A_lasting_partition_ends_with_one_master_in_each_part()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var scenario = new RandomScenario(seed);
            scenario.Misbehave(Misfortunes);
            scenario.Recover();
            scenario.Lan.Partition([scenario.Lan.Routers[seed % scenario.Lan.Routers.Count]]);

            scenario.Lan.Queue.Run(scenario.Settling);

            Assert.All(scenario.Watch.Parts(), part => Assert.True(part.Count(r => r.IsMaster) == 1, Explain(seed, scenario, "a part without one master")));
        }
    }

    [Fact]
    public void With_a_tenth_of_all_packets_lost_two_masters_never_last_longer_than_three_intervals()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var scenario = new RandomScenario(seed);
            scenario.Misbehave(misfortunes: 0);
            scenario.Recover();
            scenario.Lan.Loss = 0.1;

            scenario.Lan.Queue.Run(scenario.Interval * 500);

            Assert.True(scenario.Watch.LongestTwoMasters < scenario.Interval * 3, Explain(seed, scenario, "two masters for too long"));
        }
    }

    [Fact]
    public void The_death_of_a_master_never_leaves_a_gap_longer_than_the_longest_down_timer()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var scenario = new RandomScenario(seed);
            scenario.Misbehave(misfortunes: 0);
            scenario.Recover();

            Assert.Single(scenario.Lan.Routers, r => r.IsMaster).PowerOff();
            scenario.Lan.Queue.Run(scenario.LongestMasterDown * 5);

            TimeSpan bound = scenario.LongestMasterDown + scenario.Lan.Lateness + (scenario.Lan.Delay * 2);
            Assert.True(scenario.Watch.LongestNoMaster <= bound, Explain(seed, scenario, $"no master for {scenario.Watch.LongestNoMaster}"));
        }
    }

    [Fact]
    public void A_seed_describes_a_run_completely()
    {
        static IReadOnlyList<string> Play(int seed)
        {
            var scenario = new RandomScenario(seed);
            scenario.Misbehave(Misfortunes);
            scenario.Recover();
            return scenario.Lan.Trace;
        }

        Assert.Equal(Play(7), Play(7));
        Assert.NotEqual(Play(7), Play(8));
        Assert.True(Play(7).Count > 20);
    }

    private static string Explain(int seed, RandomScenario scenario, string what) =>
        $"seed {seed}: {what}\n{string.Join('\n', scenario.Lan.Routers.Select(Describe))}\n{string.Join('\n', scenario.Lan.Trace.TakeLast(40))}";

    private static string Describe(SimulatedRouter router)
    {
        VirtualRouterParameters p = router.Core.Parameters;
        return $"{router.Name} {router.Core.State} v{(int)p.Version} priority {p.BasePriority} interval {p.AdvertisementInterval.TotalSeconds} s "
            + $"preempts {p.Preempts} delay {p.PreemptDelay.TotalSeconds} s misses {p.DownTimerAdvertisements} "
            + $"silent {p.SilentToLowerPriority}";
    }
}
