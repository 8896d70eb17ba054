using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

public sealed class AnnouncementTests
{
    [Fact]
    public void A_new_master_announces_five_times_and_again_after_five_seconds()
    {
        Lab lab = Lab.Master(Lab.Instance());
        Assert.Equal(5, lab.Announcements.Frames.Count);
        lab.Advance(4.9);
        Assert.Equal(5, lab.Announcements.Frames.Count);
        lab.Advance(0.2);
        Assert.Equal(10, lab.Announcements.Frames.Count);
        lab.Advance(60);
        Assert.Equal(10, lab.Announcements.Frames.Count);
    }

    [Fact]
    public void The_frame_is_a_gratuitous_ARP_request_of_the_interface()
    {
        byte[] expected = new byte[GratuitousArp.EthernetFrameLength];
        GratuitousArp.WriteEthernetFrame(expected, [2, 0, 0, 0, 0, 2], InternetAddress.Parse("10.0.0.100"));
        Assert.Equal(expected, Lab.Master(Lab.Instance()).Announcements.Frames[0].Frame);
    }

    [Fact]
    public void An_IPv6_address_is_announced_by_a_neighbour_advertisement()
    {
        Lab lab = Lab.Master(Lab.Instance("virtual_ipaddress_excluded { fd00::1/64 }"));
        Assert.Equal(5, lab.Announcements.Frames.Count(f => f.Frame.Length == UnsolicitedNeighborAdvertisement.EthernetFrameLength));
    }

    [Fact]
    public void Refreshing_announces_once_per_period()
    {
        Lab lab = Lab.Master(Lab.Instance("garp_master_repeat 1\n garp_master_delay 0\n garp_master_refresh 10"));
        lab.Advance(35);
        Assert.Equal(4, lab.Announcements.Frames.Count);
    }

    [Fact]
    public void With_an_interval_announcements_on_an_interface_keep_it()
    {
        Lab lab = Lab.Master("global_defs {\n vrrp_garp_interval 0.1\n}\n" + Lab.Instance("garp_master_delay 0", addresses: "10.0.0.100/24\n10.0.0.101/24"));
        lab.Advance(3);
        List<TimeSpan> times = [.. lab.Announcements.Frames.Select(f => f.At)];
        Assert.Equal(10, times.Count);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(0.1), pair.Second - pair.First));
    }

    [Theory]
    [InlineData("garp_group {\n garp_interval 0.1\n interface eth0\n}\n", 0.1)]
    [InlineData("garp_group {\n garp_interval 0.1\n interfaces {\n eth0\n eth1\n }\n}\n", 0.1)]
    [InlineData("global_defs {\n vrrp_garp_interval 0.3\n}\ngarp_group {\n garp_interval 0.1\n interface eth0\n}\n", 0.1)]
    [InlineData("global_defs {\n vrrp_garp_interval 0.3\n}\ngarp_group {\n garp_interval 0.1\n interface eth1\n}\n", 0.3)]
    public void A_garp_group_keeps_its_interfaces_announcements_apart(string globals, double interval)
    {
        Lab lab = Lab.Master(globals + Lab.Instance("garp_master_delay 0", addresses: "10.0.0.100/24\n10.0.0.101/24"));
        lab.Advance(5);
        List<TimeSpan> times = [.. lab.Announcements.Frames.Select(f => f.At)];
        Assert.Equal(10, times.Count);
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(interval), pair.Second - pair.First));
    }

    [Fact]
    public void A_garp_group_paces_nothing_but_its_kind_and_its_interfaces()
    {
        Lab lab = Lab.Master("garp_group {\n gna_interval 1\n interface eth0\n}\n" + Lab.Instance("garp_master_delay 0\n virtual_ipaddress_excluded { fd00::1/64 }"));
        lab.Advance(0.5);

        Assert.Equal(5, lab.Announcements.Frames.Count(f => f.Frame.Length == GratuitousArp.EthernetFrameLength));
        Assert.Equal(1, lab.Announcements.Frames.Count(f => f.Frame.Length == UnsolicitedNeighborAdvertisement.EthernetFrameLength));
        lab.Advance(5);
        Assert.Equal(5, lab.Announcements.Frames.Count(f => f.Frame.Length == UnsolicitedNeighborAdvertisement.EthernetFrameLength));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garp_group {\n garp_interval 0.1\n interface eth0\n}\n")]
    public void What_is_queued_at_a_reload_is_announced_at_the_new_distance(string renewed)
    {
        const string Slow = "garp_group {\n garp_interval 10\n interface eth0\n}\n";
        string instance = Lab.Instance("garp_master_delay 0");
        Lab lab = Lab.Master(Slow + instance);
        Assert.Single(lab.Announcements.Frames);

        lab.Reload(renewed + instance);
        lab.Advance(1);

        Assert.Equal(5, lab.Announcements.Frames.Count);
    }

    [Fact]
    public void A_router_that_leaves_takes_its_queued_announcements_back()
    {
        Lab lab = Lab.Master("garp_group {\n garp_interval 1\n interface eth0\n}\n" + Lab.Instance("garp_master_delay 0"));
        lab.Hear(priority: 200);
        lab.Announcements.Frames.Clear();
        lab.Advance(2);
        Assert.Empty(lab.Announcements.Frames);
    }

    [Fact]
    public void Vrrp_min_garp_announces_once()
    {
        Lab lab = Lab.Master("global_defs {\n vrrp_min_garp\n}\n" + Lab.Instance());
        lab.Advance(60);
        Assert.Single(lab.Announcements.Frames);
    }

    [Fact]
    public void Hearing_a_lower_priority_announces_now_and_after_the_delay()
    {
        Lab lab = Lab.Master(Lab.Instance("garp_master_repeat 1\n garp_master_delay 0\n garp_lower_prio_repeat 2\n garp_lower_prio_delay 3"));
        lab.Announcements.Frames.Clear();
        lab.Hear(priority: 50);
        Assert.Equal(2, lab.Announcements.Frames.Count);
        lab.Advance(4);
        Assert.Equal(4, lab.Announcements.Frames.Count);
    }

    [Fact]
    public void Addresses_that_are_gone_are_not_announced()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Hear(priority: 200);
        lab.Announcements.Frames.Clear();
        lab.Advance(2);
        Assert.Empty(lab.Announcements.Frames);
    }

    [Fact]
    public void Each_of_many_addresses_is_announced_as_often_as_configured()
    {
        string addresses = string.Join('\n', Enumerable.Range(0, 300).Select(i => $"10.1.{i / 250}.{(i % 250) + 1}/32"));
        Lab lab = Lab.Master(Lab.Instance($"garp_master_delay 0\n virtual_ipaddress_excluded {{\n{addresses}\n}}"));
        Assert.Equal(301 * 5, lab.Announcements.Frames.Count);
        Assert.All(lab.Announcements.Frames.CountBy(f => Convert.ToHexString(f.Frame)), pair => Assert.Equal(5, pair.Value));
    }
}
