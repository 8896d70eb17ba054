namespace Keepalived.Vrrp.Protocol.Tests.Authentication;

/// <summary>What <c>auth_hmac</c> demands of received advertisements: modes, order of the checks, counters, keys, replay (behaviour 7).</summary>
public sealed class TrailerTests
{
    private const int Trailer = 32;

    [Fact]
    public void A_signed_advertisement_is_accepted_without_a_word()
    {
        SignatureRig rig = new();

        ReceiveVerdict verdict = rig.Hear(rig.Send());

        Assert.True(verdict.IsAccepted);
        Assert.Equal(ReceiveFinding.None, verdict.Warnings);
    }

    [Theory]
    [InlineData(HmacMode.Enforce, ReceiveFinding.TrailerMissing, 1)]
    [InlineData(HmacMode.Permissive, ReceiveFinding.None, 0)]
    [InlineData(HmacMode.ReceiveOnly, ReceiveFinding.None, 0)]
    public void Without_trailer_only_enforce_drops(HmacMode mode, ReceiveFinding expected, int missing)
    {
        SignatureRig rig = new(SignatureRig.Settings with { Mode = mode });

        Assert.Equal(expected, rig.Hear(CapturedFrames.Version3).Dropped);
        Assert.Equal((ulong)missing, rig.Statistics.TrailersMissing);
    }

    [Theory]
    [InlineData(HmacMode.Enforce)]
    [InlineData(HmacMode.Permissive)]
    [InlineData(HmacMode.ReceiveOnly)]
    public void An_invalid_trailer_is_dropped_in_every_mode(HmacMode mode)
    {
        SignatureRig rig = new(SignatureRig.Settings with { Mode = mode });
        byte[] packet = rig.Send();
        packet[^1] ^= 1;

        Assert.Equal(ReceiveFinding.TrailerDigest, rig.Hear(packet).Dropped);
        Assert.Equal(1UL, rig.Statistics.TrailersWithWrongDigest);
    }

    [Fact]
    public void Receive_only_sends_no_trailer()
    {
        AdvertisementFormat format = CapturedFrames.Version3Format with { Hmac = SignatureRig.Settings with { Mode = HmacMode.ReceiveOnly } };

        AdvertisementImage image = new(format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4);

        Assert.Equal(CapturedFrames.Version3, image.Prepare(200, 1).ToArray());
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    public void Another_type_or_a_reserved_bit_is_malformed(int offset, byte value)
    {
        SignatureRig rig = new();
        byte[] packet = rig.Send();
        packet[Trailer + offset] = value;

        Assert.Equal(ReceiveFinding.TrailerMalformed, rig.Hear(packet).Dropped);
        Assert.Equal(1UL, rig.Statistics.TrailersMalformed);
    }

    [Fact]
    public void A_key_that_is_not_configured_is_unknown()
    {
        SignatureRig rig = new(receiver: SignatureRig.Settings with { Keys = [SignatureRig.Second], ActiveKey = 2 });

        ReceiveVerdict verdict = rig.Hear(rig.Send());

        Assert.Equal((ReceiveFinding.TrailerUnknownKey, 1), (verdict.Dropped, verdict.Found));
        Assert.Equal(1UL, rig.Statistics.TrailersOfUnknownKeys);
    }

    [Fact]
    public void Every_configured_key_is_believed_and_the_active_one_signs()
    {
        SignatureRig rig = new(sender: SignatureRig.Settings with { ActiveKey = 2 });

        byte[] packet = rig.Send();

        Assert.Equal(2, packet[Trailer + 1]);
        Assert.True(rig.Hear(packet).IsAccepted);
    }

    [Fact]
    public void The_order_is_malformed_stale_unknown_key_digest_replay()
    {
        SignatureRig rig = new();
        byte[] packet = rig.Send();
        Assert.True(rig.Hear(packet).IsAccepted);
        Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(packet).Dropped);
        packet[^1] ^= 1;
        Assert.Equal(ReceiveFinding.TrailerDigest, rig.Hear(packet).Dropped);
        packet[Trailer + 1] = 99;
        Assert.Equal(ReceiveFinding.TrailerUnknownKey, rig.Hear(packet).Dropped);
        rig.ReceiverClock += TimeSpan.FromSeconds(6);
        Assert.Equal(ReceiveFinding.TrailerStale, rig.Hear(packet).Dropped);
        packet[Trailer] = 0;
        Assert.Equal(ReceiveFinding.TrailerMalformed, rig.Hear(packet).Dropped);

        VrrpStatistics s = rig.Statistics;
        Assert.Equal(
            [1UL, 1UL, 1UL, 1UL, 1UL],
            [s.TrailersReplayed, s.TrailersWithWrongDigest, s.TrailersOfUnknownKeys, s.TrailersStale, s.TrailersMalformed]);
        Assert.Equal(1UL, s.AdvertisementsReceived);
    }

    [Fact]
    public void The_trailer_is_judged_after_the_version_and_before_the_type()
    {
        SignatureRig rig = new();
        byte[] packet = rig.Send();
        packet[20] = 0x21;
        Assert.Equal(ReceiveFinding.Version, rig.Hear(packet).Dropped);
        packet[20] = 0x32;
        Assert.Equal(ReceiveFinding.TrailerDigest, rig.Hear(packet).Dropped);
    }

