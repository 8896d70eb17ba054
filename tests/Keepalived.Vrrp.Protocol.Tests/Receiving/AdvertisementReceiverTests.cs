namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>One test per reason to drop, on captured packets with one thing wrong, and the counter it is charged to.</summary>
public sealed class AdvertisementReceiverTests
{
    private static readonly InternetAddress Peer = InternetAddress.Parse("10.91.0.2");

    [Fact]
    public void A_right_version_2_packet_is_accepted_and_counted()
    {
        Outcome outcome = CheckVersion2(CapturedFrames.Version2WithPassword);

        Assert.True(outcome.Verdict.IsAccepted);
        Assert.Equal(ReceiveFinding.None, outcome.Verdict.Warnings);
        Assert.Equal(new ReceivedAdvertisement(CapturedFrames.Source, 150, TimeSpan.FromSeconds(1)), outcome.Verdict.Advertisement);
        Assert.Equal(1UL, outcome.Statistics.AdvertisementsReceived);
    }

    [Fact]
    public void A_right_version_3_packet_is_accepted() => Assert.True(CheckVersion3(CapturedFrames.Version3).Verdict.IsAccepted);

    [Fact]
    public void A_right_IPv6_packet_is_accepted() => Assert.True(CheckIPv6(CapturedFrames.Version3IPv6Message).Verdict.IsAccepted);

    [Fact]
    public void Check_2_a_short_packet_is_dropped()
    {
        Outcome outcome = CheckVersion2(CapturedFrames.Version2WithPassword[..^8]);

        AssertDropped(ReceiveFinding.Length, outcome, s => s.LengthErrors);
        Assert.Equal((36, 44), (outcome.Verdict.Found, outcome.Verdict.Expected));
    }

    [Fact]
    public void Check_2_a_long_packet_is_dropped() =>
        AssertDropped(
            ReceiveFinding.Length, CheckVersion2([.. CapturedFrames.Version2WithPassword, 0, 0, 0]), s => s.LengthErrors);

    [Fact]
    public void Check_2_tolerates_padding_to_the_shortest_Ethernet_frame() =>
        Assert.True(CheckVersion3([.. CapturedFrames.Version3, .. new byte[46 - 32]]).Verdict.IsAccepted);

    [Fact]
    public void Check_2_tolerates_no_padding_beyond_the_shortest_Ethernet_frame() =>
        AssertDropped(
            ReceiveFinding.Length, CheckVersion3([.. CapturedFrames.Version3, .. new byte[47 - 32]]), s => s.LengthErrors);

    [Fact]
    public void Check_2_tolerates_no_padding_behind_an_IPv6_message() =>
        AssertDropped(
            ReceiveFinding.Length, CheckIPv6([.. CapturedFrames.Version3IPv6Message, 0]), s => s.LengthErrors);

    [Fact]
    public void Check_3_a_trailer_not_configured_is_a_wrong_length() =>
        AssertDropped(
            ReceiveFinding.Length, CheckVersion3([.. CapturedFrames.Version3, .. new byte[28]]), s => s.LengthErrors);

    [Theory]
    [InlineData(254)]
    [InlineData(1)]
    public void Check_4_a_multicast_packet_that_was_routed_is_dropped_RFC9568_7_1(byte ttl) =>
        AssertDropped(ReceiveFinding.HopLimit, CheckVersion3(With(CapturedFrames.Version3, 8, ttl)), s => s.TtlErrors);

    [Fact]
    public void Check_5_another_version_is_dropped() =>
        AssertDropped(ReceiveFinding.Version, CheckVersion3(With(CapturedFrames.Version3, 20, 0x21)), s => s.VersionErrors);

    [Fact]
    public void Check_7_an_authentication_type_that_does_not_exist_is_dropped() =>
        AssertDropped(
            ReceiveFinding.InvalidAuthenticationType,
            CheckVersion2(With(CapturedFrames.Version2WithPassword, 24, 3)),
            s => s.InvalidAuthenticationTypes);

    [Fact]
    public void Check_7_another_authentication_type_is_dropped() =>
        AssertDropped(
            ReceiveFinding.AuthenticationTypeMismatch,
            CheckVersion2(With(CapturedFrames.Version2WithPassword, 24, 0)),
            s => s.AuthenticationTypeMismatches);

    [Fact]
    public void Check_7_a_wrong_password_is_dropped() =>
        AssertDropped(
            ReceiveFinding.AuthenticationFailure,
            CheckVersion2(With(CapturedFrames.Version2WithPassword, 36, (byte)'S')),
            s => s.AuthenticationFailures);

