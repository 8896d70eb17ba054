namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>The echo function (RFC 5880 sections 6.4, 6.8.5, 6.8.8, 6.8.9; RFC 5881 section 4).</summary>
public sealed class EchoTests
{
    private static readonly BfdSessionOptions Echoing = SessionRig.Options() with { EchoInterval = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public void SipHash_gives_the_first_vectors_of_its_authors()
    {
        // The reference implementation's vectors_sip64: key 00..0f, message 00, 01, ... of the length given.
        var hash = new SipHash([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);
        byte[] message = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];

        Assert.Equal(0x726F_DB47_DD0E_0E31ul, hash.Compute(message.AsSpan(0, 0)));
        Assert.Equal(0x74F8_39C5_93DC_67FDul, hash.Compute(message.AsSpan(0, 1)));
        Assert.Equal(0x93F5_F579_9A93_2462ul, hash.Compute(message.AsSpan(0, 8)));
        // The example of appendix A of the paper.
        Assert.Equal(0xA129_CA61_49BE_45E5ul, hash.Compute(message.AsSpan(0, 15)));
    }

    [Fact]
    public void Echo_begins_when_both_are_up_and_the_neighbour_returns_them_RFC_5880_section_6_8_9()
    {
        var rig = new SessionRig(Echoing);
        rig.Neighbor = rig.Neighbor with { RequiredMinimumEchoReceive = 10_000 };
        rig.Hear(BfdState.Down);
        Assert.Empty(rig.Echoes);
        rig.Hear(BfdState.Up);
        Assert.Equal(BfdState.Up, rig.Session.State);

        Assert.True(rig.Session.IsEchoing);
        Assert.Single(rig.Echoes);
        Assert.Equal(BfdReportKind.EchoStarted, rig.Reports[0].Kind);
    }

    [Fact]
    public void Nothing_is_echoed_to_a_neighbour_that_returns_none_RFC_5880_section_6_8_9()
    {
        SessionRig rig = SessionRig.Up(Echoing);
        rig.RunWithNeighbor(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50));

        Assert.Empty(rig.Echoes);
        Assert.Equal(TimeSpan.FromMilliseconds(50), rig.Session.RequiredMinimumReceive);
        Assert.Equal(BfdState.Up, rig.Session.State);
    }

    [Theory]
    [InlineData(10_000u, 20)]
    [InlineData(100_000u, 100)]
    public void Echoes_come_at_the_slower_sides_interval_less_jitter_RFC_5880_section_6_8_9(uint remote, int milliseconds)
    {
        SessionRig rig = UpWithEcho(remote);
        Assert.Equal(milliseconds, (int)rig.Session.EchoInterval.TotalMilliseconds);
        rig.Forget();
        RunReturning(rig, 1000);

        Assert.InRange(rig.Echoes.Count, 1000.0 / (0.9 * milliseconds) - 1, 1000.0 / (0.75 * milliseconds) + 1);
    }

    [Fact]
    public void With_echo_control_packets_are_asked_for_once_a_second_RFC_5880_section_6_8_3()
    {
        SessionRig rig = UpWithEcho(10_000);

        Assert.Equal(TimeSpan.FromSeconds(1), rig.Session.RequiredMinimumReceive);
        Assert.Equal(TimeSpan.FromSeconds(3), rig.Session.DetectionTime);
    }

    [Fact]
    public void Echoes_that_stay_away_take_the_session_down_after_multiplier_times_their_interval_RFC_5880_section_6_8_5()
    {
        SessionRig rig = UpWithEcho(10_000);
        RunReturning(rig, 500);
        MonotonicTime last = rig.Now;
        rig.Forget();
        rig.Run(TimeSpan.FromMilliseconds(200));

        (MonotonicTime at, _, BfdState after, BfdCause cause) = Assert.Single(rig.Changes);
        Assert.Equal((BfdState.Down, BfdCauseKind.EchoFailed), (after, cause.Kind));
        Assert.InRange((at - last).TotalMilliseconds, 40, 60);
        Assert.Equal((BfdState.Down, BfdDiagnostic.EchoFailed), (rig.Last.State, rig.Last.Diagnostic));
        Assert.False(rig.Session.IsEchoing);
        int echoes = rig.Echoes.Count;
        rig.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(echoes, rig.Echoes.Count);
    }

    [Fact]
    public void Two_lost_echoes_are_tolerated_with_a_multiplier_of_three()
    {
        SessionRig rig = UpWithEcho(10_000);
        for (int i = 0; i < 100; i++)
        {
            rig.Run(TimeSpan.FromMilliseconds(44));
            rig.ReturnEchoes();
            rig.Hear(BfdState.Up);
        }

        Assert.Equal(BfdState.Up, rig.Session.State);
    }

