namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>RFC 9568 section 6.4.2 Backup; RFC 3768 section 6.4.2.</summary>
public sealed class BackupTests
{
    [Fact]
    public void Silence_for_the_master_down_interval_makes_a_master_in_this_order_6_4_2()
    {
        var rig = new RouterRig { ShowsDeadlines = true }.Backup();

        rig.Advance(3.609_374);
        Assert.Empty(rig.Take());
        rig.Advance(0.000_001);

        Assert.Equal(
            ["send 100", "install", "announce 5 BecameMaster", "Backup to Master: MasterDownTimeout", "deadline in 1 s"],
            rig.Take());
        Assert.Equal(1UL, rig.Router.Statistics.BecameMaster);
        Assert.Equal(1UL, rig.Router.Statistics.AdvertisementsSent);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(101)]
    [InlineData(255)]
    public void An_advertisement_of_equal_or_higher_priority_restarts_the_master_down_timer_6_4_2(byte priority)
    {
        var rig = new RouterRig().Backup().Advance(3.5);

        rig.Hear(priority);

        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
        Assert.Equal(RouterRig.Lower, rig.Router.LastMaster);
        Assert.Equal(priority, rig.Router.LastMasterPriority);
        Assert.False(rig.Router.WantsMaster);
    }

    [Fact]
    public void An_advertisement_of_lower_priority_is_discarded_and_the_timer_runs_on_6_4_2()
    {
        var rig = new RouterRig().Backup().Advance(3);

        rig.Hear(99);

        Assert.Equal(["report LowerPriorityDiscarded"], rig.Take());
        Assert.Equal(TimeSpan.FromMicroseconds(609_375), rig.UntilDeadline);
        Assert.Equal(RouterRig.Lower, rig.Router.LastMaster);
    }

    [Fact]
    public void A_discarded_advertisement_is_reported_as_repeated_until_the_master_changes()
    {
        var rig = new RouterRig().Backup();

        rig.Hear(99).Hear(99).Hear(99, RouterRig.Higher);

        Assert.Equal(
            ["report LowerPriorityDiscarded", "report LowerPriorityDiscarded again", "report LowerPriorityDiscarded"], rig.Take());
    }

    [Fact]
    public void Without_preemption_a_lower_priority_is_accepted_6_4_2()
    {
        var rig = new RouterRig(p => p with { Preempts = false }).Backup().Advance(3);

        rig.Hear(1);

        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
        Assert.Empty(rig.Take());
    }

    [Fact]
    public void Priority_zero_sets_the_timer_to_the_skew_6_4_2()
    {
        var rig = new RouterRig().Backup().Hear(200);

        rig.Hear(0);

        Assert.Equal(TimeSpan.FromMicroseconds(609_375), rig.UntilDeadline);
        Assert.Equal(1UL, rig.Router.Statistics.PriorityZeroReceived);
        rig.Advance(0.609_375);
        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Fact]
    public void The_masters_interval_is_learned_in_version_3_RFC9568_6_4_2()
    {
        var rig = new RouterRig().Backup();

        rig.Hear(200, interval: 0.2);

        Assert.Equal(TimeSpan.FromMilliseconds(200), rig.Router.MasterInterval);
        Assert.Equal(TimeSpan.FromMicroseconds(600_000 + 121_875), rig.UntilDeadline);
        rig.Hear(0);
        Assert.Equal(TimeSpan.FromMicroseconds(121_875), rig.UntilDeadline);
    }

    [Fact]
    public void No_interval_is_learned_in_version_2()
    {
        var rig = new RouterRig(p => p with { Version = VrrpVersion.Version2 }).Backup();

        rig.Hear(200, interval: 7);

        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
    }

    [Fact]
    public void An_interval_of_zero_is_not_learned()
    {
        var rig = new RouterRig().Backup();

        rig.Hear(200, interval: 0);

        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
    }

