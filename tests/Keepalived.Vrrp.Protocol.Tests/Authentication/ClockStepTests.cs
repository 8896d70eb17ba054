namespace Keepalived.Vrrp.Protocol.Tests.Authentication;

/// <summary>Clocks that stand, run, or jump, of sender and receiver, in virtual time; the window is 5 s.</summary>
public sealed class ClockStepTests
{
    [Fact]
    public void Advertisements_sent_while_the_clock_stands_are_told_apart_by_their_counter()
    {
        SignatureRig rig = new();
        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(ReceiveFinding.None, rig.Exchange());
        }

        // 100,000 are more than a counter of 16 bits holds: it has carried into the fraction.
        Assert.InRange(rig.LastSent.Value - SequenceStamp.At(SignatureRig.Noon).Value, 99_999UL, 99_999UL);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-4.9)]
    public void A_senders_step_back_within_the_window_is_counted_up_until_the_clock_has_caught_up(double step)
    {
        SignatureRig rig = new();
        Assert.Equal(ReceiveFinding.None, rig.Exchange());
        SequenceStamp before = rig.LastSent;
        rig.SenderClock += TimeSpan.FromSeconds(step);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(ReceiveFinding.None, rig.Exchange());
            Assert.True(rig.LastSent.IsAfter(before));
            rig.Advance(1);
        }

        Assert.Equal(SequenceStamp.At(rig.SenderClock - TimeSpan.FromSeconds(1)), rig.LastSent);
    }

    [Fact]
    public void A_sender_that_was_far_ahead_and_steps_back_is_believed_at_once()
    {
        SignatureRig rig = new();
        rig.SenderClock += TimeSpan.FromHours(1);
        Assert.Equal(ReceiveFinding.TrailerStale, rig.Exchange());

        rig.SenderClock -= TimeSpan.FromHours(1);

        Assert.Equal(ReceiveFinding.None, rig.Exchange());
    }

    [Fact]
    public void A_sender_that_steps_forward_out_of_the_window_is_stale_until_the_receiver_follows()
    {
        SignatureRig rig = new();
        Assert.Equal(ReceiveFinding.None, rig.Exchange());
        rig.SenderClock += TimeSpan.FromSeconds(6);
        Assert.Equal(ReceiveFinding.TrailerStale, rig.Advance(1).Exchange());

        rig.ReceiverClock += TimeSpan.FromSeconds(6);

        Assert.Equal(ReceiveFinding.None, rig.Advance(1).Exchange());
    }

    [Fact]
    public void When_both_clocks_step_back_far_the_pair_goes_on()
    {
        SignatureRig rig = new();
        Assert.Equal(ReceiveFinding.None, rig.Exchange());
        rig.SenderClock -= TimeSpan.FromHours(1);
        rig.ReceiverClock -= TimeSpan.FromHours(1);

        Assert.Equal(ReceiveFinding.None, rig.Advance(1).Exchange());
        Assert.Equal(ReceiveFinding.None, rig.Advance(1).Exchange());
    }

    [Fact]
    public void After_a_step_back_a_repetition_is_still_found()
    {
        SignatureRig rig = new();
        rig.Exchange();
        rig.SenderClock -= TimeSpan.FromHours(1);
        rig.ReceiverClock -= TimeSpan.FromHours(1);
        byte[] recorded = rig.Send();
        Assert.True(rig.Hear(recorded).IsAccepted);

        Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(recorded).Dropped);
    }

    [Fact]
    public void A_receivers_small_step_back_opens_no_door()
    {
        SignatureRig rig = new();
        byte[] recorded = rig.Send();
        rig.Hear(recorded);
        rig.ReceiverClock -= TimeSpan.FromSeconds(4);

        Assert.Equal(ReceiveFinding.TrailerReplay, rig.Hear(recorded).Dropped);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(5.001, false)]
    [InlineData(-5, true)]
    [InlineData(-5.001, false)]
    public void The_window_reaches_both_ways_and_includes_its_ends(double skew, bool accepted)
    {
        SignatureRig rig = new();
        rig.SenderClock += TimeSpan.FromSeconds(skew);

        Assert.Equal(accepted ? ReceiveFinding.None : ReceiveFinding.TrailerStale, rig.Exchange());
    }

    [Theory]
    [InlineData(2.5, false)]
    [InlineData(2.6, true)]
    [InlineData(-2.6, true)]
    public void A_clock_off_by_more_than_half_the_window_is_a_warning_once(double skew, bool warned)
    {
        SignatureRig rig = new();
        rig.SenderClock += TimeSpan.FromSeconds(skew);

        ReceiveVerdict first = rig.Hear(rig.Send());
        ReceiveVerdict second = rig.Hear(rig.Send());

        Assert.True(first.IsAccepted && second.IsAccepted);
        Assert.Equal(warned ? ReceiveFinding.ClockSkew : ReceiveFinding.None, first.ToReport);
        Assert.Equal(ReceiveFinding.None, second.ToReport);
    }

    [Fact]
    public void In_monotonic_mode_stamps_never_go_back()
    {
        SignatureRig rig = new(SignatureRig.Monotonic, SignatureRig.Monotonic);
        Assert.Equal(ReceiveFinding.None, rig.Exchange());
        SequenceStamp last = rig.LastSent;
        rig.SenderClock -= TimeSpan.FromDays(10_000);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(ReceiveFinding.None, rig.Advance(1).Exchange());
            Assert.Equal(last.Next, rig.LastSent);
            last = rig.LastSent;
        }
    }

    [Fact]
    public void A_signer_prepared_anew_goes_on_with_its_stamps()
    {
        AdvertisementSigner signer = new();
        AdvertisementFormat format = CapturedFrames.Version3Format with { Hmac = SignatureRig.Settings };
        signer.Prepare(SignatureRig.Settings, format, CapturedFrames.Source);
        signer.Sign(100, SignatureRig.Noon);
        SequenceStamp last = signer.Last;

        signer.Prepare(SignatureRig.Settings with { ActiveKey = 2 }, format, InternetAddress.Parse("10.91.0.9"));
        signer.Sign(100, SignatureRig.Noon);

        Assert.Equal(last.Next, signer.Last);
        Assert.Equal(2, signer.Trailer[1]);
    }

    [Fact]
    public void The_end_of_32_bits_of_seconds_is_no_end()
    {
        SignatureRig rig = new()
        {
            SenderClock = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(uint.MaxValue - 2L),
            ReceiverClock = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(uint.MaxValue - 2L),
        };
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(ReceiveFinding.None, rig.Advance(1).Exchange());
        }
    }

    [Fact]
    public void A_stamp_decades_off_is_stale_and_can_be_said()
    {
        SignatureRig rig = new() { SenderClock = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(2) };

        ReceiveVerdict verdict = rig.Hear(rig.Send());

        Assert.Equal(ReceiveFinding.TrailerStale, verdict.Dropped);
        Assert.Contains("off", verdict.DescribeDrop(), StringComparison.Ordinal);
    }
}
