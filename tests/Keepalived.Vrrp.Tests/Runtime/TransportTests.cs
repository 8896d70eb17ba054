using Keepalived.Vrrp.Network;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

/// <summary>Where advertisements go and from whom they are taken (behaviour 7, "IP layer", "Checksum", "Receive checks").</summary>
public sealed class TransportTests
{
    private const string Unicast = "unicast_src_ip 10.0.0.1\n unicast_peer {\n 10.0.0.2\n 10.0.0.3\n }\n";

    [Theory]
    [InlineData("", "", "224.0.0.18")]
    [InlineData("global_defs {\n vrrp_mcast_group4 224.0.0.118\n}\n", "", "224.0.0.118")]
    [InlineData("global_defs {\n vrrp_mcast_group4 224.0.0.118\n}\n", "mcast_dst_ip 224.0.0.19", "224.0.0.19")]
    public void The_group_is_changeable_for_all_and_for_one(string globals, string lines, string group)
    {
        Sent sent = Lab.Master(globals + Lab.Instance(lines)).Network.Sent[0];

        Assert.Equal(InternetAddress.Parse(group), sent.Destination);
        Assert.Equal(sent.Destination, sent.Channel.Address);
    }

    [Fact]
    public void Unicast_goes_to_every_peer_from_the_source_with_its_own_identification()
    {
        Lab lab = Lab.Master(Lab.Instance(Unicast));

        Assert.Equal(["10.0.0.2", "10.0.0.3"], lab.Network.Sent.Take(2).Select(sent => sent.Destination.ToString()));
        Assert.All(lab.Network.Sent, sent => Assert.Equal("10.0.0.1", sent.Source.ToString()));
        Assert.Equal([1, 2], lab.Network.Sent.Take(2).Select(sent => sent.Packet[5]));
    }

    [Theory]
    [InlineData("", 255)]
    [InlineData("unicast_ttl 7", 7)]
    public void The_TTL_of_unicast_is_255_unless_configured(string lines, byte expected) =>
        Assert.Equal(expected, Lab.Master(Lab.Instance(Unicast + lines)).Network.Sent[0].Packet[8]);

    [Theory]
    [InlineData("", -1)]
    [InlineData("unicast_ttl 7", 7)]
    public void The_hop_limit_of_IPv6_unicast_is_the_kernels_unless_configured(string lines, int expected)
    {
        Lab lab = Lab.Started(Lab.Instance("unicast_src_ip fd00::1\n unicast_peer {\n fd00::2\n }\n" + lines, addresses: "fe80::100/64"));

        Assert.Equal(expected, Assert.Single(lab.Network.Options).HopLimit);
    }

    [Fact]
    public void Multicast_of_IPv6_has_hop_limit_255()
    {
        Lab lab = Lab.Started(Lab.Instance("mcast_src_ip fe80::1", addresses: "fe80::100/64"));

        Assert.Equal(255, Assert.Single(lab.Network.Options).HopLimit);
        Assert.Equal(InternetAddress.VrrpGroupIPv6, Assert.Single(lab.Network.Channels.Keys).Address);
    }

    [Fact]
    public void Instances_share_sockets_by_family_interface_and_group_and_are_found_by_router_id()
    {
        Lab lab = Lab.Started(Lab.Instance() + Lab.Instance(name: "VI_2", addresses: "10.0.0.101/24").Replace("router_id 51", "router_id 52", StringComparison.Ordinal)
            + Lab.Instance("mcast_dst_ip 224.0.0.19", name: "VI_3", addresses: "10.0.0.102/24").Replace("router_id 51", "router_id 53", StringComparison.Ordinal));
        Assert.Equal(2, lab.Network.Channels.Count);
        Assert.Same(lab.Routers.Instances[0].Path, lab.Routers.Instances[1].Path);

        FakeChannel shared = lab.Network.Channels.First(pair => pair.Key.Address == InternetAddress.VrrpGroupIPv4).Value;
        AdvertisementFormat second = lab.Routers.Instances[1].Settings.ToFormat();
        shared.Deliver(new AdvertisementImage(second, InternetAddress.Parse("10.0.0.2"), InternetAddress.VrrpGroupIPv4).Prepare(200, 1).ToArray());
        lab.Advance(0);

        Assert.Equal([0ul, 1ul, 0ul], lab.Routers.Instances.Select(instance => instance.Router.Statistics.AdvertisementsReceived));
    }

