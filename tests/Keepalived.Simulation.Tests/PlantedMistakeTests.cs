namespace Keepalived.Simulation.Tests;

/// <summary>What the simulation is worth: mistakes planted on purpose are found, and soon.</summary>
public sealed class PlantedMistakeTests(ITestOutputHelper output)
{
    private const long Seeds = 10_000;

    [Fact]
    public void The_skew_left_out() => AssertFound(static () => new PlantedMistakes.SkewLeftOut());

    [Fact]
    public void Equal_priority_decided_the_wrong_way() => AssertFound(static () => new PlantedMistakes.TieBrokenTheWrongWay());

    [Fact]
    public void The_timer_not_reset_when_a_master_leaves() => AssertFound(static () => new PlantedMistakes.TimerNotResetOnPriorityZero());

    [Fact]
    public void A_member_of_a_sync_group_left_in_backup() => AssertFound(static () => new PlantedMistakes.MemberLeftInBackup());

    [Fact]
    public void No_announcement_after_a_conflict() => AssertFound(static () => new PlantedMistakes.NoAnnouncementAfterConflict());

    private void AssertFound(Func<RouterInterposer> plant)
    {
        TimeSpan virtualTime = TimeSpan.Zero;
        for (long seed = 0; seed < Seeds; seed++)
        {
            ScenarioResult result = ScenarioRunner.Play(seed, machine => machine.Interposer = plant());
            virtualTime += result.VirtualTime;
            if (result.Violation is { } violation)
            {
                output.WriteLine($"found after {seed + 1} seeds, {virtualTime.TotalSeconds:0.0} s of virtual time: {violation.What}");
                Assert.Null(ScenarioRunner.Play(seed).Violation);
                return;
            }
        }

        Assert.Fail($"not found in {Seeds} seeds");
    }
}
