namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>RFC 9568 section 6.4.1 Initialize, and keepalived's ways to hurry or to hold a start.</summary>
public sealed class StartTests
{
    [Fact]
    public void Start_removes_leftovers_and_enters_backup_with_the_master_down_timer_6_4_1()
    {
        var rig = new RouterRig { ShowsDeadlines = true };

        rig.Router.Start(rig.Now);

        Assert.Equal(["remove", "Init to Backup: Started", "deadline in 3.609375 s"], rig.Take());
    }

    [Fact]
    public void An_owner_is_master_at_once_6_4_1()
    {
        var rig = new RouterRig(p => p with { BasePriority = 255, StartsAsMaster = true });
        rig.Router.Start(rig.Now);
        rig.Take();

        rig.Advance(0.000_001);

        Assert.Equal(["send 255", "install", "announce 5 BecameMaster", "Backup to Master: OwnerStart"], rig.Take());
    }

    [Fact]
    public void An_owner_that_is_not_configured_as_master_waits_its_down_timer()
    {
        var rig = new RouterRig(p => p with { BasePriority = 255 });
        rig.Router.Start(rig.Now);

        Assert.Equal(TimeSpan.FromMicroseconds(3_003_906), rig.UntilDeadline);
    }

    [Theory]
    [InlineData(VrrpVersion.Version2, 1_003_906)]
    [InlineData(VrrpVersion.Version3, 1_003_906)]
    public void State_MASTER_waits_one_interval_and_the_smallest_skew(VrrpVersion version, int microseconds)
    {
        var rig = new RouterRig(p => p with { Version = version, StartsAsMaster = true });

        rig.Router.Start(rig.Now);

        Assert.Equal(TimeSpan.FromMicroseconds(microseconds), rig.UntilDeadline);
    }

    [Fact]
    public void State_MASTER_yields_to_a_better_master_it_hears_while_it_waits()
    {
        var rig = new RouterRig(p => p with { StartsAsMaster = true }).Backup();

        rig.Advance(0.9).Hear(150).Advance(3);

        Assert.Equal(VirtualRouterState.Backup, rig.State);
    }

    [Fact]
    public void Start_with_a_fault_enters_FAULT_and_waits_for_nothing()
    {
        var rig = new RouterRig();
        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);

        rig.Router.Start(rig.Now);

        Assert.Equal(["remove", "Init to Fault: Fault"], rig.Take());
        Assert.Null(rig.UntilDeadline);
        Assert.Equal(FaultReason.InterfaceDown, Assert.Single(rig.Causes).Fault);
    }

    [Fact]
    public void A_pending_tracker_holds_the_router_in_INIT_until_its_first_result()
    {
        var rig = new RouterRig();
        rig.Router.AddFault(FaultReason.TrackerPending, rig.Now);
        rig.Router.AddFault(FaultReason.TrackerPending, rig.Now);
        rig.Router.Start(rig.Now);
        Assert.True(rig.Router.IsHeld);

        rig.Router.ClearFault(FaultReason.TrackerPending, rig.Now);
        Assert.Equal(VirtualRouterState.Init, rig.State);
        rig.Router.ClearFault(FaultReason.TrackerPending, rig.Now);

        Assert.Equal(["remove", "Init to Backup: FaultCleared"], rig.Take());
    }

    [Fact]
    public void A_pending_tracker_that_fails_leads_from_INIT_to_FAULT()
    {
        var rig = new RouterRig();
        rig.Router.AddFault(FaultReason.TrackerPending, rig.Now);
        rig.Router.Start(rig.Now);

        rig.Router.AddFault(FaultReason.Tracker, rig.Now);
        rig.Router.ClearFault(FaultReason.TrackerPending, rig.Now);

        Assert.Equal(["remove", "Init to Fault: Fault"], rig.Take());
    }

    [Fact]
    public void Starting_twice_is_refused()
    {
        var rig = new RouterRig().Backup();

        Assert.Throws<InvalidOperationException>(() => rig.Router.Start(rig.Now));
    }

    [Fact]
    public void Starting_twice_while_held_is_refused()
    {
        var rig = new RouterRig();
        rig.Router.AddFault(FaultReason.TrackerPending, rig.Now);
        rig.Router.Start(rig.Now);

        Assert.Throws<InvalidOperationException>(() => rig.Router.Start(rig.Now));
    }

    [Fact]
    public void A_stopped_router_can_be_started_again()
    {
        var rig = new RouterRig().Master();
        rig.Router.Stop(rig.Now);

        rig.Router.Start(rig.Now);

        Assert.Equal(VirtualRouterState.Backup, rig.State);
        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
    }

    [Theory]
    [InlineData(0, 100, 1_000)]
    [InlineData(51, 0, 1_000)]
    [InlineData(51, 100, 0)]
    [InlineData(51, 100, 15)]
    [InlineData(51, 100, 40_960)]
    public void Parameters_that_no_wire_can_carry_are_refused(byte id, byte priority, int interval) =>
        Assert.Throws<ArgumentException>(() => new RouterRig(p => p with
        {
            VirtualRouterId = id,
            BasePriority = priority,
            AdvertisementInterval = TimeSpan.FromMilliseconds(interval),
        }));

    [Fact]
    public void Version_2_refuses_fractions_of_a_second() =>
        Assert.Throws<ArgumentException>(() => new RouterRig(p => p with
        {
            Version = VrrpVersion.Version2,
            AdvertisementInterval = TimeSpan.FromMilliseconds(1_500),
        }));
}
