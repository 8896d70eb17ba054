namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>reassert_after_conflict: a master that outlasts another one announces and notifies again.</summary>
public sealed class ConflictTests
{
    // Three intervals and a skew of 156/256 of one: as long as a backup waits for a master.
    private const double Patience = 3.609_375;

    [Fact]
    public void Without_the_option_nothing_happens_when_the_other_master_is_gone()
    {
        var rig = new RouterRig().Master().Hear(50);
        rig.Take();

        rig.Advance(10);

        Assert.All(rig.Take(), line => Assert.Equal("send 100", line));
    }

    [Fact]
    public void When_the_other_master_is_silent_for_a_master_down_interval_the_survivor_announces_and_notifies_again()
    {
        var rig = Reasserting().Master().Hear(50);
        rig.Take();

        rig.Advance(Patience - 0.001);
        Assert.DoesNotContain("conflict ended", rig.Take());
        rig.Advance(0.001);

        Assert.Equal(["announce 5 ConflictEnded", "conflict ended"], rig.Take());
        Assert.Equal("10.0.0.1 with priority 50 was master too and has gone", rig.Causes[^1].ToString());
        Assert.Equal(RouterHistoryKind.ConflictEnded, rig.Router.History[rig.Router.History.Count - 1].Kind);
        Assert.Equal("still MASTER: 10.0.0.1 with priority 50 was master too and has gone", rig.Router.History[rig.Router.History.Count - 1].ToString());
    }

    [Fact]
    public void A_conflict_that_goes_on_is_told_once_when_it_ends()
    {
        var rig = Reasserting().Master();
        for (int i = 0; i < 20; i++)
        {
            rig.Hear(50).Advance(1);
        }

        Assert.DoesNotContain("conflict ended", rig.Take());
        rig.Advance(20);
        Assert.Single(rig.Take(), "conflict ended");
    }

    [Fact]
    public void Another_master_with_the_slower_pace_is_waited_for_at_its_pace()
    {
        var rig = Reasserting().Master().Hear(50, interval: 4);
        rig.Take();

        rig.Advance((4 * Patience) - 0.01);
        Assert.DoesNotContain("conflict ended", rig.Take());
        rig.Advance(0.01);
        Assert.Contains("conflict ended", rig.Take());
    }

    [Fact]
    public void Another_master_that_says_goodbye_ends_the_conflict_at_once()
    {
        var rig = Reasserting().Master().Hear(50);
        rig.Take();

        rig.Hear(0, RouterRig.Higher);
        Assert.Equal(["send 100"], rig.Take());
        rig.Hear(0);
        Assert.Equal(["send 100", "announce 5 ConflictEnded", "conflict ended"], rig.Take());
        rig.Advance(10);
        Assert.DoesNotContain("conflict ended", rig.Take());
    }

    [Fact]
    public void A_second_round_of_announcements_follows_after_garp_master_delay()
    {
        var rig = new RouterRig(p => p with { ReassertsAfterConflict = true, Announcements = p.Announcements with { MasterDelay = TimeSpan.FromSeconds(5) } })
            .Master().Advance(30).Hear(50).Hear(0);
        rig.Take();

        rig.Advance(5);

        Assert.Equal("announce 5 Delayed", rig.Take()[^1]);
    }

    [Fact]
    public void Who_loses_after_all_has_nothing_to_tell()
    {
        var rig = Reasserting().Master().Hear(50).Hear(200);
        Assert.Equal(VirtualRouterState.Backup, rig.State);
        rig.Take();

        while (rig.State != VirtualRouterState.Master)
        {
            rig.Advance(1);
        }

        rig.Advance(20);
        Assert.DoesNotContain("conflict ended", rig.Take());
    }

    [Fact]
    public void A_reload_that_turns_the_option_off_ends_the_waiting()
    {
        var rig = Reasserting().Master().Hear(50);

        rig.Router.UpdateParameters(RouterRig.Version3, rig.Now);
        rig.Take();
        rig.Advance(10);

        Assert.All(rig.Take(), line => Assert.Equal("send 100", line));
    }

    [Fact]
    public void An_owner_that_outlasts_a_second_owner_tells_of_it()
    {
        var rig = new RouterRig(p => p with { BasePriority = 255, ReassertsAfterConflict = true }).Master().Hear(255);
        rig.Take();

        rig.Advance(10);

        Assert.Contains("conflict ended", rig.Take());
    }

    [Fact]
    public void A_sync_group_is_told_of_once_with_the_last_of_its_members()
    {
        var rig = new GroupRig(p => p with { ReassertsAfterConflict = true }, "a", "b", "c").Master();
        rig["a"].Hear(50);
        rig["b"].Hear(50);
        rig.Take();

        rig.Advance(10);

        Assert.Single(rig.Take(), "group Master");
    }

    private static RouterRig Reasserting() => new(p => p with { ReassertsAfterConflict = true });
}
