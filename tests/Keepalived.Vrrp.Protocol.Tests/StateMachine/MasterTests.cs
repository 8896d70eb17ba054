namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>RFC 9568 section 6.4.3 Active; RFC 3768 section 6.4.3 Master.</summary>
public sealed class MasterTests
{
    [Fact]
    public void Advertisements_leave_every_interval_6_4_3()
    {
        var rig = new RouterRig().Master();

        rig.Advance(10);

        Assert.Equal(Enumerable.Repeat("send 100", 10), rig.Take());
    }

    [Fact]
    public void The_period_is_reckoned_from_the_deadline_so_lateness_does_not_add_up()
    {
        var rig = new RouterRig().Master();
        for (int i = 0; i < 100; i++)
        {
            // Called 3 ms late every time, as a busy loop would.
            rig.Freeze(rig.UntilDeadline!.Value + TimeSpan.FromMilliseconds(3));
        }

        Assert.Equal(100, rig.Take().Length);
        Assert.Equal(TimeSpan.FromMilliseconds(997), rig.UntilDeadline);
    }

    [Fact]
    public void A_process_that_was_stopped_sends_one_advertisement_and_skips_the_missed_ones()
    {
        var rig = new RouterRig().Master();

        rig.Freeze(7.25);

        Assert.Equal(["send 100"], rig.Take());
        Assert.Equal(TimeSpan.FromMilliseconds(750), rig.UntilDeadline);
    }

    [Fact]
    public void A_late_takeover_keeps_the_phase_of_its_deadline()
    {
        var rig = new RouterRig().Backup();

        rig.Freeze(3.609_375 + 2.5);

        Assert.Equal(1UL, rig.Router.Statistics.AdvertisementsSent);
        Assert.Equal(TimeSpan.FromMilliseconds(500), rig.UntilDeadline);
    }

    [Fact]
    public void Priority_zero_is_answered_at_once_and_resets_the_timer_6_4_3()
    {
        var rig = new RouterRig().Master().Advance(0.4);

        rig.Hear(0);

        Assert.Equal(["send 100"], rig.Take());
        Assert.Equal(TimeSpan.FromSeconds(1), rig.UntilDeadline);
        Assert.Equal(1UL, rig.Router.Statistics.PriorityZeroReceived);
    }

    [Fact]
    public void A_higher_priority_is_yielded_to_in_this_order_6_4_3()
    {
        var rig = new RouterRig().Master();
        rig.ShowsDeadlines = true;

        rig.Hear(150, interval: 2);

        Assert.Equal(["remove", "Master to Backup: HigherPriority", "deadline in 7.21875 s"], rig.Take());
        Assert.Equal(TimeSpan.FromSeconds(2), rig.Router.MasterInterval);
        Assert.Equal(RouterRig.Lower, rig.Router.LastMaster);
        Assert.Equal(1UL, rig.Router.Statistics.ReleasedMaster);
        Assert.Equal("advertisement from 10.0.0.1 with higher priority 150, ours 100", rig.Causes[^1].ToString());
    }

    [Fact]
    public void Higher_prio_send_advert_sends_one_more_before_yielding()
    {
        var rig = new RouterRig(p => p with { AdvertisesBeforeYielding = true }).Master();

        rig.Hear(150);

        Assert.Equal(["send 100", "remove", "Master to Backup: HigherPriority"], rig.Take());
    }

    [Fact]
    public void An_equal_priority_from_a_higher_address_is_yielded_to_6_4_3()
    {
        var rig = new RouterRig().Master();

        rig.Hear(100, RouterRig.Higher);

        Assert.Equal(["remove", "Master to Backup: HigherAddress"], rig.Take());
    }

    [Theory]
    [InlineData(100)] // equal, from a lower address
    [InlineData(99)]
    public void A_lower_claim_is_answered_with_an_advertisement_RFC9568_6_4_3(byte priority)
    {
        var rig = new RouterRig().Master().Advance(0.4);

        rig.Hear(priority);

        Assert.Equal(["report NewElectionForced", "send 100", $"lower priority {priority}"], rig.Take());
        Assert.Equal(TimeSpan.FromMilliseconds(600), rig.UntilDeadline);
    }