    [Fact]
    public void Check_8_another_interval_is_dropped_in_version_2_RFC3768_7_1()
    {
        Outcome outcome = CheckVersion2(With(CapturedFrames.Version2WithPassword, 25, 2));

        AssertDropped(ReceiveFinding.Interval, outcome, s => s.IntervalErrors);
        Assert.Equal((2000, 1000), (outcome.Verdict.Found, outcome.Verdict.Expected));
    }

    [Fact]
    public void Check_9_another_type_is_dropped() =>
        AssertDropped(ReceiveFinding.Type, CheckVersion3(With(CapturedFrames.Version3, 20, 0x32)), s => s.InvalidTypes);

    [Fact]
    public void Check_10_an_IP_header_that_states_another_length_is_dropped() =>
        AssertDropped(ReceiveFinding.StatedLength, CheckVersion3(With(CapturedFrames.Version3, 3, 33)), s => s.LengthErrors);

    [Fact]
    public void Check_11_another_interval_is_a_warning_in_version_3()
    {
        AdvertisementFormat format = CapturedFrames.Version3Format with { Interval = TimeSpan.FromSeconds(1) };

        ReceiveVerdict verdict = CheckIPv4(CapturedFrames.Version3, new ReceiveRules { Format = format }).Verdict;

        Assert.True(verdict.IsAccepted);
        Assert.Equal(ReceiveFinding.DifferentInterval, verdict.Warnings);
        Assert.Equal(TimeSpan.FromMilliseconds(500), verdict.Advertisement.Interval);
    }

    [Theory]
    [InlineData(22)]
    [InlineData(27)]
    [InlineData(31)]
    public void Check_12_a_wrong_checksum_is_dropped(int offset) =>
        AssertDropped(
            ReceiveFinding.Checksum,
            CheckVersion3(With(CapturedFrames.Version3, offset, (byte)(CapturedFrames.Version3[offset] ^ 1))),
            s => s.ChecksumErrors);

    [Fact]
    public void Check_12_a_wrong_IPv6_checksum_is_dropped_unless_the_kernel_has_verified_it()
    {
        byte[] message = With(CapturedFrames.Version3IPv6Message, 6, 0);

        AssertDropped(ReceiveFinding.Checksum, CheckIPv6(message), s => s.ChecksumErrors);
        Assert.True(CheckIPv6(message, isVerified: true).Verdict.IsAccepted);
    }

    [Fact]
    public void Check_12_is_not_made_with_v3_checksum_as_v2()
    {
        var rules = new ReceiveRules { Format = CapturedFrames.Version3Format with { Version3ChecksumAsVersion2 = true } };

        Assert.True(CheckIPv4(With(CapturedFrames.Version3, 26, 0), rules).Verdict.IsAccepted);
    }

    [Fact]
    public void Check_13_unicast_is_dropped_where_multicast_is_configured() =>
        AssertDropped(
            ReceiveFinding.Destination,
            CheckIPv4(CapturedFrames.Version3Unicast, new ReceiveRules { Format = CapturedFrames.Version3UnicastFormat }),
            s => s.DestinationErrors);

    [Fact]
    public void Check_13_multicast_is_dropped_where_unicast_is_configured() =>
        AssertDropped(
            ReceiveFinding.Destination,
            CheckIPv4(CapturedFrames.Version3, new ReceiveRules { Format = CapturedFrames.Version3Format, IsUnicast = true }),
            s => s.DestinationErrors);

    [Fact]
    public void Check_14_an_owner_told_to_ignore_advertisements_drops_all()
    {
        var rules = new ReceiveRules { Format = CapturedFrames.Version3Format, OwnerIgnoresAdvertisements = true };

        AssertDropped(ReceiveFinding.OwnerIgnores, CheckIPv4(CapturedFrames.Version3, rules), s => s.OwnerIgnored);
    }

    [Theory]
    [InlineData("10.91.0.103")]
    [InlineData("10.91.0.102", "10.91.0.103")]
    [InlineData]
    public void Check_15_other_addresses_are_a_warning_and_counted_but_accepted(params string[] configured)
    {
        AdvertisementFormat format = CapturedFrames.Version3Format with { Addresses = [.. configured.Select(InternetAddress.Parse)] };

        Outcome outcome = CheckIPv4(CapturedFrames.Version3, new ReceiveRules { Format = format });

        Assert.True(outcome.Verdict.IsAccepted);
        Assert.Equal(ReceiveFinding.AddressList, outcome.Verdict.Warnings);
        Assert.Equal(1UL, outcome.Statistics.AddressListErrors);
        Assert.Equal(1UL, outcome.Statistics.AdvertisementsReceived);
    }

