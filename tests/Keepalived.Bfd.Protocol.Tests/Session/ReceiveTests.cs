namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>Which packets reach the state machine (RFC 5880 section 6.8.6, RFC 5881 section 5, RFC 5883 section 5), and what the others are counted as.</summary>
public sealed class ReceiveTests
{
    [Theory]
    [InlineData(255, 0, 255, true)]
    [InlineData(255, 0, 254, false)]
    [InlineData(255, 1, 254, true)]
    [InlineData(255, 1, 253, false)]
    [InlineData(64, 0, 64, true)]
    [InlineData(64, 0, 63, false)]
    [InlineData(64, 0, 255, true)]
    [InlineData(255, 254, 1, true)]
    [InlineData(255, 254, 0, false)]
    [InlineData(10, 20, 0, true)]
    public void A_packet_over_more_hops_than_allowed_is_dropped_RFC_5881_section_5(byte ttl, int hops, byte received, bool isAccepted)
    {
        var rig = new SessionRig(SessionRig.Options() with { TimeToLive = ttl, LargestHops = (byte)hops });

        Assert.Equal(isAccepted ? BfdDropReason.None : BfdDropReason.TimeToLive, rig.Hear(BfdState.Down, ttl: received));
        Assert.Equal(isAccepted ? 0ul : 1ul, rig.Session.Statistics.Dropped[BfdDropReason.TimeToLive]);
        Assert.Equal(isAccepted ? BfdState.Init : BfdState.Down, rig.Session.State);
    }

    [Fact]
    public void With_any_number_of_hops_every_TTL_is_accepted_RFC_5883_section_5()
    {
        var rig = new SessionRig(SessionRig.Options() with { LargestHops = null });

        Assert.Equal(BfdDropReason.None, rig.Hear(BfdState.Down, ttl: 0));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void A_packet_at_the_other_port_is_dropped_RFC_5883_section_5(bool isMultihop, bool cameToMultihop)
    {
        var rig = new SessionRig(SessionRig.Options() with { IsMultihop = isMultihop });
        BfdControlHeader header = rig.Neighbor with { YourDiscriminator = rig.Session.LocalDiscriminator };

        Assert.Equal(BfdDropReason.WrongPort, rig.Hear(header, multihop: cameToMultihop));
        Assert.Equal(BfdDropReason.None, rig.Hear(header, multihop: isMultihop));
    }

    [Fact]
    public void A_packet_without_our_discriminator_finds_the_session_by_its_path_RFC_5880_section_6_8_6()
    {
        var rig = new SessionRig();

        Assert.Equal(BfdDropReason.None, rig.Hear(BfdState.Down, yours: 0));
        Assert.Equal(BfdState.Init, rig.Session.State);
        byte[] bytes = Packet(rig, rig.Session.LocalDiscriminator);
        Assert.Same(rig.Session, rig.Table.Receive(bytes, "elsewhere", new(255, false), rig.Now).Session);
        bytes = Packet(rig, 0);
        Assert.Equal(new BfdReceipt(null, BfdDropReason.UnknownNeighbor), rig.Table.Receive(bytes, "elsewhere", new(255, false), rig.Now));
        Assert.Equal(1ul, rig.Table.Dropped[BfdDropReason.UnknownNeighbor]);
    }

    [Fact]
    public void What_no_decoder_reads_is_charged_to_who_sent_it()
    {
        var rig = new SessionRig();
        byte[] bytes = Packet(rig, 0);
        bytes[2] = 0;

        Assert.Equal(new BfdReceipt(rig.Session, BfdDropReason.DetectMultiplierZero), rig.Table.Receive(bytes, "neighbor", new(255, false), rig.Now));
        Assert.Equal(1ul, rig.Session.Statistics.Dropped[BfdDropReason.DetectMultiplierZero]);
        Assert.Equal(1ul, rig.Session.Statistics.Dropped.Total);
        Assert.Equal(new BfdReceipt(null, BfdDropReason.DetectMultiplierZero), rig.Table.Receive(bytes, "elsewhere", new(255, false), rig.Now));
        Assert.Equal(1ul, rig.Table.Dropped.Total);
    }

    [Fact]
    public void A_dropped_packet_is_no_sign_of_life_RFC_5880_section_6_8_6()
    {
        SessionRig rig = SessionRig.Up();
        for (int i = 0; i < 10; i++)
        {
            rig.Run(TimeSpan.FromMilliseconds(50));
            rig.Hear(BfdState.Up, ttl: 1);
        }

        Assert.Equal(BfdState.Down, rig.Session.State);
        Assert.Equal(BfdCauseKind.DetectionTimeExpired, rig.Changes[0].Cause.Kind);
    }

    [Fact]
    public void A_session_that_is_not_started_or_was_closed_hears_nothing()
    {
        var rig = new SessionRig(start: false);
        Assert.Equal(BfdDropReason.NotRunning, rig.Hear(BfdState.Down));
        Assert.Empty(rig.Sent);
        Assert.Equal(MonotonicTime.Never, rig.Session.NextDeadline);

        rig.Session.Start(rig.Now);
        uint discriminator = rig.Session.LocalDiscriminator;
        Assert.True(rig.Table.Close(rig.Session));
        Assert.False(rig.Table.Close(rig.Session));
        Assert.Equal(BfdDropReason.UnknownDiscriminator, rig.Hear(BfdState.Down, yours: discriminator));
        Assert.Equal(BfdDropReason.UnknownNeighbor, rig.Hear(BfdState.Down, yours: 0));
        rig.Run(TimeSpan.FromMinutes(1));
        Assert.Single(rig.Sent);
        Assert.Equal(0, rig.Table.Count);
    }

    [Fact]
    public void A_session_that_moved_is_found_at_its_new_path_alone()
    {
        var rig = new SessionRig();
        rig.Table.Move(rig.Session, "new");

        Assert.Null(rig.Table.Find("neighbor"));
        Assert.Same(rig.Session, rig.Table.Find("new"));
        rig.Table.Open("neighbor", SessionRig.Options(), rig);
        Assert.Throws<ArgumentException>(() => rig.Table.Move(rig.Session, "neighbor"));
        Assert.Throws<ArgumentException>(() => rig.Table.Open("new", SessionRig.Options(), rig));
        rig.Table.Move(rig.Session, "new");
        Assert.Equal(2, rig.Table.Sessions.Count);
    }

    [Fact]
    public void Five_thousand_sessions_have_five_thousand_discriminators_none_of_them_zero_RFC_5880_section_6_3()
    {
        var rig = new SessionRig();
        for (int i = 1; i < 5000; i++)
        {
            rig.Table.Open($"n{i}", SessionRig.Options(), rig);
        }

        uint[] discriminators = [.. rig.Table.Sessions.Select(s => s.LocalDiscriminator)];
        Assert.Equal(5000, discriminators.Distinct().Count());
        Assert.DoesNotContain(0u, discriminators);
        Assert.All(rig.Table.Sessions, s => Assert.Same(s, rig.Table.FindByDiscriminator(s.LocalDiscriminator)));
        // Random over the whole range, so that nobody guesses the next.
        Assert.InRange(discriminators.Count(d => d >> 31 == 1), 2300, 2700);
        Assert.InRange(discriminators.Count(d => (d & 1) == 1), 2300, 2700);
    }

    private static byte[] Packet(SessionRig rig, uint yours)
    {
        byte[] bytes = new byte[BfdControlPacket.HeaderLength];
        (rig.Neighbor with { YourDiscriminator = yours }).Write(bytes);
        return bytes;
    }
}