    [Fact]
    public void A_trailer_is_recognised_by_length_and_another_length_is_a_wrong_length()
    {
        SignatureRig rig = new();
        byte[] packet = rig.Send();

        Assert.Equal(ReceiveFinding.Length, rig.Hear([.. packet, 0]).Dropped);
        Assert.Equal(ReceiveFinding.Length, rig.Hear(packet[..^1]).Dropped);
    }

    [Fact]
    public void The_stated_length_counts_the_trailer()
    {
        SignatureRig rig = new();
        byte[] packet = rig.Send();
        packet[3] -= 28;

        Assert.Equal(ReceiveFinding.StatedLength, rig.Hear(packet).Dropped);
    }

    [Fact]
    public void A_repeated_advertisement_is_dropped_for_as_long_as_it_is_fresh()
    {
        SignatureRig rig = new();
        byte[] recorded = rig.Send();
        Assert.True(rig.Hear(recorded).IsAccepted);
        for (int i = 0; i < 5; i++)
        {
            rig.Advance(1);
            Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(recorded).Dropped);
            Assert.Equal(ReceiveFinding.None, rig.Exchange());
        }

        rig.Advance(1);
        Assert.Equal(ReceiveFinding.TrailerStale, rig.Hear(recorded).Dropped);
    }

    [Fact]
    public void In_time_mode_freshness_bridges_what_a_restart_forgot()
    {
        SignatureRig rig = new();
        byte[] recorded = rig.Send();
        rig.Hear(recorded);
        rig.Advance(10);
        rig.Forget();

        Assert.Equal(ReceiveFinding.TrailerStale, rig.Hear(recorded).Dropped);
    }

    [Fact]
    public void In_monotonic_mode_the_clock_does_not_matter_and_the_sequence_does()
    {
        SignatureRig rig = new(SignatureRig.Monotonic, SignatureRig.Monotonic) { SenderClock = DateTimeOffset.UnixEpoch };
        byte[] recorded = rig.Send();

        ReceiveVerdict first = rig.Hear(recorded);

        Assert.True(first.IsAccepted);
        Assert.Equal(ReceiveFinding.None, first.Warnings);
        Assert.Equal(ReceiveFinding.None, rig.Exchange());
        Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(recorded).Dropped);
    }

    [Fact]
    public void In_multicast_the_four_senders_heard_last_are_remembered()
    {
        SignatureRig rig = new();
        byte[][] packets = [.. Enumerable.Range(1, 5).Select(i => rig.From($"10.91.0.{i}", SignatureRig.Noon))];
        Assert.All(packets[..4], packet => Assert.True(rig.Hear(packet).IsAccepted));
        Assert.All(packets[..4], packet => Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(packet).Dropped));

        Assert.True(rig.Hear(packets[4]).IsAccepted);

        Assert.True(rig.Hear(packets[0]).IsAccepted);
        Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(packets[4]).Dropped);
        Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(packets[2]).Dropped);
    }

    [Fact]
    public void In_unicast_every_peer_is_remembered()
    {
        EquatableArray<UnicastPeer> peers = [.. Enumerable.Range(1, 9).Select(i => new UnicastPeer(InternetAddress.Parse($"10.91.0.{i}")))];
        ReplayMemory memory = new();
        memory.SetPeers(peers.AsSpan());
        foreach (UnicastPeer peer in peers)
        {
            Assert.False(memory.TryGet(peer.Address, out _));
            memory.Set(peer.Address, new SequenceStamp(7));
        }

        for (int i = 0; i < 20; i++)
        {
            memory.Set(InternetAddress.Parse($"10.92.0.{i}"), new SequenceStamp(8));
        }

        Assert.All(peers, peer => Assert.True(memory.TryGet(peer.Address, out SequenceStamp last) && last.Value == 7));
    }

    [Fact]
    public void Peers_that_stay_over_a_reload_are_remembered()
    {
        UnicastPeer one = new(InternetAddress.Parse("10.91.0.1"));
        UnicastPeer two = new(InternetAddress.Parse("10.91.0.2"));
        InternetAddress stranger = InternetAddress.Parse("10.92.0.1");
        ReplayMemory memory = new();
        memory.SetPeers([one, two]);
        memory.Set(one.Address, new SequenceStamp(1));
        memory.Set(two.Address, new SequenceStamp(2));
        memory.Set(stranger, new SequenceStamp(3));

        memory.SetPeers([two]);

        Assert.False(memory.TryGet(one.Address, out _));
        Assert.True(memory.TryGet(two.Address, out SequenceStamp last) && last.Value == 2);
        Assert.True(memory.TryGet(stranger, out last) && last.Value == 3);
    }

    [Fact]
    public void A_reload_that_changes_the_keys_keeps_the_memory()
    {
        SignatureRig rig = new();
        byte[] recorded = rig.Send();
        rig.Hear(recorded);

        HmacSettings rotated = SignatureRig.Settings with { ActiveKey = 2 };
        rig.Receiver.UpdateRules(rig.Rules with { Format = rig.Rules.Format with { Hmac = rotated } });

        Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(recorded).Dropped);
    }

    [Fact]
    public void A_secret_is_never_printed() =>
        Assert.DoesNotContain("48", new HmacKey(1, [48, 49, 50]).ToString(), StringComparison.Ordinal);
}
