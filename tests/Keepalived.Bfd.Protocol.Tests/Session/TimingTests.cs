namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>When packets are sent and when silence is noticed (RFC 5880 sections 6.8.2, 6.8.3, 6.8.4 and 6.8.7).</summary>
public sealed class TimingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_started_session_speaks_at_once_and_then_at_the_idle_interval_less_10_to_25_percent()
    {
        var rig = new SessionRig();
        Assert.Single(rig.Sent);

        rig.Run(TimeSpan.FromMinutes(10));

        TimeSpan[] gaps = Gaps(rig.Sent);
        Assert.True(gaps.Length > 600);
        Assert.InRange(gaps.Min(), 0.75 * Second, 0.76 * Second);
        Assert.InRange(gaps.Max(), 0.89 * Second, 0.90 * Second);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(255)]
    public void An_interval_is_shortened_by_10_to_25_percent_whatever_the_multiplier_RFC_5880_section_6_8_7(byte multiplier)
    {
        SessionRig rig = SessionRig.Up(SessionRig.Options() with { DetectMultiplier = multiplier });

        rig.RunWithNeighbor(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(45));

        TimeSpan[] gaps = Gaps(rig.Sent);
        Assert.True(gaps.Length > 1300);
        Assert.InRange(gaps.Min().TotalMilliseconds, 37.49, 37.7);
        Assert.InRange(gaps.Max().TotalMilliseconds, 44.8, 45.01);
        // Each is drawn by itself, not once for all.
        Assert.True(gaps.Distinct().Count() > 500);
    }

    [Theory]
    [InlineData(50_000u, 50)]
    [InlineData(10_000u, 50)]
    [InlineData(400_000u, 400)]
    public void The_slower_side_sets_the_interval_RFC_5880_section_6_8_7(uint remoteReceive, int milliseconds)
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { RequiredMinimumReceive = remoteReceive });

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), rig.Session.TransmitInterval);
    }

    [Theory]
    [InlineData(50_000u, 3, 150)]
    [InlineData(20_000u, 3, 150)]
    [InlineData(200_000u, 3, 600)]
    [InlineData(200_000u, 1, 200)]
    [InlineData(4_294_967_295u, 255, 1_095_216_660)]
    public void The_detection_time_is_the_neighbours_multiplier_times_the_slower_of_its_sending_and_our_receiving_RFC_5880_section_6_8_4(
        uint remoteTransmit, byte remoteMultiplier, int milliseconds)
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { DesiredMinimumTransmit = remoteTransmit, DetectMultiplier = remoteMultiplier });

        Assert.Equal(milliseconds, (int)rig.Session.DetectionTime.TotalMilliseconds);
    }

    [Fact]
    public void Silence_is_noticed_after_the_detection_time_and_not_before_RFC_5880_section_6_8_4()
    {
        SessionRig rig = SessionRig.Up();
        MonotonicTime last = rig.Now;

        rig.Run(TimeSpan.FromMilliseconds(149.9999));
        Assert.Equal(BfdState.Up, rig.Session.State);
        rig.Run(TimeSpan.FromMilliseconds(0.0001));

        (MonotonicTime at, BfdState before, BfdState after, BfdCause cause) = Assert.Single(rig.Changes);
        Assert.Equal(last + TimeSpan.FromMilliseconds(150), at);
        Assert.Equal((BfdState.Up, BfdState.Down), (before, after));
        Assert.Equal(BfdCauseKind.DetectionTimeExpired, cause.Kind);
        Assert.Equal(TimeSpan.FromMilliseconds(150), cause.Silence);
        Assert.False(cause.WasAsleep);
        Assert.Equal("no packet within 150 ms, last 150 ms ago", cause.ToString());
        Assert.Equal((BfdState.Down, BfdDiagnostic.ControlDetectionTimeExpired), (rig.Last.State, rig.Last.Diagnostic));
        Assert.Equal(at, rig.Last.At);
    }

    [Fact]
    public void Two_lost_packets_are_tolerated_with_a_multiplier_of_three()
    {
        SessionRig rig = SessionRig.Up();

        rig.RunWithNeighbor(TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(149));

        Assert.Empty(rig.Changes);
    }

    [Fact]
    public void A_packet_that_waited_unread_while_the_process_did_not_run_counts()
    {
        SessionRig rig = SessionRig.Up();
        rig.Sleep(Second);

        // The loop wakes: the timer is long due, and the sockets are read in the turn after.
        rig.Session.Advance(rig.Now);
        Assert.Equal(BfdState.Up, rig.Session.State);
        rig.Hear(BfdState.Up);
        rig.Session.Advance(rig.Now);

        Assert.Equal(BfdState.Up, rig.Session.State);
        Assert.Empty(rig.Changes);
    }

    [Fact]
    public void A_process_that_slept_says_so_when_nothing_waited_for_it()
    {
        SessionRig rig = SessionRig.Up();
        rig.Sleep(Second);
        rig.Session.Advance(rig.Now);
        rig.Session.Advance(rig.Now);

        BfdCause cause = Assert.Single(rig.Changes).Cause;
        Assert.True(cause.WasAsleep);
        Assert.Equal(TimeSpan.FromMilliseconds(850), cause.Lateness);
        Assert.Equal("no packet within 150 ms, last 1000 ms ago; this process was asleep, the timer was noticed 850 ms late", cause.ToString());
    }

    [Fact]
    public void A_process_that_slept_sends_one_packet_and_not_those_it_missed()
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { DesiredMinimumTransmit = 10_000_000 });
        rig.Sleep(TimeSpan.FromSeconds(5));

        rig.Run(TimeSpan.FromMilliseconds(37));

        Assert.Single(rig.Sent);
    }

    [Fact]
    public void A_neighbour_that_wants_packets_sooner_gets_them_from_the_last_one_on_RFC_5880_section_6_8_3()
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { RequiredMinimumReceive = 1_000_000, DesiredMinimumTransmit = 1_000_000 });
        rig.RunWithNeighbor(TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(500));
        rig.Forget();
        rig.Run(TimeSpan.FromMilliseconds(100));

        rig.Neighbor = rig.Neighbor with { RequiredMinimumReceive = 50_000 };
        rig.Hear(BfdState.Up);

        // 100 ms and more have passed since the last packet: it is due now.
        rig.Run(TimeSpan.Zero);
        Assert.Single(rig.Sent);
    }

    [Fact]
    public void A_neighbour_that_wants_packets_more_seldom_is_obeyed_at_once_RFC_5880_section_6_8_3()
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { DesiredMinimumTransmit = 10_000_000 });
        rig.Run(TimeSpan.FromMilliseconds(200));
        MonotonicTime last = rig.Last.At;
        rig.Neighbor = rig.Neighbor with { RequiredMinimumReceive = 2_000_000 };
        rig.Hear(BfdState.Up);
        rig.Forget();

        rig.Run(TimeSpan.FromSeconds(10));

        Assert.True(rig.Sent[0].At >= last + TimeSpan.FromSeconds(1.5));
        Assert.All(Gaps(rig.Sent), gap => Assert.InRange(gap, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.81)));
    }

    [Fact]
    public void A_neighbour_that_takes_no_packets_gets_none_periodically_RFC_5880_section_6_8_7()
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { RequiredMinimumReceive = 0, DesiredMinimumTransmit = 10_000_000 });
        rig.Run(Second);
        Assert.Empty(rig.Sent);

        rig.Hear(BfdState.Up, poll: true);

        Assert.True(Assert.Single(rig.Sent).IsFinal);
    }

    [Fact]
    public void A_session_that_is_not_up_announces_at_least_a_second_RFC_5880_section_6_8_3()
    {
        SessionRig rig = SessionRig.Up();
        Assert.Equal(TimeSpan.FromMilliseconds(50), rig.Session.DesiredMinimumTransmit);
        rig.Hear(BfdState.Down);

        Assert.Equal(BfdState.Down, rig.Session.State);
        Assert.Equal(1_000_000u, rig.Last.DesiredMinimumTransmit);
        Assert.Throws<ArgumentException>(() => new SessionRig(SessionRig.Options() with { IdleTransmit = TimeSpan.FromMilliseconds(999) }));
    }

    [Fact]
    public void A_change_of_state_is_told_at_once_and_not_at_the_next_interval_RFC_5880_section_6_8_7()
    {
        var rig = new SessionRig();
        rig.Run(TimeSpan.FromMilliseconds(300));
        rig.Forget();

        rig.Hear(BfdState.Down);
        Assert.Equal(BfdState.Init, Assert.Single(rig.Sent).State);
        rig.Hear(BfdState.Init);
        Assert.Equal(BfdState.Up, rig.Last.State);
        Assert.Equal(2, rig.Sent.Count);
        rig.Hear(BfdState.Init);
        Assert.Equal(2, rig.Sent.Count);
    }

    [Fact]
    public void A_late_wake_up_does_not_bring_the_next_packet_closer_than_75_percent_RFC_5880_section_6_8_7()
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { DesiredMinimumTransmit = 10_000_000 });
        for (int i = 0; i < 200; i++)
        {
            MonotonicTime due = rig.Session.NextDeadline;
            rig.Sleep((due - rig.Now) + TimeSpan.FromMilliseconds(20));
            rig.Session.Advance(rig.Now);
        }

        Assert.Equal(200, rig.Sent.Count);
        Assert.All(Gaps(rig.Sent), gap => Assert.True(gap >= TimeSpan.FromMilliseconds(37.5)));
    }

    private static TimeSpan[] Gaps(List<SeenPacket> packets) =>
        [.. packets.Zip(packets.Skip(1), (one, next) => next.At - one.At)];
}