    [Fact]
    public void Check_15_the_order_of_addresses_does_not_matter()
    {
        AdvertisementFormat format = CapturedFrames.Version2WithPasswordFormat with
        {
            Addresses = [InternetAddress.Parse("10.91.0.101"), InternetAddress.Parse("10.91.0.100")],
        };

        Assert.Equal(
            ReceiveFinding.None,
            CheckIPv4(CapturedFrames.Version2WithPassword, new ReceiveRules { Format = format }).Verdict.Warnings);
    }

    [Theory]
    [InlineData(false, "10.91.0.1", ReceiveFinding.None)]
    [InlineData(false, "10.91.0.7", ReceiveFinding.AddressList)]
    [InlineData(true, "10.91.0.1", ReceiveFinding.AddressList)]
    public void Check_15_is_skipped_for_the_known_master_but_a_master_always_checks(bool isMaster, string known, ReceiveFinding expected)
    {
        var rules = new ReceiveRules { Format = CapturedFrames.Version3Format with { Addresses = [] }, TrustsAddressListOfKnownMaster = true };
        var receiver = new AdvertisementReceiver(rules, new VrrpStatistics());
        Assert.True(VrrpDatagram.TryOpenIPv4(CapturedFrames.Version3, out VrrpDatagram datagram));

        ReceiveVerdict verdict = receiver.Check(datagram, new ReceiverContext(isMaster, InternetAddress.Parse(known), 0));

        Assert.Equal(expected, verdict.Warnings);
    }

    [Fact]
    public void Check_16_unicast_from_a_stranger_is_dropped_after_it_was_counted_as_received()
    {
        Outcome outcome = CheckIPv4(CapturedFrames.Version3Unicast, Unicast(new UnicastPeer(Peer)));

        AssertDropped(ReceiveFinding.UnknownPeer, outcome, s => s.UnknownPeers);
        Assert.Equal(1UL, outcome.Statistics.AdvertisementsReceived);
    }

    [Theory]
    [InlineData(10, 20, 9, false)]
    [InlineData(10, 20, 10, true)]
    [InlineData(10, 20, 20, true)]
    [InlineData(10, 20, 21, false)]
    public void Check_16_a_peer_is_believed_within_its_TTL_range(byte minimum, byte maximum, byte ttl, bool accepted)
    {
        Outcome outcome = CheckIPv4(
            With(CapturedFrames.Version3Unicast, 8, ttl), Unicast(new UnicastPeer(CapturedFrames.Source, minimum, maximum)));

        Assert.Equal(accepted ? ReceiveFinding.None : ReceiveFinding.PeerHopLimit, outcome.Verdict.Dropped);
        Assert.Equal(accepted ? 0UL : 1UL, outcome.Statistics.TtlErrors);
    }

    [Theory]
    [InlineData(OldUnicastChecksum.Automatic, true)]
    [InlineData(OldUnicastChecksum.Always, true)]
    [InlineData(OldUnicastChecksum.Never, false)]
    public void An_old_unicast_checksum_is_believed_unless_forbidden(OldUnicastChecksum mode, bool accepted) =>
        Assert.Equal(accepted, CheckIPv4(OldStyle(), Unicast(mode)).Verdict.IsAccepted);

    [Fact]
    public void An_old_unicast_checksum_switches_sending_to_the_old_way_and_standard_packets_stay_welcome()
    {
        var receiver = new AdvertisementReceiver(Unicast(OldUnicastChecksum.Automatic), new VrrpStatistics());
        Assert.Equal(ChecksumCoverage.Standard, receiver.Coverage);

        Assert.Equal(ReceiveFinding.OldUnicastChecksum, Check(receiver, OldStyle()).Warnings);
        Assert.Equal(ChecksumCoverage.MulticastPseudoHeader, receiver.Coverage);
        Assert.Equal(ReceiveFinding.None, Check(receiver, OldStyle()).Warnings);
        Assert.True(Check(receiver, CapturedFrames.Version3Unicast).IsAccepted);
    }

    [Fact]
    public void A_forced_old_unicast_checksum_refuses_the_standard_one() =>
        AssertDropped(
            ReceiveFinding.Checksum, CheckIPv4(CapturedFrames.Version3Unicast, Unicast(OldUnicastChecksum.Always)), s => s.ChecksumErrors);