    [Fact]
    public void Echo_ends_with_a_neighbour_that_returns_them_no_more_RFC_5880_section_6_8_6()
    {
        SessionRig rig = UpWithEcho(10_000);
        RunReturning(rig, 100);
        rig.Forget();
        rig.Neighbor = rig.Neighbor with { RequiredMinimumEchoReceive = 0 };
        rig.Hear(BfdState.Up);

        Assert.False(rig.Session.IsEchoing);
        Assert.Equal(TimeSpan.FromMilliseconds(50), rig.Session.RequiredMinimumReceive);
        Assert.True(rig.Session.IsPolling);
        // The neighbour still sends once a second until it has heard of it (RFC 5880 section 6.8.3).
        Assert.Equal(TimeSpan.FromSeconds(3), rig.Session.DetectionTime);
        rig.Hear(BfdState.Up, final: true);
        Assert.Equal(TimeSpan.FromMilliseconds(150), rig.Session.DetectionTime);
        rig.RunWithNeighbor(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50));
        Assert.Empty(rig.Echoes);
        Assert.Equal(BfdState.Up, rig.Session.State);
    }

    [Fact]
    public void A_reload_turns_echo_on_and_off()
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { RequiredMinimumEchoReceive = 10_000 });
        Assert.False(rig.Session.IsEchoing);
        rig.Session.Reconfigure(Echoing, rig.Now);
        Assert.True(rig.Session.IsEchoing);
        rig.Session.Reconfigure(SessionRig.Options(), rig.Now);
        Assert.False(rig.Session.IsEchoing);
        Assert.Empty(rig.Changes);
    }

    [Fact]
    public void An_echo_counts_once_and_only_if_it_is_ours()
    {
        SessionRig rig = UpWithEcho(10_000);
        byte[] echo = rig.Echoes[^1];
        Assert.True(rig.Table.ReceiveEcho(echo, rig.Now).IsAccepted);
        Assert.Equal(new BfdReceipt(rig.Session, BfdDropReason.EchoStale), rig.Table.ReceiveEcho(echo, rig.Now));

        for (int bit = 0; bit < echo.Length * 8; bit++)
        {
            byte[] changed = [.. echo];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(new BfdReceipt(null, BfdDropReason.EchoForeign), rig.Table.ReceiveEcho(changed, rig.Now));
        }

        Assert.Equal(new BfdReceipt(null, BfdDropReason.EchoForeign), rig.Table.ReceiveEcho(echo.AsSpan(1), rig.Now));
        Assert.Equal(new BfdReceipt(null, BfdDropReason.EchoForeign), rig.Table.ReceiveEcho([], rig.Now));
        byte[] other = new byte[BfdEchoSigner.PacketLength];
        new BfdEchoSigner(new byte[16]).Write(other, rig.Session.LocalDiscriminator, 1000);
        Assert.Equal(new BfdReceipt(null, BfdDropReason.EchoForeign), rig.Table.ReceiveEcho(other, rig.Now));
        Assert.Equal(1ul, rig.Session.Statistics.EchoesReturned);
        Assert.Equal(1ul, rig.Session.Statistics.Dropped[BfdDropReason.EchoStale]);
    }

    [Fact]
    public void An_echo_of_before_a_loss_proves_nothing_after_it()
    {
        SessionRig rig = UpWithEcho(10_000);
        byte[] echo = rig.Echoes[^1];
        rig.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(new BfdReceipt(null, BfdDropReason.EchoStale), rig.Table.ReceiveEcho(echo, rig.Now));
        rig.BringUp();
        Assert.True(rig.Session.IsEchoing);
        byte[] resigned = new byte[BfdEchoSigner.PacketLength];
        SessionRig.Signer.Write(resigned, rig.Session.LocalDiscriminator, 1);
        Assert.Equal(new BfdReceipt(rig.Session, BfdDropReason.EchoStale), rig.Table.ReceiveEcho(resigned, rig.Now));
    }

    [Fact]
    public void What_we_return_ourselves_is_advertised_RFC_5880_section_4_1()
    {
        var rig = new SessionRig(SessionRig.Options() with { MinimumEchoReceive = TimeSpan.FromMilliseconds(50) });

        Assert.Equal(50_000u, rig.Last.RequiredMinimumEchoReceive);
    }

    [Fact]
    public void Two_that_echo_each_other_notice_a_path_that_returns_none()
    {
        var pair = new SessionPair(Echoing with { MinimumEchoReceive = TimeSpan.FromMilliseconds(10) });
        pair.Run(TimeSpan.FromSeconds(10));
        pair.AssertBothUp();
        Assert.True(pair.Left.IsEchoing && pair.Right.IsEchoing);
        Assert.True(pair.Left.Statistics.EchoesReturned > 500);

        pair.IsEchoReturned = false;
        pair.Run(TimeSpan.FromMilliseconds(61));
        Assert.NotEqual(BfdState.Up, pair.Left.State);
        Assert.NotEqual(BfdState.Up, pair.Right.State);

        // Control packets pass: it comes up again, but not at the pace of the echo interval.
        pair.Run(TimeSpan.FromSeconds(10));
        Assert.InRange(pair.Left.Statistics.WentDown, 2ul, 15ul);
        pair.IsEchoReturned = true;
        pair.Run(TimeSpan.FromSeconds(3));
        pair.AssertBothUp();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void A_key_of_another_length_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => new BfdEchoSigner(new byte[length]));

    private static SessionRig UpWithEcho(uint remote)
    {
        var rig = new SessionRig(Echoing);
        rig.Neighbor = rig.Neighbor with { RequiredMinimumEchoReceive = remote };
        rig.BringUp();
        return rig;
    }

    private static void RunReturning(SessionRig rig, int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            rig.Run(TimeSpan.FromMilliseconds(1));
            rig.ReturnEchoes();
            if (i % 50 == 0)
            {
                rig.Hear(BfdState.Up, final: rig.Session.IsPolling);
            }
        }
    }
}
