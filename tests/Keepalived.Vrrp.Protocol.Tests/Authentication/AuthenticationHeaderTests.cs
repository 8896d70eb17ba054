namespace Keepalived.Vrrp.Protocol.Tests.Authentication;

/// <summary><c>auth_type AH</c> (RFC 2338 section 5.3.6.3, RFC 2402, RFC 2403). Two of the vectors are what keepalived 2.2.7 put on a wire.</summary>
public sealed class AuthenticationHeaderTests
{
    private static readonly AhVector Multicast = Vectors.Ah.First(v => v.Name == "multicast");
    private static readonly AhVector Unicast = Vectors.Ah.First(v => v.Name == "unicast");

    public static TheoryData<AhVector> All => [.. Vectors.Ah];

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void A_sealed_packet_is_byte_for_byte_the_vector(AhVector vector)
    {
        SecurityAssociation association = new(vector.Format.Password!, vector.Sequence - 1);

        Assert.Equal(Convert.ToHexString(vector.Packet), Convert.ToHexString(Send(vector, association)));
        Assert.Equal(vector.Sequence, association.LastSequence);
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void The_vector_is_believed(AhVector vector)
    {
        Assert.Equal(ReceiveFinding.None, Receive(Receiver(vector), vector.Packet).Dropped);
    }

    [Fact]
    public void The_sequence_counts_on_with_every_packet()
    {
        SecurityAssociation association = new("secret1");
        byte[][] packets = [Send(Multicast, association), Send(Multicast, association), Send(Multicast, association)];

        Assert.Equal([1, 2, 3], packets.Select(packet => packet[20 + 11]));
        AdvertisementReceiver receiver = Receiver(Multicast);
        Assert.All(packets, packet => Assert.True(Receive(receiver, packet).IsAccepted));
    }

    [Fact]
    public void A_received_sequence_must_increase()
    {
        AdvertisementReceiver receiver = Receiver(Multicast);
        SecurityAssociation sender = new("secret1");
        byte[] first = Send(Multicast, sender);
        byte[] second = Send(Multicast, sender);
        byte[] third = Send(Multicast, sender);

        Assert.True(Receive(receiver, second).IsAccepted);
        Assert.Equal(ReceiveFinding.AuthenticationSequence, Receive(receiver, first).Dropped);
        Assert.Equal(ReceiveFinding.AuthenticationSequence, Receive(receiver, second).Dropped);
        Assert.True(Receive(receiver, third).IsAccepted);
    }

    [Fact]
    public void A_forged_sequence_does_not_silence_the_sender()
    {
        AdvertisementReceiver receiver = Receiver(Multicast);
        SecurityAssociation sender = new("secret1");
        byte[] forged = Send(Multicast, sender);
        forged[20 + 8] = 0xFF;

        Assert.Equal(ReceiveFinding.AuthenticationDigest, Receive(receiver, forged).Dropped);
        Assert.True(Receive(receiver, Send(Multicast, sender)).IsAccepted);
    }

    [Fact]
    public void A_router_that_takes_over_goes_on_above_the_number_it_heard()
    {
        AdvertisementReceiver receiver = Receiver(Multicast);
        Receive(receiver, Send(Multicast, new SecurityAssociation("secret1", 41)));

        byte[] own = Send(Multicast, receiver.Association!);

        Assert.Equal(43, own[20 + 11]);
    }

    [Fact]
    public void Every_bit_is_covered_but_what_a_router_may_change()
    {
        // Offsets in the IPv4 header: type of service, fragment (flags and offset), checksum. TTL 255 of multicast is covered.
        int[] mutable = [1, 6, 7, 10, 11];
        for (int offset = 0; offset < Multicast.Packet.Length; offset++)
        {
            byte[] changed = [.. Multicast.Packet];
            changed[offset] ^= 0x10;
            bool isBelieved = VrrpDatagram.TryOpenIPv4(changed, out VrrpDatagram datagram) && Receiver(Multicast).Check(datagram, default).IsAccepted;
            Assert.True(mutable.Contains(offset) == isBelieved, $"byte {offset}");
        }
    }

    [Fact]
    public void The_TTL_of_unicast_may_change_on_the_way()
    {
        byte[] routed = [.. Unicast.Packet];
        routed[8] = 60;

        Assert.True(Receive(Receiver(Unicast), routed).IsAccepted);
    }

    [Fact]
    public void The_index_is_the_senders_address()
    {
        byte[] other = [.. Multicast.Packet];
        other[20 + 7] = 9;

        Assert.Equal(ReceiveFinding.AuthenticationDigest, Receive(Receiver(Multicast), other).Dropped);
    }

    [Fact]
    public void Another_password_is_a_failure_and_counted()
    {
        VrrpStatistics statistics = new();
        AdvertisementReceiver receiver = new(Rules(Multicast) with { Format = Multicast.Format with { Password = "secret2" } }, statistics);

        Assert.Equal(ReceiveFinding.AuthenticationDigest, Receive(receiver, Multicast.Packet).Dropped);
        Assert.Equal(1UL, statistics.AuthenticationFailures);
    }

    [Fact]
    public void Check_1_comes_first_a_header_that_is_not_configured_is_a_type_mismatch()
    {
        VrrpStatistics statistics = new();
        AdvertisementReceiver receiver = new(Rules(Multicast) with { Format = Multicast.Format with { UsesAuthenticationHeader = false } }, statistics);

        Assert.Equal(ReceiveFinding.AuthenticationHeader, Receive(receiver, Multicast.Packet).Dropped);
        Assert.Equal(1UL, statistics.AuthenticationTypeMismatches);
    }

    [Fact]
    public void Check_1_comes_first_a_header_that_is_missing_is_a_type_mismatch()
    {
        AdvertisementFormat format = CapturedFrames.Version2WithPasswordFormat with { UsesAuthenticationHeader = true };
        VrrpStatistics statistics = new();

        Assert.Equal(
            ReceiveFinding.AuthenticationHeader, Receive(new(new ReceiveRules { Format = format }, statistics), CapturedFrames.Version2WithPassword).Dropped);
        Assert.Equal(1UL, statistics.AuthenticationTypeMismatches);
    }

    [Theory]
    [InlineData(0, 6)]
    [InlineData(1, 5)]
    public void A_header_of_another_protocol_or_length_belongs_to_nobody(int offset, byte value)
    {
        byte[] other = [.. Multicast.Packet];
        other[20 + offset] = value;

        Assert.False(VrrpDatagram.TryOpenIPv4(other, out _));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(43)]
    [InlineData(51)]
    public void A_packet_too_short_for_a_router_id_belongs_to_nobody(int length) =>
        Assert.False(VrrpDatagram.TryOpenIPv4(Multicast.Packet.AsSpan(0, length), out _));

    [Fact]
    public void A_reload_keeps_the_sequence_and_takes_the_password()
    {
        AdvertisementReceiver receiver = Receiver(Multicast);
        Receive(receiver, Send(Multicast, new SecurityAssociation("secret1", 99)));

        receiver.UpdateRules(Rules(Multicast) with { Format = Multicast.Format with { Password = "another" } });

        Assert.Equal(100U, receiver.Association!.LastSequence);
        AhVector changed = Multicast with { Format = receiver.Rules.Format };
        Assert.True(Receive(receiver, Send(changed, new SecurityAssociation("another", 100))).IsAccepted);
    }

    [Fact]
    public void Only_version_2_over_IPv4_has_one() =>
        Assert.Throws<ArgumentException>(() => new AdvertisementImage(
            CapturedFrames.Version3Format with { UsesAuthenticationHeader = true },
            CapturedFrames.Source,
            InternetAddress.VrrpGroupIPv4,
            authentication: new(new SecurityAssociation("x"), null)));

    private static byte[] Send(AhVector vector, SecurityAssociation association) =>
        new AdvertisementImage(vector.Format, vector.Source, vector.Destination, vector.Ttl, authentication: new(association, null))
            .Prepare(vector.Priority, vector.Identification).ToArray();

    private static ReceiveRules Rules(AhVector vector) => new() { Format = vector.Format, IsUnicast = !vector.Destination.IsMulticast };

    private static AdvertisementReceiver Receiver(AhVector vector) => new(Rules(vector), new VrrpStatistics());

    private static ReceiveVerdict Receive(AdvertisementReceiver receiver, byte[] packet)
    {
        Assert.True(VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram));
        return receiver.Check(datagram, default);
    }
}
