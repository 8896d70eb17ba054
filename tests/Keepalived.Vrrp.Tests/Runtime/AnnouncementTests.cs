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
