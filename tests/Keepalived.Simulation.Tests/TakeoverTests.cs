using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation.Tests;

/// <summary>The everyday events, with their times.</summary>
public sealed class TakeoverTests
{
    private static readonly TimeSpan PacketTime = TimeSpan.FromMicroseconds(100);

    [Fact]
    public void The_highest_priority_becomes_the_only_master()
    {
        Lab lab = new(100, 200, 150);

        lab.Run(10);

        AssertOnlyMaster(lab, lab[1]);
        Assert.True(lab.Watch.LongestTwoMasters <= PacketTime, $"two masters for {lab.Watch.LongestTwoMasters}");
    }

    [Fact]
    public void A_master_that_loses_power_is_replaced_within_the_master_down_interval_of_the_next()
    {
        Lab lab = new(100, 200, 150);
        lab.Run(10);
        lab.Watch.Reset();

        lab[1].Machine.PowerOff();
        lab.Run(10);

        AssertOnlyMaster(lab, lab[2]);
        TimeSpan bound = VirtualRouterTimers.MasterDown(VrrpVersion.Version3, 150, TimeSpan.FromSeconds(1), 3) + SimulatedNetwork.Lateness + PacketTime;
        Assert.InRange(lab.Watch.LongestNoMaster, bound - TimeSpan.FromSeconds(1.1), bound);
        Assert.Equal(TimeSpan.Zero, lab.Watch.LongestTwoMasters);
    }

    [Fact]
    public void A_master_that_stops_politely_is_replaced_within_the_skew()
    {
        Lab lab = new(100, 200, 150);
        lab.Run(10);
        lab.Watch.Reset();

        lab[1].Machine.Stop();
        lab.Run(10);

        AssertOnlyMaster(lab, lab[2]);
        TimeSpan skew = VirtualRouterTimers.Skew(VrrpVersion.Version3, 150, TimeSpan.FromSeconds(1));
        Assert.InRange(lab.Watch.LongestNoMaster, skew, skew + SimulatedNetwork.Lateness + PacketTime);
    }

    [Fact]
    public void A_master_whose_interface_fails_says_so_too_late_and_is_replaced_by_time_out()
    {
        Lab lab = new(100, 200);
        lab.Run(10);

        lab[1].Machine.Connect(lab[1].Port, isConnected: false);
        lab.Run(5);

        AssertOnlyMaster(lab, lab[0]);
        lab[1].Machine.Connect(lab[1].Port, isConnected: true);
        lab.Run(5);
        AssertOnlyMaster(lab, lab[1]);
        Assert.True(lab.Watch.LongestTwoMasters <= PacketTime);
    }

    [Fact]
    public void A_better_router_that_returns_preempts_with_two_masters_for_a_packets_time_only()
    {
        Lab lab = new(100, 200);
        lab.Run(10);
        lab[1].Machine.PowerOff();
        lab.Run(10);
        lab.Watch.Reset();

        lab[1].Machine.Start();
        lab.Run(10);

        AssertOnlyMaster(lab, lab[1]);
        Assert.InRange(lab.Watch.LongestTwoMasters, TimeSpan.FromTicks(1), PacketTime);
        Assert.Equal(TimeSpan.Zero, lab.Watch.LongestNoMaster);
    }

    [Fact]
    public void Without_preemption_the_master_stays_whoever_returns()
    {
        Lab lab = new(p => p with { Preempts = false }, 100, 200);
        lab.Run(1);
        lab[1].Machine.PowerOff();
        lab.Run(10);

        lab[1].Machine.Start();
        lab.Run(20);

        AssertOnlyMaster(lab, lab[0]);
    }

    [Fact]
    public void A_preempt_delay_is_waited_for()
    {
        Lab lab = new(p => p with { PreemptDelay = TimeSpan.FromSeconds(30) }, 100, 200);
        lab.Run(1);
        lab[1].Machine.PowerOff();
        lab.Run(10);

        lab[1].Machine.Start();
        lab.Run(29);
        AssertOnlyMaster(lab, lab[0]);
        lab.Run(10);

        AssertOnlyMaster(lab, lab[1]);
    }