    [Fact]
    public void A_finding_is_reported_once_until_state_or_master_change()
    {
        var receiver = new AdvertisementReceiver(new ReceiveRules { Format = CapturedFrames.Version3Format }, new VrrpStatistics());
        byte[] routed = With(CapturedFrames.Version3, 8, 1);

        Assert.Equal(ReceiveFinding.HopLimit, Check(receiver, routed, epoch: 1).ToReport);
        Assert.Equal(ReceiveFinding.None, Check(receiver, routed, epoch: 1).ToReport);
        Assert.Equal(ReceiveFinding.Version, Check(receiver, With(CapturedFrames.Version3, 20, 0x21), epoch: 1).ToReport);
        Assert.Equal(ReceiveFinding.HopLimit, Check(receiver, routed, epoch: 2).ToReport);
    }

    [Fact]
    public void Every_reason_to_drop_has_words()
    {
        foreach (ReceiveFinding finding in Enum.GetValues<ReceiveFinding>())
        {
            bool isWarning = finding >= ReceiveFinding.DifferentInterval;
            var verdict = new ReceiveVerdict { Dropped = finding };
            if (isWarning)
            {
                Assert.Throws<InvalidOperationException>(() => verdict.DescribeDrop());
            }
            else
            {
                Assert.Equal(finding == ReceiveFinding.None, string.IsNullOrEmpty(verdict.DescribeDrop()));
            }
        }
    }

    [Theory]
    [InlineData(27)]
    [InlineData(0)]
    public void A_packet_too_short_for_a_router_id_belongs_to_nobody(int length) =>
        Assert.False(VrrpDatagram.TryOpenIPv4(CapturedFrames.Version3.AsSpan(0, length), out _));

    [Fact]
    public void A_packet_of_another_protocol_belongs_to_nobody() =>
        Assert.False(VrrpDatagram.TryOpenIPv4(With(CapturedFrames.Version3, 9, 51), out _));

    private readonly record struct Outcome(ReceiveVerdict Verdict, VrrpStatistics Statistics);

    private static ReceiveRules Unicast(OldUnicastChecksum mode) => new()
    {
        Format = CapturedFrames.Version3UnicastFormat with { OldUnicastChecksum = mode },
        IsUnicast = true,
    };

    private static ReceiveRules Unicast(UnicastPeer peer) =>
        Unicast(OldUnicastChecksum.Never) with { Peers = [peer], RequiresKnownPeer = true };

    private static byte[] OldStyle() =>
        new AdvertisementImage(
            CapturedFrames.Version3UnicastFormat, CapturedFrames.Source, Peer, coverage: ChecksumCoverage.MulticastPseudoHeader)
            .Prepare(101, 1).ToArray();

    private static byte[] With(byte[] packet, int offset, byte value)
    {
        byte[] changed = [.. packet];
        changed[offset] = value;
        return changed;
    }

    private static Outcome CheckVersion2(byte[] packet) =>
        CheckIPv4(packet, new ReceiveRules { Format = CapturedFrames.Version2WithPasswordFormat });

    private static Outcome CheckVersion3(byte[] packet) =>
        CheckIPv4(packet, new ReceiveRules { Format = CapturedFrames.Version3Format });

    private static Outcome CheckIPv4(byte[] packet, ReceiveRules rules)
    {
        var statistics = new VrrpStatistics();
        return new(Check(new AdvertisementReceiver(rules, statistics), packet), statistics);
    }

    private static ReceiveVerdict Check(AdvertisementReceiver receiver, byte[] packet, int epoch = 0)
    {
        Assert.True(VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram));
        return receiver.Check(datagram, new ReceiverContext(false, null, epoch));
    }

    private static Outcome CheckIPv6(byte[] message, bool isVerified = false)
    {
        var statistics = new VrrpStatistics();
        var receiver = new AdvertisementReceiver(new ReceiveRules { Format = CapturedFrames.Version3IPv6Format }, statistics);
        Assert.True(VrrpDatagram.TryOpenIPv6(
            message, CapturedFrames.SourceIPv6, InternetAddress.VrrpGroupIPv6, 255, isVerified, out VrrpDatagram datagram));
        return new(receiver.Check(datagram, default), statistics);
    }

    private static void AssertDropped(ReceiveFinding reason, Outcome outcome, Func<VrrpStatistics, ulong> counter)
    {
        Assert.Equal(reason, outcome.Verdict.Dropped);
        Assert.Equal(1UL, counter(outcome.Statistics));
        Assert.Equal(reason, outcome.Verdict.ToReport);
    }
}
