namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary><c>timer_expired_backup</c> (behaviour 7, "Timers"): a master that slept while another took over does not fight for it.</summary>
public sealed class OversleptTests
{
    // 3 × 1 s + skew of priority 254, 2/256 s.
    private const double Limit = 3 + (2 / 256.0);

    private static RouterRig Master(byte? other = 254, byte priority = 100) =>
        new RouterRig(p => p with { BasePriority = priority, Preempts = false, TakeoverPriority = other }).Master();

    [Fact]
    public void A_timer_noticed_after_the_quickest_takeover_sends_the_master_to_backup_without_a_word()
    {
        RouterRig rig = Master();

        rig.Freeze(Limit + 0.001);

        Assert.Equal(["remove", "Master to Backup: Overslept"], rig.Take());
        Assert.Equal(VirtualRouterTimers.MasterDown(VrrpVersion.Version3, 100, TimeSpan.FromSeconds(1), 3), rig.UntilDeadline);
        Assert.StartsWith("VRRP thread timer expired 3.0", rig.Causes[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_timer_noticed_before_it_sends_as_ever()
    {
        RouterRig rig = Master();

        rig.Freeze(Limit - 0.001);

        Assert.Equal(["send 100"], rig.Take());
    }

    [Fact]
    public void An_advertisement_read_before_the_timer_is_judged_by_the_backup_that_the_master_has_become()
    {
        RouterRig rig = Master(priority: 200);
        rig.Skip(Limit + 1);

        rig.Hear(100);

        Assert.Equal(VirtualRouterState.Backup, rig.State);
        Assert.Equal(RouterRig.Lower, rig.Router.LastMaster);
        Assert.DoesNotContain("send 200", rig.Take());
    }

    [Fact]
    public void Without_it_a_master_that_slept_goes_on()
    {
        RouterRig rig = Master(other: null);

        rig.Freeze(60);

        Assert.Equal(["send 100"], rig.Take());
    }

    [Theory]
    [InlineData(254, 3.0079)]
    [InlineData(1, 3.9961)]
    public void The_other_routers_priority_says_when_it_has_taken_over(byte other, double seconds)
    {
        Assert.Equal(VirtualRouterState.Master, Master(other).Freeze(seconds - 0.001).State);
        Assert.Equal(VirtualRouterState.Backup, Master(other).Freeze(seconds + 0.001).State);
    }

    [Fact]
    public void An_answer_to_a_lower_priority_counts_as_an_advertisement_sent()
    {
        RouterRig rig = Master();
        rig.Skip(2.5);
        rig.Hear(50);

        rig.Freeze(2.5);

        Assert.Equal(VirtualRouterState.Master, rig.State);
    }
}