    [Fact]
    public void Equal_priorities_are_decided_by_the_higher_address()
    {
        Lab lab = new(100, 100, 100);

        lab.Run(2);
        lab.Lan.Partition(lab[0].Port);
        lab.Run(10);
        lab.Lan.Heal();
        lab.Run(2);

        Assert.Single(lab.Routers, r => r.IsMaster);
        Assert.False(lab[0].IsMaster);
        Assert.True(lab.Watch.LongestTwoMasters <= TimeSpan.FromSeconds(1) + PacketTime + SimulatedNetwork.Lateness);
    }

    [Fact]
    public void A_partition_has_a_master_on_each_side_and_mending_leaves_the_better_one()
    {
        Lab lab = new(100, 200, 150, 120);
        lab.Run(10);

        lab.Lan.Partition(lab[0].Port, lab[3].Port);
        lab.Run(10);
        Assert.True(lab[1].IsMaster);
        Assert.True(lab[3].IsMaster);
        Assert.Equal(2, lab.Routers.Count(r => r.IsMaster));
        lab.Watch.Reset();
        lab.Lan.Heal();
        lab.Run(5);

        AssertOnlyMaster(lab, lab[1]);
        Assert.True(lab.Watch.LongestTwoMasters <= TimeSpan.FromSeconds(1) + PacketTime + SimulatedNetwork.Lateness);
    }

    [Fact]
    public void A_backup_that_hears_nobody_gives_the_mastership_back_once_it_hears_again()
    {
        Lab lab = new(100, 200);
        lab.Run(10);

        lab.Lan.Block(lab[1].Port, lab[0].Port);
        lab.Run(10);
        Assert.Equal(2, lab.Routers.Count(r => r.IsMaster));
        lab.Lan.Heal();
        lab.Run(1.1);

        AssertOnlyMaster(lab, lab[1]);
    }

    [Fact]
    public void A_better_master_that_was_paused_takes_over_again_within_a_packets_time()
    {
        Lab lab = new(100, 200);
        lab.Run(10);
        lab[1].Machine.Pause();
        lab.Run(10);
        AssertOnlyMaster(lab, lab[0], lab[1]);
        lab.Watch.Reset();

        lab[1].Machine.Resume();
        lab.Run(5);

        AssertOnlyMaster(lab, lab[1]);
        Assert.True(lab.Watch.LongestTwoMasters <= PacketTime);
    }

    [Fact]
    public void A_process_that_was_killed_removes_its_leftover_addresses_when_it_returns()
    {
        Lab lab = new(100, 200);
        lab.Run(10);
        lab[1].Machine.Kill();
        lab.Run(1);
        Assert.True(lab[1].HasAddresses);

        lab[1].Machine.Start();

        Assert.False(lab[1].HasAddresses);
        lab.Run(10);
        AssertOnlyMaster(lab, lab[1]);
    }

    [Fact]
    public void A_reload_without_changes_has_no_effect_on_anybody_at_any_moment()
    {
        Lab lab = new(100, 200, 150);
        lab.Run(10);
        for (int i = 0; i < 50; i++)
        {
            int before = lab.Routers.Sum(r => r.EffectCount);
            foreach (SimulatedMachine machine in lab.Network.Machines)
            {
                machine.Reload();
            }

            Assert.Equal(before, lab.Routers.Sum(r => r.EffectCount));
            lab.Run(0.137);
        }

        AssertOnlyMaster(lab, lab[1]);
    }

    [Fact]
    public void A_slower_interval_after_a_reload_is_learned_before_anybody_takes_over()
    {
        Lab lab = new(100, 200);
        lab.Run(10);
        lab.Watch.Reset();

        lab[1].Configured = lab[1].Configured with { AdvertisementInterval = TimeSpan.FromSeconds(30) };
        lab[1].Machine.Reload();
        lab.Run(200);

        AssertOnlyMaster(lab, lab[1]);
        Assert.Equal(TimeSpan.Zero, lab.Watch.LongestTwoMasters);
    }

    private static void AssertOnlyMaster(Lab lab, SimulatedRouter expected, SimulatedRouter? paused = null)
    {
        Assert.Null(lab.Watch.Violation);
        Assert.Equal([expected], lab.Routers.Where(r => r.IsMaster));
        Assert.Equal([expected], lab.Routers.Where(r => r.HasAddresses && r != paused));
        Assert.Equal(0, lab.Watch.MisledHosts());
    }
}
