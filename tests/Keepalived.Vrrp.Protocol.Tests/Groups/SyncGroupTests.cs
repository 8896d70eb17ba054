using static Keepalived.Vrrp.Protocol.VirtualRouterState;

namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>What a sync group does, statement by statement; the clock alone is driven.</summary>
public sealed class SyncGroupTests
{
    private const double MasterDown = 3.61;

    [Fact]
    public void At_start_the_group_is_told_before_its_members()
    {
        GroupRig rig = new GroupRig("A", "B").Start();
        Assert.Equal(["group Backup", "A Backup", "B Backup"], rig.Take());
    }

    [Fact]
    public void The_group_starts_in_FAULT_if_any_member_does()
    {
        GroupRig rig = new("A", "B");
        rig["B"].Fail();
        rig.Start();
        Assert.Equal(["group Fault", "A Fault", "B Fault"], rig.Take());
        Assert.Equal(1, rig.Group.FaultyMembers);
    }

    [Fact]
    public void The_group_starts_as_MASTER_only_if_all_members_are_owners_that_want_to_be()
    {
        GroupRig owners = new GroupRig(p => p with { BasePriority = 255, StartsAsMaster = true }, "A", "B").Start().Advance(0.001);
        Assert.Equal(["A Backup", "B Backup", "B Master", "syncing to Master", "A Master", "group Master"], owners.Take());

        GroupRig others = new GroupRig(p => p with { StartsAsMaster = true }, "A", "B").Start();
        Assert.Equal("group Backup", others.Take()[0]);
    }

    [Fact]
    public void A_member_whose_timer_runs_out_waits_until_every_other_member_wants_to_be_master()
    {
        GroupRig rig = new GroupRig("A", "B").Start();
        rig.Take();
        rig.AdvanceHearing("B", 200, 10);
        Assert.Equal([Backup, Backup], rig.States);
        Assert.True(rig["A"].Router.WantsMaster);
        Assert.Empty(rig.Take());
    }

    [Fact]
    public void The_down_timer_of_a_member_that_has_to_wait_starts_again()
    {
        GroupRig rig = new GroupRig("A", "B").Start().Advance(1);
        rig["B"].Hear(200);
        rig.Advance(2.7);
        Assert.InRange((rig["A"].Deadline - rig.Now).TotalSeconds, 3.4, MasterDown);
    }

