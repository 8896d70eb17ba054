using System.Net.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation.Tests;

/// <summary>Hosts and switches learn where the address is from what the core has announced.</summary>
public sealed class NeighbourTests
{
    [Theory]
    [InlineData(AddressFamily.InterNetwork, false)]
    [InlineData(AddressFamily.InterNetwork, true)]
    [InlineData(AddressFamily.InterNetworkV6, false)]
    [InlineData(AddressFamily.InterNetworkV6, true)]
    public void After_a_takeover_hosts_reach_the_new_master_within_a_packets_time(AddressFamily family, bool usesVirtualHardware)
    {
        Lab lab = new(new ServiceSettings { Family = family, UsesVirtualHardware = usesVirtualHardware }, p => p, 100, 200);
        lab.Run(10);
        Assert.True(lab.Host.Finds(lab[1]));

        lab[1].Machine.PowerOff();
        while (!lab[0].IsMaster)
        {
            lab.Run(0.0001);
        }

        lab.Run(0.0002);

        Assert.True(lab.Host.Finds(lab[0]));
        Assert.Null(lab.Watch.Violation);
    }

    [Fact]
    public void A_host_that_missed_every_announcement_asks_again_in_the_end()
    {
        Lab lab = new(p => p with { Announcements = new() { MasterDelay = TimeSpan.Zero } }, 100, 200);
        lab.Run(10);
        lab.Lan.Block(lab[0].Port, lab.Host);
        lab[1].Machine.PowerOff();
        lab.Run(10);
        lab.Lan.Heal();
        Assert.False(lab.Host.Finds(lab[0]));

        lab.Run(SimulatedHost.LongestError.TotalSeconds);

        Assert.True(lab.Host.Finds(lab[0]));
    }

    [Fact]
    public void Unicast_peers_elect_like_others()
    {
        Lab lab = new(new ServiceSettings { IsUnicast = true }, p => p, 100, 200, 150);
        lab.Run(10);
        Assert.True(lab[1].IsMaster);

        lab[1].Machine.PowerOff();
        lab.Run(10);

        Assert.Single(lab.Routers, r => r.IsMaster);
        Assert.True(lab[2].IsMaster);
        Assert.Null(lab.Watch.Violation);
    }

    [Fact]
    public void A_sync_group_moves_as_a_whole_when_one_of_two_links_is_cut()
    {
        SimulatedNetwork network = new(seed: 1);
        SimulatedService[] services = [network.AddService(network.AddLan(), new()), network.AddService(network.AddLan(), new())];
        foreach (byte priority in new byte[] { 100, 200 })
        {
            SimulatedMachine machine = network.AddMachine();
            machine.IsGrouped = true;
            foreach (SimulatedService service in services)
            {
                machine.AddRouter(service, new() { VirtualRouterId = 51, Version = VrrpVersion.Version3, BasePriority = priority });
            }
        }

        network.StartAll();
        network.Run(10);
        Assert.All(services, s => Assert.True(s.Routers[1].IsMaster));

        network.Machines[1].Connect(network.Machines[1].Interfaces[0], isConnected: false);
        network.Run(10);

        Assert.All(services, s => Assert.True(s.Routers[0].IsMaster));
        Assert.All(services, s => Assert.Equal(VirtualRouterState.Fault, s.Routers[1].Core.State));
        Assert.Null(network.Watch.Violation);
    }

    [Fact]
    public void A_step_of_the_wall_clock_means_nothing_to_anybody()
    {
        Lab lab = new(100, 200);
        lab.Run(10);
        int transitions = lab.Routers.Sum(r => r.Transitions);

        lab[1].Machine.StepClock(TimeSpan.FromDays(-400));
        lab.Run(10);

        Assert.Equal(transitions, lab.Routers.Sum(r => r.Transitions));
    }
}
