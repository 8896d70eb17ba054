using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class FaultTests
{
    [Fact]
    public void A_master_that_fails_says_goodbye_then_removes_then_tells()
    {
        var rig = new RouterRig().Master();
        rig.ShowsDeadlines = true;

        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);

        Assert.Equal(["send 0", "remove", "Master to Fault: Fault", "no deadline"], rig.Take());
        Assert.Equal("fault: interface down", rig.Causes[^1].ToString());
    }

    [Fact]
    public void A_backup_that_fails_has_nothing_to_say_or_remove()
    {
        var rig = new RouterRig().Backup();

        rig.Router.AddFault(FaultReason.Tracker, rig.Now);

        Assert.Equal(["Backup to Fault: Fault"], rig.Take());
    }

    [Fact]
    public void An_IPv6_master_without_source_address_cannot_say_goodbye()
    {
        var rig = new RouterRig(p => p with { Family = AddressFamily.InterNetworkV6 }, InternetAddress.Parse("fe80::5")).Master();
        rig.Router.ChangeSource(null, rig.Now);

        rig.Router.AddFault(FaultReason.NoSourceAddress, rig.Now);

        Assert.Equal(["remove", "Master to Fault: Fault"], rig.Take());
        Assert.Equal(0UL, rig.Router.Statistics.PriorityZeroSent);
    }

    [Fact]
    public void The_last_fault_that_ends_leads_to_backup_with_a_fresh_timer()
    {
        var rig = new RouterRig(p => p with { StartsAsMaster = true }).Master();
        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);
        rig.Router.AddFault(FaultReason.NoSourceAddress, rig.Now);
        rig.Take();

        rig.Router.ClearFault(FaultReason.InterfaceDown, rig.Now);
        Assert.Equal(["report FaultRemains"], rig.Take());
        rig.Router.ClearFault(FaultReason.NoSourceAddress, rig.Now);

        Assert.Equal(["Fault to Backup: FaultCleared"], rig.Take());
        Assert.Equal(TimeSpan.FromMicroseconds(3_609_375), rig.UntilDeadline);
    }

    [Fact]
    public void An_owner_is_back_at_once_after_its_last_fault()
    {
        var rig = new RouterRig(p => p with { BasePriority = 255, StartsAsMaster = true }).Master();
        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);

        rig.Router.ClearFault(FaultReason.InterfaceDown, rig.Now);
        rig.Advance(0.000_001);

        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Theory]
    [InlineData(FaultReason.InterfaceDown)]
    [InlineData(FaultReason.BaseInterfaceDown)]
    [InlineData(FaultReason.NoSourceAddress)]
    [InlineData(FaultReason.DuplicateVirtualRouterId)]
    [InlineData(FaultReason.SyncGroup)]
    public void A_fact_holds_once_however_often_it_is_told(FaultReason reason)
    {
        var rig = new RouterRig().Backup();

        rig.Router.AddFault(reason, rig.Now);
        rig.Router.AddFault(reason, rig.Now);
        Assert.True(rig.Router.HasFault(reason));
        rig.Router.ClearFault(reason, rig.Now);

        Assert.Equal(VirtualRouterState.Backup, rig.State);
    }

    [Theory]
    [InlineData(FaultReason.Configuration)]
    [InlineData(FaultReason.Tracker)]
    public void Trackers_and_configuration_faults_add_up(FaultReason reason)
    {
        var rig = new RouterRig().Backup();

        rig.Router.AddFault(reason, rig.Now);
        rig.Router.AddFault(reason, rig.Now);
        rig.Router.ClearFault(reason, rig.Now);
        Assert.Equal(VirtualRouterState.Fault, rig.State);
        rig.Router.ClearFault(reason, rig.Now);

        Assert.Equal(VirtualRouterState.Backup, rig.State);
        Assert.Throws<InvalidOperationException>(() => rig.Router.ClearFault(reason, rig.Now));
    }

    [Fact]
    public void A_pending_tracker_does_not_stop_a_router_that_runs()
    {
        var rig = new RouterRig().Master();

        rig.Router.AddFault(FaultReason.TrackerPending, rig.Now);
        rig.Router.ClearFault(FaultReason.TrackerPending, rig.Now);

        Assert.Empty(rig.Take());
        Assert.Equal(VirtualRouterState.Master, rig.State);
    }

    [Fact]
    public void A_router_in_FAULT_does_not_listen_and_does_not_wake()
    {
        var rig = new RouterRig().Backup();
        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);
        rig.Take();

        rig.Hear(0).Hear(50).Hear(200).Freeze(100);
        rig.Router.SwitchToMaster(rig.Now);

        Assert.Empty(rig.Take());
        Assert.Equal(VirtualRouterState.Fault, rig.State);
    }

    [Fact]
    public void Faults_survive_a_stop_and_decide_over_the_next_start()
    {
        var rig = new RouterRig().Backup();
        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);
        rig.Router.Stop(rig.Now);

        rig.Router.Start(rig.Now);

        Assert.Equal(VirtualRouterState.Fault, rig.State);
    }
}