    [Fact]
    public void A_new_master_advertises_at_its_own_interval_not_the_learned_one()
    {
        var rig = new RouterRig().Backup().Hear(200, interval: 10);

        rig.Advance(36.1);

        Assert.Equal(VirtualRouterState.Master, rig.State);
        Assert.True(rig.UntilDeadline < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_down_timer_counts_as_many_advertisements_as_configured()
    {
        var rig = new RouterRig(p => p with { DownTimerAdvertisements = 5 }).Backup();

        Assert.Equal(TimeSpan.FromMicroseconds(5_609_375), rig.UntilDeadline);
    }

    [Fact]
    public void The_cause_of_a_takeover_names_the_silent_master_and_the_lateness()
    {
        var rig = new RouterRig().Backup().Hear(200, RouterRig.Higher);

        rig.Freeze(3.7);

        TransitionCause cause = rig.Causes[^1];
        Assert.Equal(RouterRig.Higher, cause.Source);
        Assert.Equal(200, cause.Priority);
        Assert.Equal(TimeSpan.FromMicroseconds(90_625), cause.Lateness);
        Assert.Equal("no advertisement from master 10.0.0.9 (priority 200) in time, last heard 3700 ms ago, noticed 90.625 ms late", cause.ToString());
    }

    [Fact]
    public void A_preempt_delay_starts_with_the_first_lower_advertisement_and_then_lets_the_timer_run_out()
    {
        var rig = new RouterRig(p => p with { PreemptDelay = TimeSpan.FromSeconds(10) }).Backup();

        for (int second = 0; second < 10; second++)
        {
            rig.Hear(50).Advance(1);
            Assert.Equal(VirtualRouterState.Backup, rig.State);
        }

        Assert.Equal(["report PreemptDelayStarted"], rig.Take());
        rig.Hear(50).Advance(1).Hear(50).Advance(1).Hear(50).Advance(0.61);
        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Fact]
    public void An_equal_or_higher_advertisement_cancels_the_preempt_delay()
    {
        var rig = new RouterRig(p => p with { PreemptDelay = TimeSpan.FromSeconds(2) }).Backup();

        rig.Hear(50).Advance(1).Hear(100).Advance(1).Hear(50).Advance(1).Hear(50);

        Assert.Equal(
            ["report PreemptDelayStarted", "report PreemptDelayCancelled", "report PreemptDelayStarted again"], rig.Take());
        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
    }

    [Fact]
    public void A_preempt_delay_does_not_delay_the_takeover_from_a_dead_master()
    {
        var rig = new RouterRig(p => p with { PreemptDelay = TimeSpan.FromSeconds(1000) }).Backup().Hear(50);

        rig.Advance(3.609_375);

        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Fact]
    public void A_closed_gate_makes_the_router_want_and_wait_another_master_down_interval()
    {
        var rig = new RouterRig { GateIsOpen = false }.Backup();

        rig.Advance(3.609_375);

        Assert.Equal(["report TakeoverRefused"], rig.Take());
        Assert.True(rig.Router.WantsMaster);
        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
        rig.GateIsOpen = true;
        rig.Advance(3.609_375);
        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Fact]
    public void A_group_switches_a_backup_to_master_without_asking_the_gate()
    {
        var rig = new RouterRig { GateIsOpen = false }.Backup();

        rig.Router.SwitchToMaster(rig.Now);

        Assert.Equal(["send 100", "install", "announce 5 BecameMaster", "Backup to Master: SyncGroup"], rig.Take());
    }

    [Fact]
    public void Stop_removes_leftovers_and_says_nothing_to_the_network_6_4_2()
    {
        var rig = new RouterRig().Backup();

        rig.Router.Stop(rig.Now);

        Assert.Equal(["remove", "Backup to Init: Stopped"], rig.Take());
        Assert.Null(rig.UntilDeadline);
    }

    [Fact]
    public void An_early_call_changes_nothing()
    {
        var rig = new RouterRig().Backup();

        rig.Router.OnDeadline(rig.Now);

        Assert.Empty(rig.Take());
        Assert.Equal(VirtualRouterState.Backup, rig.State);
    }
}