    [Fact]
    public void Excluded_addresses_are_not_counted()
    {
        byte[] packet = Lab.Master(Lab.Instance("virtual_ipaddress_excluded { 10.0.0.200/24 }")).Network.Sent[0].Packet;

        Assert.Equal((32, 1), (packet.Length, packet[23]));
    }

    [Fact]
    public void An_old_unicast_checksum_that_is_heard_is_sent_from_then_on()
    {
        Lab lab = Lab.Started(Lab.Instance(Unicast));
        new Peer(lab).Say(50, coverage: ChecksumCoverage.MulticastPseudoHeader);
        lab.Advance(5);

        byte[] message = lab.Network.Sent[0].Packet[20..];
        Assert.Equal(1ul, lab.Only.Router.Statistics.AdvertisementsReceived);
        Assert.Equal(0, SumOf(message, InternetAddress.VrrpGroupIPv4));
        Assert.NotEqual(0, SumOf(message, InternetAddress.Parse("10.0.0.2")));
        Assert.Single(lab.Log.Lines, line => line.Contains("old unicast kind", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("old_unicast_checksum", true)]
    [InlineData("old_unicast_checksum never", false)]
    public void Old_unicast_checksum_is_forced_or_forbidden(string lines, bool isOld)
    {
        Lab lab = Lab.Started(Lab.Instance(Unicast + lines));
        new Peer(lab).Say(50, coverage: ChecksumCoverage.MulticastPseudoHeader);
        lab.Advance(5);

        Assert.Equal(isOld ? 1ul : 0ul, lab.Only.Router.Statistics.AdvertisementsReceived);
        Assert.Equal(isOld, SumOf(lab.Network.Sent[0].Packet[20..], InternetAddress.VrrpGroupIPv4) == 0);
    }

    [Fact]
    public void V3_checksum_as_v2_leaves_the_pseudo_header_out_and_takes_any_checksum()
    {
        Lab lab = Lab.Started(Lab.Instance("v3_checksum_as_v2"));
        new Peer(lab).Say(200, coverage: ChecksumCoverage.Standard);
        lab.Advance(5);

        Assert.Equal(1ul, lab.Only.Router.Statistics.AdvertisementsReceived);
        Assert.Equal(0, InternetChecksum.Compute(lab.Network.Sent[0].Packet.AsSpan(20)));
    }

    [Theory]
    [InlineData("", "10.0.0.9", 255, true)]
    [InlineData("check_unicast_src", "10.0.0.9", 255, false)]
    [InlineData("check_unicast_src", "10.0.0.2", 255, true)]
    [InlineData("check_unicast_src", "10.0.0.2", 9, false)]
    [InlineData("check_unicast_src", "10.0.0.2", 10, true)]
    [InlineData("check_unicast_src", "10.0.0.2", 20, true)]
    [InlineData("check_unicast_src", "10.0.0.2", 21, false)]
    [InlineData("check_unicast_src", "10.0.0.3", 1, true)]
    public void With_check_unicast_src_a_sender_is_a_peer_within_its_TTL_window(string lines, string source, byte ttl, bool heard)
    {
        const string Peers = "unicast_src_ip 10.0.0.1\n unicast_peer {\n 10.0.0.2 min_ttl 10 max_ttl 20\n 10.0.0.3\n }\n";
        Lab lab = Lab.Started(Lab.Instance(Peers + lines));
        if (source == "10.0.0.2" && ttl == 255)
        {
            ttl = 15;
        }

        new Peer(lab, source).Say(200, ttl);

        Assert.Equal(heard, lab.Only.Router.LastMaster is not null);
    }

    [Fact]
    public void Invalid_packets_leave_the_remaining_down_time_running()
    {
        Lab lab = Lab.Started(Lab.Instance());
        MonotonicTime deadline = lab.Only.Deadline;
        for (int i = 0; i < 3; i++)
        {
            lab.Advance(1);
            new Peer(lab).Say(200, ttl: 254);
        }

        Assert.Equal(deadline, lab.Only.Deadline);
        lab.Advance(0.7);
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Fact]
    public void In_version_2_another_interval_is_dropped_and_in_version_3_learned()
    {
        Lab three = Lab.Started(Lab.Instance());
        new Peer(three, change: format => format with { Interval = TimeSpan.FromSeconds(2) }).Say(200);
        Assert.Equal(TimeSpan.FromSeconds(2), three.Only.Router.MasterInterval);

        Lab two = Lab.Started(Lab.Instance().Replace("version 3", "version 2", StringComparison.Ordinal));
        new Peer(two, change: format => format with { Interval = TimeSpan.FromSeconds(2) }).Say(200);
        Assert.Equal((0ul, 1ul), (two.Only.Router.Statistics.AdvertisementsReceived, two.Only.Router.Statistics.IntervalErrors));
    }

    [Fact]
    public void Other_addresses_are_said_once_and_accepted()
    {
        Lab lab = Lab.Started(Lab.Instance());
        lab.Hear(200);
        lab.Hear(200, addresses: "10.0.0.101");
        lab.Hear(200, addresses: "10.0.0.101");

        Assert.Equal(2ul, lab.Only.Router.Statistics.AddressListErrors);
        Assert.Equal(200, lab.Only.Router.LastMasterPriority);
        Assert.Single(lab.Log.Lines, line => line.Contains("virtual addresses are not the configured ones", StringComparison.Ordinal));
    }

    [Fact]
    public void With_skip_check_adv_addr_the_known_masters_addresses_are_not_looked_at()
    {
        Lab lab = Lab.Started(Lab.Instance("skip_check_adv_addr"));
        lab.Hear(200, addresses: "10.0.0.101");
        lab.Hear(200, addresses: "10.0.0.101");

        Assert.Equal(1ul, lab.Only.Router.Statistics.AddressListErrors);
    }

    [Fact]
    public void An_owner_that_ignores_advertisements_hears_nobody()
    {
        Lab lab = Lab.Master(Lab.Instance("owner_ignore_adverts", priority: 255));
        lab.Hear(255, source: "10.0.0.9");

        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Equal((0ul, 1ul), (lab.Only.Router.Statistics.AdvertisementsReceived, lab.Only.Router.Statistics.OwnerIgnored));
    }

    [Fact]
    public void A_unicast_router_whose_link_returns_announces_its_source_once()
    {
        Lab lab = Lab.Started(Lab.Instance(Unicast));
        lab.SetLink(up: false);
        lab.Announcements.Frames.Clear();
        lab.SetLink(up: true);

        byte[] expected = new byte[GratuitousArp.EthernetFrameLength];
        GratuitousArp.WriteEthernetFrame(expected, [2, 0, 0, 0, 0, 2], InternetAddress.Parse("10.0.0.1"));
        Assert.Equal(expected, Assert.Single(lab.Announcements.Frames).Frame);
    }

    [Fact]
    public void The_process_that_slept_too_long_gives_the_addresses_up()
    {
        Lab lab = Lab.Master(Lab.Instance("nopreempt\n timer_expired_backup 200"));
        Assert.Equal((byte)200, lab.Only.Settings.ToParameters().TakeoverPriority);
    }

    private static int SumOf(byte[] message, InternetAddress destination) => InternetChecksum.Finish(
        InternetChecksum.AddPseudoHeader(InternetChecksum.Add(0, message), InternetAddress.Parse("10.0.0.1"), destination, VrrpAdvertisement.Protocol, message.Length));
}
