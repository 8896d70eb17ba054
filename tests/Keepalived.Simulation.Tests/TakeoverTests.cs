using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation.Tests;

/// <summary>The everyday events, with their times.</summary>
public sealed class TakeoverTests
{
    private static readonly TimeSpan PacketTime = TimeSpan.FromMicroseconds(100);

    [Fact]
    public void The_highest_priority_becomes_the_only_master()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 200, 150);

        lan.Run(10);

        AssertOnlyMaster(lan, lan.Routers[1]);
        Assert.True(watch.LongestTwoMasters <= PacketTime, $"two masters for {watch.LongestTwoMasters}");
    }

    [Fact]
    public void A_master_that_loses_power_is_replaced_within_the_master_down_interval_of_the_next()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 200, 150);
        lan.Run(10);
        watch.Reset();

        lan.Routers[1].PowerOff();
        lan.Run(10);

        AssertOnlyMaster(lan, lan.Routers[2]);
        TimeSpan bound = VirtualRouterTimers.MasterDown(VrrpVersion.Version3, 150, TimeSpan.FromSeconds(1), 3) + lan.Lateness + PacketTime;
        Assert.InRange(watch.LongestNoMaster, bound - TimeSpan.FromSeconds(1.1), bound);
        Assert.Equal(TimeSpan.Zero, watch.LongestTwoMasters);
    }

    [Fact]
    public void A_master_that_stops_politely_is_replaced_within_the_skew()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 200, 150);
        lan.Run(10);
        watch.Reset();

        lan.Routers[1].Stop();
        lan.Run(10);

        AssertOnlyMaster(lan, lan.Routers[2]);
        TimeSpan skew = VirtualRouterTimers.Skew(VrrpVersion.Version3, 150, TimeSpan.FromSeconds(1));
        Assert.InRange(watch.LongestNoMaster, skew, skew + lan.Lateness + PacketTime);
    }

    [Fact]
    public void A_master_whose_interface_fails_says_so_too_late_and_is_replaced_by_time_out()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 200);
        lan.Run(10);

        lan.Routers[1].SetInterface(isUp: false);
        lan.Run(5);

        AssertOnlyMaster(lan, lan.Routers[0]);
        lan.Routers[1].SetInterface(isUp: true);
        lan.Run(5);
        AssertOnlyMaster(lan, lan.Routers[1]);
        Assert.True(watch.LongestTwoMasters <= PacketTime);
    }

    [Fact]
    public void A_better_router_that_returns_preempts_with_two_masters_for_a_packets_time_only()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 200);
        lan.Run(10);
        lan.Routers[1].PowerOff();
        lan.Run(10);
        watch.Reset();

        lan.Routers[1].Start();
        lan.Run(10);

        AssertOnlyMaster(lan, lan.Routers[1]);
        Assert.InRange(watch.LongestTwoMasters, TimeSpan.FromTicks(1), PacketTime);
        Assert.Equal(TimeSpan.Zero, watch.LongestNoMaster);
    }

    [Fact]
    public void Without_preemption_the_master_stays_whoever_returns()
    {
        (SimulatedLan lan, _) = Lan(p => p with { Preempts = false }, 100, 200);
        lan.Run(1);
        lan.Routers[1].PowerOff();
        lan.Run(10);

        lan.Routers[1].Start();
        lan.Run(20);

        AssertOnlyMaster(lan, lan.Routers[0]);
    }

    [Fact]
    public void A_preempt_delay_is_waited_for()
    {
        (SimulatedLan lan, _) = Lan(p => p with { PreemptDelay = TimeSpan.FromSeconds(30) }, 100, 200);
        lan.Run(1);
        lan.Routers[1].PowerOff();
        lan.Run(10);

        lan.Routers[1].Start();
        lan.Run(29);
        AssertOnlyMaster(lan, lan.Routers[0]);
        lan.Run(10);

        AssertOnlyMaster(lan, lan.Routers[1]);
    }

    [Fact]
    public void Equal_priorities_are_decided_by_the_higher_address()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 100, 100);

        lan.Run(2);
        lan.Partition([lan.Routers[0]]);
        lan.Run(10);
        lan.Heal();
        lan.Run(2);

        Assert.Single(lan.Routers, r => r.IsMaster);
        Assert.False(lan.Routers[0].IsMaster);
        Assert.True(watch.LongestTwoMasters <= TimeSpan.FromSeconds(1) + PacketTime + lan.Lateness);
    }

    [Fact]
    public void A_partition_has_a_master_on_each_side_and_mending_leaves_the_better_one()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 200, 150, 120);
        lan.Run(10);

        lan.Partition([lan.Routers[0], lan.Routers[3]]);
        lan.Run(10);
        Assert.True(lan.Routers[1].IsMaster);
        Assert.True(lan.Routers[3].IsMaster);
        Assert.Equal(2, lan.Routers.Count(r => r.IsMaster));
        watch.Reset();
        lan.Heal();
        lan.Run(5);

        AssertOnlyMaster(lan, lan.Routers[1]);
        Assert.True(watch.LongestTwoMasters <= TimeSpan.FromSeconds(1) + PacketTime + lan.Lateness);
    }

    [Fact]
    public void A_backup_that_hears_nobody_gives_the_mastership_back_once_it_hears_again()
    {
        (SimulatedLan lan, _) = Lan(100, 200);
        lan.Run(10);

        lan.Block(lan.Routers[1], lan.Routers[0]);
        lan.Run(10);
        Assert.Equal(2, lan.Routers.Count(r => r.IsMaster));
        lan.Heal();
        lan.Run(1.1);

        AssertOnlyMaster(lan, lan.Routers[1]);
    }

    [Fact]
    public void A_better_master_that_was_paused_takes_over_again_within_a_packets_time()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 200);
        lan.Run(10);
        lan.Routers[1].Pause();
        lan.Run(10);
        AssertOnlyMaster(lan, lan.Routers[0], lan.Routers[1]);
        watch.Reset();

        lan.Routers[1].Resume();
        lan.Run(5);

        AssertOnlyMaster(lan, lan.Routers[1]);
        Assert.True(watch.LongestTwoMasters <= PacketTime);
    }

    [Fact]
    public void A_process_that_was_killed_removes_its_leftover_addresses_when_it_returns()
    {
        (SimulatedLan lan, _) = Lan(100, 200);
        lan.Run(10);
        lan.Routers[1].Kill();
        lan.Run(1);
        Assert.True(lan.Routers[1].HasAddresses);

        lan.Routers[1].Start();

        Assert.False(lan.Routers[1].HasAddresses);
        lan.Run(10);
        AssertOnlyMaster(lan, lan.Routers[1]);
    }

    [Fact]
    public void A_reload_without_changes_has_no_effect_on_anybody_at_any_moment()
    {
        (SimulatedLan lan, _) = Lan(100, 200, 150);
        lan.Run(10);
        for (int i = 0; i < 50; i++)
        {
            int before = lan.Routers.Sum(r => r.EffectCount);
            foreach (SimulatedRouter router in lan.Routers)
            {
                router.Reload(router.Core.Parameters with { });
            }

            Assert.Equal(before, lan.Routers.Sum(r => r.EffectCount));
            lan.Run(0.137);
        }

        AssertOnlyMaster(lan, lan.Routers[1]);
    }

    [Fact]
    public void A_slower_interval_after_a_reload_is_learned_before_anybody_takes_over()
    {
        (SimulatedLan lan, LanWatch watch) = Lan(100, 200);
        lan.Run(10);
        watch.Reset();

        lan.Routers[1].Reload(lan.Routers[1].Core.Parameters with { AdvertisementInterval = TimeSpan.FromSeconds(30) });
        lan.Run(200);

        AssertOnlyMaster(lan, lan.Routers[1]);
        Assert.Equal(TimeSpan.Zero, watch.LongestTwoMasters);
    }

    private static (SimulatedLan Lan, LanWatch Watch) Lan(params byte[] priorities) => Lan(p => p, priorities);

    private static (SimulatedLan Lan, LanWatch Watch) Lan(
        Func<VirtualRouterParameters, VirtualRouterParameters> change, params byte[] priorities)
    {
        var lan = new SimulatedLan(seed: 42);
        foreach (byte priority in priorities)
        {
            lan.Add(change(new VirtualRouterParameters { VirtualRouterId = 51, Version = VrrpVersion.Version3, BasePriority = priority }));
        }

        var watch = new LanWatch(lan);
        lan.StartAll();
        return (lan, watch);
    }

    private static void AssertOnlyMaster(SimulatedLan lan, SimulatedRouter expected, SimulatedRouter? paused = null)
    {
        Assert.Equal([expected], lan.Routers.Where(r => r.IsMaster && r != paused));
        Assert.Equal([expected], lan.Routers.Where(r => r.HasAddresses && r != paused));
    }
}
