using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class ReloadTests
{
    [Theory]
    [InlineData(VirtualRouterState.Backup)]
    [InlineData(VirtualRouterState.Master)]
    public void The_same_parameters_have_no_effect_at_all(VirtualRouterState state)
    {
        RouterRig rig = state == VirtualRouterState.Master ? new RouterRig().Master() : new RouterRig().Backup();
        rig.ShowsDeadlines = true;
        rig.Advance(0.3);

        rig.Router.UpdateParameters(rig.Router.Parameters with { }, rig.Now);

        Assert.Empty(rig.Take());
        Assert.Equal(state, rig.State);
    }

    [Fact]
    public void A_masters_new_interval_is_advertised_at_once_so_that_peers_learn_it()
    {
        RouterRig rig = new RouterRig().Master().Advance(0.9);

        Update(rig, p => p with { AdvertisementInterval = TimeSpan.FromSeconds(5) });

        Assert.Equal(["send 100"], rig.Take());
        Assert.Equal(TimeSpan.FromSeconds(5), rig.UntilDeadline);
    }

    [Fact]
    public void A_backups_new_interval_starts_its_timer_afresh()
    {
        RouterRig rig = new RouterRig().Backup().Advance(3);

        Update(rig, p => p with { AdvertisementInterval = TimeSpan.FromSeconds(2) });

        Assert.Equal(TimeSpan.FromMicroseconds(7_218_750), rig.UntilDeadline);
    }

    [Fact]
    public void An_interval_learned_from_the_master_stays()
    {
        RouterRig rig = new RouterRig().Backup().Hear(200, interval: 0.5);

        Update(rig, p => p with { DownTimerAdvertisements = 4 });

        Assert.Equal(TimeSpan.FromMicroseconds(2_000_000 + 304_687), rig.UntilDeadline);
    }

    [Fact]
    public void A_new_priority_is_told_and_advertised_with_the_next_advertisement()
    {
        RouterRig rig = new RouterRig().Master();

        Update(rig, p => p with { BasePriority = 120 });
        rig.Advance(1);

        Assert.Equal(["priority 100 to 120: Reload", "send 120"], rig.Take());
    }

    [Fact]
    public void The_trackers_weights_stay()
    {
        RouterRig rig = new RouterRig().Backup();
        rig.Router.AdjustPriority(-20, rig.Now);

        Update(rig, p => p with { BasePriority = 120 });

        Assert.Equal(100, rig.Router.EffectivePriority);
    }

    [Fact]
    public void Statistics_and_the_known_master_stay()
    {
        RouterRig rig = new RouterRig().Backup().Hear(0).Hear(200);

        Update(rig, p => p with { BasePriority = 50 });

        Assert.Equal(1UL, rig.Router.Statistics.PriorityZeroReceived);
        Assert.Equal(RouterRig.Lower, rig.Router.LastMaster);
    }

    [Fact]
    public void A_new_refresh_period_counts_from_the_reload()
    {
        RouterRig rig = new RouterRig().Master();

        Update(rig, p => p with { Announcements = p.Announcements with { MasterRefresh = TimeSpan.FromSeconds(0.5) } });
        rig.Advance(0.5);

        Assert.Equal(["announce 1 Refresh"], rig.Take());
    }

    [Fact]
    public void A_changed_preempt_delay_starts_over()
    {
        RouterRig rig = new RouterRig(p => p with { PreemptDelay = TimeSpan.FromSeconds(100) }).Backup().Hear(50);

        Update(rig, p => p with { PreemptDelay = TimeSpan.Zero });
        rig.Take();
        rig.Hear(50);

        Assert.Equal(["report LowerPriorityDiscarded"], rig.Take());
    }

    [Fact]
    public void A_router_in_FAULT_takes_them_for_later()
    {
        RouterRig rig = new RouterRig().Backup();
        rig.Router.AddFault(FaultReason.InterfaceDown, rig.Now);

        Update(rig, p => p with { AdvertisementInterval = TimeSpan.FromSeconds(2) });
        rig.Router.ClearFault(FaultReason.InterfaceDown, rig.Now);

        Assert.Equal(TimeSpan.FromMicroseconds(7_218_750), rig.UntilDeadline);
    }

    [Fact]
    public void Parameters_of_another_router_are_refused()
    {
        RouterRig rig = new RouterRig().Backup();

        Assert.Throws<ArgumentException>(() => Update(rig, p => p with { VirtualRouterId = 52 }));
        Assert.Throws<ArgumentException>(() => Update(rig, p => p with { Family = AddressFamily.InterNetworkV6 }));
        Assert.Equal(51, rig.Router.Parameters.VirtualRouterId);
    }

    private static void Update(RouterRig rig, Func<VirtualRouterParameters, VirtualRouterParameters> change) =>
        rig.Router.UpdateParameters(change(rig.Router.Parameters), rig.Now);
}