    [Fact]
    public void When_the_last_one_wants_to_be_master_all_are_switched_at_once_and_the_group_is_told_after_them()
    {
        GroupRig rig = new GroupRig("A", "B", "C").Start();
        rig.Take();
        rig.AdvanceHearing("C", 200, 5).Advance(MasterDown);
        Assert.Equal(["C Master", "syncing to Master", "A Master", "B Master", "group Master"], rig.Take());
        Assert.StartsWith("C: no advertisement from master 10.0.0.1 (priority 200) in time", rig.Causes[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Accepting_an_advertisement_ends_the_wish_to_be_master()
    {
        GroupRig rig = new GroupRig("A", "B").Start();
        rig.AdvanceHearing("B", 200, 5);
        rig["A"].Hear(200);
        rig.Take();
        rig.Advance(MasterDown - 0.02);
        Assert.False(rig["A"].Router.WantsMaster);
        Assert.Equal([Backup, Backup], rig.States);
    }

    [Fact]
    public void A_member_that_goes_to_BACKUP_takes_the_others_with_it()
    {
        GroupRig rig = new GroupRig("A", "B").Master();
        rig["A"].Hear(200);
        Assert.Equal(["A Backup", "syncing to Backup", "B Backup", "group Backup"], rig.Take());
        Assert.Contains("sync group (A: advertisement from 10.0.0.1 with higher priority 200", rig["B"].Router.LastCause.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_in_FAULT_forces_the_others_there_and_every_master_says_goodbye()
    {
        GroupRig rig = new GroupRig("A", "B").Master();
        rig["A"].Fail();
        Assert.Equal(["A says goodbye", "A Fault", "syncing to Fault", "B says goodbye", "B Fault", "group Fault"], rig.Take());
        Assert.Contains("A: fault: interface down", rig["B"].Router.LastCause.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_group_leaves_FAULT_when_no_member_has_any_fault_left_first_the_member_then_all()
    {
        GroupRig rig = new GroupRig("A", "B", "C").Master();
        rig["A"].Fail();
        rig["B"].Fail(FaultReason.Tracker);
        rig.Take();
        rig["A"].Mend();
        Assert.Equal([Fault, Fault, Fault], rig.States);
        Assert.Empty(rig.Take());
        rig["B"].Mend(FaultReason.Tracker);
        Assert.Equal(["B Backup", "syncing to Backup", "A Backup", "C Backup", "group Backup"], rig.Take());
    }

    [Fact]
    public void A_fault_of_every_member_ends_like_one_of_one_member()
    {
        GroupRig rig = new GroupRig("A", "B").Master();
        rig["A"].Fail(FaultReason.Tracker);
        rig["B"].Fail(FaultReason.Tracker);
        Assert.Equal(1, rig.Take().Count(line => line == "group Fault"));
        rig["A"].Mend(FaultReason.Tracker);
        rig["B"].Mend(FaultReason.Tracker);
        Assert.Equal(["B Backup", "syncing to Backup", "A Backup", "group Backup"], rig.Take());
    }

    [Fact]
    public void Causes_are_counted_apart_one_that_remains_keeps_the_fault()
    {
        GroupRig rig = new GroupRig("A", "B").Master();
        rig["A"].Fail(FaultReason.Configuration);
        rig["A"].Fail(FaultReason.Tracker);
        rig["A"].Fail();
        rig["A"].Mend(FaultReason.Tracker);
        rig["A"].Mend();
        Assert.Equal([Fault, Fault], rig.States);
        Assert.Equal((1, 0), (rig["A"].Router.ConfigurationFaults, rig["A"].Router.TrackerFaults));
        rig["A"].Mend(FaultReason.Configuration);
        Assert.Equal([Backup, Backup], rig.States);
    }

    [Fact]
    public void One_member_that_awaits_a_first_result_holds_all_in_INIT()
    {
        GroupRig rig = new("A", "B");
        rig["A"].Fail(FaultReason.TrackerPending);
        rig.Start().Advance(30);
        Assert.Equal([Init, Init], rig.States);
        Assert.Equal(1, rig.Group.PendingMembers);
        Assert.Empty(rig.Take());
        rig["A"].Mend(FaultReason.TrackerPending);
        Assert.Equal(["A Backup", "syncing to Backup", "B Backup", "group Backup"], rig.Take());
    }

    [Fact]
    public void A_first_result_that_fails_leads_all_from_INIT_to_FAULT()
    {
        GroupRig rig = new("A", "B");
        rig["A"].Fail(FaultReason.TrackerPending);
        rig.Start();
        rig["A"].Fail(FaultReason.Tracker);
        rig["A"].Mend(FaultReason.TrackerPending);
        Assert.Equal(["A Fault", "syncing to Fault", "B Fault", "group Fault"], rig.Take());
    }

    [Fact]
    public void A_fault_that_ends_while_a_first_result_is_awaited_leaves_the_group_in_FAULT()
    {
        GroupRig rig = new("A", "B");
        rig["A"].Fail(FaultReason.TrackerPending);
        rig["A"].Fail();
        rig.Start();
        rig.Take();

        rig["A"].Mend();

        Assert.Equal([Fault, Fault], rig.States);
        Assert.Equal(Fault, rig.Group.State);
        Assert.Empty(rig.Take());
        rig["A"].Mend(FaultReason.TrackerPending);
        Assert.Equal(["A Backup", "syncing to Backup", "B Backup", "group Backup"], rig.Take());
    }

    [Fact]
    public void Each_transition_of_the_group_is_told_once()
    {
        GroupRig rig = new GroupRig("A", "B", "C").Master();
        rig["A"].Fail();
        rig["B"].Fail();
        rig["C"].Fail();
        Assert.Equal(1, rig.Take().Count(line => line.StartsWith("group", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_lower_priority_heard_by_one_master_makes_the_others_announce_too()
    {
        GroupRig rig = new GroupRig(p => p with { Announcements = p.Announcements with { LowerPriorityRepeat = 2 } }, "A", "B").Master();
        rig["A"].Hear(50);
        Assert.Equal(["A announces", "B announces"], rig.Take());
    }

    [Fact]
    public void Members_brought_together_by_a_reload_that_differ_meet_in_BACKUP()
    {
        GroupRig rig = new GroupRig("A", "B").Master();
        rig.Disband();
        rig["A"].Hear(200);
        rig.Take();
        rig.Group.Join("A", rig["A"].Router);
        rig.Group.Join("B", rig["B"].Router);
        rig.Group.Begin(rig.Now);
        Assert.Equal(["B Backup", "group Backup"], rig.Take());
    }

    [Fact]
    public void Members_that_are_all_master_stay_so_when_a_reload_brings_them_together()
    {
        GroupRig rig = new GroupRig("A", "B").Master();
        rig.Disband();
        rig.Group.Join("A", rig["A"].Router);
        rig.Group.Join("B", rig["B"].Router);
        rig.Group.Begin(rig.Now);
        Assert.Empty(rig.Take());
        Assert.Equal(Master, rig.Group.State);
    }

    [Fact]
    public void A_member_that_leaves_the_group_loses_the_faults_of_the_others()
    {
        GroupRig rig = new GroupRig("A", "B").Master();
        rig["A"].Fail();
        rig.Disband();
        Assert.Equal([Fault, Backup], rig.States);
    }
}