    [Fact]
    public void A_lower_priority_from_a_higher_address_is_lower()
    {
        var rig = new RouterRig().Master();

        rig.Hear(99, RouterRig.Higher);

        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Fact]
    public void Lower_prio_no_advert_keeps_silent_but_announces_and_notifies()
    {
        var rig = new RouterRig(p => p with
        {
            SilentToLowerPriority = true,
            Announcements = p.Announcements with { LowerPriorityRepeat = 2 },
        }).Master();

        rig.Hear(50);

        Assert.Equal(["report LowerPriorityIgnored", "announce 2 LowerPriorityMaster", "lower priority 50"], rig.Take());
    }

    [Fact]
    public void An_advertisement_from_our_own_address_is_reported_and_nothing_else()
    {
        var rig = new RouterRig().Master();

        rig.Hear(100, RouterRig.Own).Hear(200, RouterRig.Own);

        Assert.Equal(["report OwnAddressHeard", "report OwnAddressHeard again"], rig.Take());
    }

    [Fact]
    public void Addresses_are_compared_with_the_source_that_is_in_use_now()
    {
        var rig = new RouterRig().Master();
        rig.Router.ChangeSource(InternetAddress.Parse("10.0.0.20"), rig.Now);

        rig.Hear(100, RouterRig.Higher);

        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Fact]
    public void Stop_says_goodbye_with_priority_zero_before_the_addresses_go_6_4_3()
    {
        var rig = new RouterRig().Master();
        rig.ShowsDeadlines = true;

        rig.Router.Stop(rig.Now);

        Assert.Equal(["send 0", "remove", "Master to Init: Stopped", "no deadline"], rig.Take());
        Assert.Equal(1UL, rig.Router.Statistics.PriorityZeroSent);
        Assert.Equal(1UL, rig.Router.Statistics.ReleasedMaster);
    }

    [Fact]
    public void An_address_removed_by_others_leads_to_backup_for_a_skew_time_and_so_to_a_reinstall()
    {
        var rig = new RouterRig().Master();

        rig.Router.OnAddressLost(rig.Now);
        Assert.Equal(["remove", "Master to Backup: AddressRemoved"], rig.Take());
        rig.Advance(0.609_375);

        Assert.Equal(["send 100", "install", "announce 5 BecameMaster", "Backup to Master: MasterDownTimeout"], rig.Take());
    }

    [Fact]
    public void The_interval_learned_from_an_earlier_master_is_forgotten_by_a_new_one()
    {
        var rig = new RouterRig().Backup().Hear(200, interval: 10).Advance(37);
        Assert.Equal(VirtualRouterState.Master, rig.State);

        rig.Router.OnAddressLost(rig.Now);

        Assert.Equal(TimeSpan.FromMicroseconds(609_375), rig.UntilDeadline);
    }

    [Fact]
    public void A_group_switches_a_master_to_backup_with_a_full_timer()
    {
        var rig = new RouterRig().Master();

        rig.Router.SwitchToBackup(rig.Now);

        Assert.Equal(["remove", "Master to Backup: SyncGroup"], rig.Take());
        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
    }

    [Fact]
    public void Tracking_changes_the_priority_of_the_next_advertisement_within_1_and_254()
    {
        var rig = new RouterRig().Master();

        rig.Router.AdjustPriority(-30, rig.Now);
        rig.Advance(1);
        rig.Router.AdjustPriority(int.MaxValue, rig.Now);
        rig.Router.AdjustPriority(int.MinValue, rig.Now);
        rig.Router.AdjustPriority(int.MinValue + 1, rig.Now);

        Assert.Equal(
            ["priority 100 to 70: Tracking", "send 70", "priority 70 to 254: Tracking", "priority 254 to 1: Tracking"], rig.Take());
    }

    [Fact]
    public void Tracking_does_not_move_an_owner()
    {
        var rig = new RouterRig(p => p with { BasePriority = 255 }).Master();

        rig.Router.AdjustPriority(-50, rig.Now);

        Assert.Equal(255, rig.Router.EffectivePriority);
        Assert.Empty(rig.Take());
    }

    [Fact]
    public void A_master_whose_priority_fell_stays_until_it_hears_a_higher_one()
    {
        var rig = new RouterRig().Master();
        rig.Router.AdjustPriority(-90, rig.Now);

        rig.Advance(10);
        Assert.Equal(VirtualRouterState.Master, rig.State);
        rig.Hear(11);

        Assert.Equal(VirtualRouterState.Backup, rig.State);
    }
}
