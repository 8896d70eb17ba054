using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Tests.Runtime;

namespace Keepalived.Vrrp.Tests.Links;

/// <summary>What an instance has beyond its own interface, in virtual time.</summary>
public sealed class InstanceLinksTests
{
    private const int Other = 3;
    private const string TwoInterfaces = "10.0.0.100/24\n10.1.0.100/24 dev eth1\n10.1.0.101/24 dev eth1";

    [Fact]
    public void A_configuration_without_any_of_it_makes_none_of_it()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.SetLink(up: false);
        Assert.Null(lab.Services.Links);
    }

    [Fact]
    public void Garp_extra_if_announces_one_address_on_each_other_interface_in_every_period()
    {
        Lab lab = Start(Lab.Instance("garp_master_delay 0\n garp_extra_if all 30", addresses: TwoInterfaces));
        lab.Announcements.Frames.Clear();

        lab.Advance(61);
        Assert.Equal([Other, Other], lab.Announcements.Frames.Select(frame => frame.Interface));

        lab.Hear(priority: 254, addresses: "10.0.0.100 10.1.0.100 10.1.0.101");
        lab.Announcements.Frames.Clear();
        lab.Advance(1);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        Assert.Empty(lab.Announcements.Frames);
    }

    [Fact]
    public void Without_all_only_virtual_MAC_interfaces_are_announced_on()
    {
        Lab lab = Start(Lab.Instance("garp_master_delay 0\n garp_extra_if 30", addresses: TwoInterfaces));
        lab.Announcements.Frames.Clear();
        lab.Advance(61);
        Assert.Empty(lab.Announcements.Frames);
    }

    [Fact]
    public void An_interface_of_a_tracked_address_that_goes_down_is_a_fault_until_it_is_up()
    {
        Lab lab = Start(Lab.Instance(addresses: TwoInterfaces));

        lab.Interfaces.LinkChanged(ConfigurationText.Ethernet("eth1", Other, flags: LinkFlags.None));
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Fault, lab.State);

        lab.Interfaces.LinkChanged(ConfigurationText.Ethernet("eth1", Other));
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void With_no_track_it_is_none()
    {
        Lab lab = Start(Lab.Instance(addresses: "10.0.0.100/24\n10.1.0.100/24 dev eth1 no_track"));
        lab.Interfaces.LinkChanged(ConfigurationText.Ethernet("eth1", Other, flags: LinkFlags.None));
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    private static Lab Start(string configuration)
    {
        Lab lab = new("global_defs {\n dynamic_interfaces\n}\n" + configuration);
        lab.Interfaces.LinkChanged(ConfigurationText.Ethernet("eth1", Other));
        lab.Routers.Start(lab.Configuration);
        Assert.True(lab.Loop.RunUntil(() => lab.State == VirtualRouterState.Master, TimeSpan.FromSeconds(10)));
        lab.Advance(0);
        return lab;
    }
}
