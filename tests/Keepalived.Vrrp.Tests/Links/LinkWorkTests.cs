using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;
using Keepalived.Vrrp.Tests.Runtime;

namespace Keepalived.Vrrp.Tests.Links;

/// <summary>
/// Interfaces of instances come and go while others advertise, by a kernel that takes a millisecond for each: no advertisement is late by
/// more than one of them (RFC 9568 section 6.4.3: one every Advertisement_Interval).
/// </summary>
public sealed class LinkWorkTests
{
    private const int Many = 250;
    private const int Other = 3;

    // Its router id is not among those of the many.
    private const string Runs = """
        vrrp_instance runs {
            interface eth0
            virtual_router_id 255
            version 3
            advert_int 0.02
            priority 100
            virtual_ipaddress { 10.0.0.100/24 }
        }
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Cost = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void Advertisements_are_on_time_while_a_reload_adds_250_instances_with_interfaces_of_their_own()
    {
        Lab lab = Master(Runs);
        TimeSpan begun = lab.Loop.Elapsed;

        lab.Reload(Globals + Runs + WithLinks(Many));
        lab.Advance(1);

        Assert.Equal(Many, lab.Links.Names.Count);
        Assert.All(lab.Routers.Instances.Skip(1), instance => Assert.Equal(VirtualRouterState.Backup, instance.Router.State));
        Assert.InRange(WorstGap(lab, begun), Interval, Interval + Cost);
    }

    [Fact]
    public void And_while_a_reload_removes_them()
    {
        Lab lab = Master(Runs + WithLinks(Many), expected: Many);
        TimeSpan begun = lab.Loop.Elapsed;

        lab.Reload(Globals + Runs);
        lab.Advance(1);

        Assert.Empty(lab.Links.Names);
        Assert.Single(lab.Routers.Instances);
        Assert.InRange(WorstGap(lab, begun), Interval, Interval + Cost);
    }

    [Fact]
    public void And_when_their_base_interface_returns()
    {
        Lab lab = Master(Runs + WithLinks(Many, "eth1"), expected: Many);
        LinkInfo parent = lab.Interfaces.Find("eth1")!;
        foreach (string name in lab.Links.Names)
        {
            lab.Interfaces.LinkRemoved(lab.Links.Find(new(name))!);
        }

        lab.Links.Clear();
        lab.Interfaces.LinkRemoved(parent);
        lab.Advance(0);
        Assert.All(lab.Routers.Instances.Skip(1), instance => Assert.Equal(VirtualRouterState.Fault, instance.Router.State));
        TimeSpan begun = lab.Loop.Elapsed;

        lab.Interfaces.LinkChanged(ConfigurationText.Ethernet("eth1", Other + 1));
        lab.Interfaces.AddressAdded(new AddressInfo(Other + 1, InetAddress.Parse("10.1.0.1"), 24));
        lab.Advance(1);

        Assert.Equal(Many, lab.Links.Names.Count);
        Assert.All(lab.Routers.Instances.Skip(1), instance => Assert.Equal(VirtualRouterState.Backup, instance.Router.State));
        Assert.InRange(WorstGap(lab, begun), Interval, Interval + Cost);
    }

    [Fact]
    public void An_instance_begins_when_its_interface_is_there_and_its_down_timer_with_it()
    {
        Lab lab = Master(Runs);
        BeginReload(lab, Runs + WithLinks(Many));
        RunningInstance last = lab.Routers.Instances[^1];
        Assert.False(last.Router.IsStarted);

        Assert.True(lab.Loop.RunUntil(() => last.Router.State == VirtualRouterState.Backup, TimeSpan.FromSeconds(1)));
        TimeSpan left = last.Deadline - lab.Loop.Now;
        // RFC 9568 section 6.1: three intervals of a second and the skew of priority 100.
        Assert.InRange(left.TotalSeconds, 3.6, 3.61);
    }

    [Fact]
    public void An_instance_whose_interface_cannot_be_made_is_in_fault_and_the_others_are_not()
    {
        Lab lab = Master(Runs);
        lab.Links.Refused = "vrrp.7";
        lab.Reload(Globals + Runs + WithLinks(20));
        lab.Advance(1);

        Assert.Equal(VirtualRouterState.Fault, lab.Routers.Instances[7].Router.State);
        Assert.Equal(19, lab.Routers.Instances.Count(instance => instance.Router.State == VirtualRouterState.Backup));
    }

    [Fact]
    public void Instances_that_a_second_reload_takes_away_before_their_turn_have_made_nothing_and_told_nothing()
    {
        Lab lab = Master(Runs);
        BeginReload(lab, Runs + WithLinks(Many));
        Assert.InRange(lab.Links.Names.Count, 1, Many - 1);
        int told = lab.Events.All.Count;
        int begun = lab.Routers.Instances.Count(instance => instance.Router.IsStarted) - 1;

        lab.Reload(Globals + Runs);
        lab.Advance(1);
        Assert.Empty(lab.Links.Names);
        Assert.InRange(lab.Events.All.Count - told, 0, begun);
    }

    [Fact]
    public void Instances_that_a_second_reload_changes_before_their_turn_begin_with_what_it_says()
    {
        Lab lab = Master(Runs);
        BeginReload(lab, Runs + WithLinks(Many));
        Assert.InRange(lab.Links.Names.Count, 1, Many - 1);
        lab.Reload(Globals + Runs + WithLinks(Many, priority: 77));
        lab.Advance(1);

        Assert.Equal(Many, lab.Links.Names.Count);
        Assert.All(lab.Routers.Instances.Skip(1), instance =>
        {
            Assert.Equal(VirtualRouterState.Backup, instance.Router.State);
            Assert.Equal(77, instance.Router.EffectivePriority);
        });
    }

    [Fact]
    public void A_stop_in_between_makes_nothing_more_and_leaves_nothing()
    {
        Lab lab = Master(Runs + WithLinks(40), expected: 40);
        BeginReload(lab, Runs + WithLinks(40, first: 101));
        Assert.InRange(lab.Links.Names.Count, 1, 39);

        lab.Routers.Stop(keepsAddresses: false);
        lab.Routers.RemoveVirtualLinks();
        lab.Advance(1);
        Assert.Empty(lab.Links.Names);
    }

    [Fact]
    public void One_interface_is_made_in_the_turn_that_asks_for_it()
    {
        Lab lab = Master(Runs);
        lab.Advance(0.001);
        lab.Routers.Reload(lab.Parse(Globals + Runs + WithLinks(1)));
        Assert.Equal(VirtualRouterState.Backup, lab.Routers.Instances[1].Router.State);
    }

    [Fact]
    public void Deadlines_that_leave_no_room_do_not_keep_an_interface_away_for_ever()
    {
        string busy = Runs.Replace("advert_int 0.02", "advert_int 0.01", StringComparison.Ordinal);
        Lab lab = Master(busy);
        lab.Links.Cost = TimeSpan.FromMilliseconds(15);
        lab.Reload(Globals + busy + WithLinks(5));
        lab.Advance(2);
        Assert.Equal(5, lab.Links.Names.Count);
    }

    // The firewall needs a kernel.
    private const string Globals = "global_defs {\n dynamic_interfaces\n disable_local_igmp\n}\n";

    private static Lab Master(string configuration, int expected = 0)
    {
        Lab lab = new(Globals + configuration);
        lab.Interfaces.LinkChanged(ConfigurationText.Ethernet("eth1", Other));
        lab.Interfaces.AddressAdded(new AddressInfo(Other, InetAddress.Parse("10.1.0.1"), 24));
        lab.Routers.Start(lab.Configuration);
        Assert.True(lab.Loop.RunUntil(() => lab.Routers.Instances[0].Router.State == VirtualRouterState.Master, TimeSpan.FromSeconds(10)));
        lab.Advance(0.1);
        Assert.Equal(expected, lab.Links.Names.Count);
        return lab;
    }

    // Ends while most is still to be made.
    private static void BeginReload(Lab lab, string configuration)
    {
        lab.Routers.Reload(lab.Parse(Globals + configuration));
        for (int turn = 0; turn < 3; turn++)
        {
            lab.Loop.RunTurn();
        }
    }

    private static string WithLinks(int count, string device = "eth0", int priority = 100, int first = 1) => string.Concat(Enumerable.Range(first, count).Select(id => $$"""

        vrrp_instance V{{id}} {
            interface {{device}}
            virtual_router_id {{id}}
            version 3
            advert_int 1
            priority {{priority}}
            use_vmac
            virtual_ipaddress { 10.1.{{id}}.100/24 }
        }
        """));

    private static TimeSpan WorstGap(Lab lab, TimeSpan begun)
    {
        TimeSpan[] sent = [.. lab.Network.Sent.Where(sent => sent.At >= begun - Interval && sent.Packet[21] == 255).Select(sent => sent.At)];
        Assert.InRange(sent.Length, 45, 70);
        return sent.Zip(sent.Skip(1), (one, next) => next - one).Max();
    }
}
