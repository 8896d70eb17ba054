namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>Poll sequences and what holds before they are answered (RFC 5880 sections 6.5 and 6.8.3).</summary>
public sealed class PollTests
{
    private static readonly BfdSessionOptions Slower = SessionRig.Options() with { MinimumTransmit = TimeSpan.FromMilliseconds(200) };
    private static readonly BfdSessionOptions Faster = SessionRig.Options() with { MinimumTransmit = TimeSpan.FromMilliseconds(20) };
    private static readonly BfdSessionOptions HearsSooner = SessionRig.Options() with { MinimumReceive = TimeSpan.FromMilliseconds(20) };
    private static readonly BfdSessionOptions HearsLater = SessionRig.Options() with { MinimumReceive = TimeSpan.FromMilliseconds(300) };

    [Fact]
    public void Coming_up_starts_one_because_the_idle_interval_ends_RFC_5880_section_6_8_3()
    {
        var rig = new SessionRig();
        rig.Hear(BfdState.Init);

        Assert.True(rig.Session.IsPolling);
        Assert.True(rig.Last.IsPoll);
        Assert.Equal(50_000u, rig.Last.DesiredMinimumTransmit);
        Assert.Equal(BfdState.Up, rig.Last.State);
    }

    [Fact]
    public void Coming_up_with_the_idle_interval_needs_none()
    {
        var rig = new SessionRig(SessionRig.Options() with { MinimumTransmit = TimeSpan.FromSeconds(1) });
        rig.Hear(BfdState.Init);

        Assert.False(rig.Session.IsPolling);
        Assert.False(rig.Last.IsPoll);
    }

    [Fact]
    public void Every_packet_asks_until_a_final_comes_RFC_5880_section_6_5()
    {
        var rig = new SessionRig();
        rig.Hear(BfdState.Init);
        rig.Forget();
        rig.RunWithNeighbor(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(50));
        Assert.InRange(rig.Sent.Count, 10, 14);
        Assert.All(rig.Sent, p => Assert.True(p.IsPoll));

        rig.Hear(BfdState.Up, final: true);
        rig.Forget();
        rig.RunWithNeighbor(TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(50));

        Assert.All(rig.Sent, p => Assert.False(p.IsPoll));
        Assert.Equal((1ul, 1ul), (rig.Session.Statistics.PollsStarted, rig.Session.Statistics.PollsCompleted));
    }

    [Theory]
    [InlineData(BfdState.Down)]
    [InlineData(BfdState.Init)]
    [InlineData(BfdState.Up)]
    public void A_poll_is_answered_at_once_in_every_state_RFC_5880_section_6_8_7(BfdState state)
    {
        var rig = new SessionRig();
        StateTableTests.Bring(rig, state);
        rig.Forget();

        // What leaves each state as it is.
        rig.Hear(state == BfdState.Down ? BfdState.Up : state == BfdState.Init ? BfdState.Down : BfdState.Up, poll: true);

        SeenPacket answer = Assert.Single(rig.Sent);
        Assert.True(answer.IsFinal);
        Assert.False(answer.IsPoll);
        Assert.Equal(rig.Now, answer.At);
        Assert.Equal(state, answer.State);
        Assert.Equal(1ul, rig.Session.Statistics.FinalsSent);
    }

    [Fact]
    public void Who_is_asked_while_asking_answers_without_asking_RFC_5880_section_6_5()
    {
        var rig = new SessionRig();
        rig.Hear(BfdState.Init);
        rig.Forget();
        rig.Hear(BfdState.Up, poll: true);

        Assert.Equal((true, false), (rig.Last.IsFinal, rig.Last.IsPoll));

        // And a neighbour that asks all the time does not keep ours from being sent.
        for (int i = 0; i < 100; i++)
        {
            rig.Run(TimeSpan.FromMilliseconds(5));
            rig.Hear(BfdState.Up, poll: true);
        }

        Assert.InRange(rig.Sent.Count(p => p.IsPoll), 9, 14);
    }

    [Fact]
    public void Slower_sending_waits_for_the_final_RFC_5880_section_6_8_3()
    {
        SessionRig rig = SessionRig.Up();
        rig.Session.Reconfigure(Slower, rig.Now);

        Assert.Equal((true, 200_000u), (rig.Last.IsPoll, rig.Last.DesiredMinimumTransmit));
        Assert.Equal(TimeSpan.FromMilliseconds(50), rig.Session.TransmitInterval);
        rig.Hear(BfdState.Up, final: true);
        Assert.Equal(TimeSpan.FromMilliseconds(200), rig.Session.TransmitInterval);
        Assert.Empty(rig.Changes);
    }

    [Fact]
    public void Faster_sending_begins_at_once_RFC_5880_section_6_8_3()
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { RequiredMinimumReceive = 10_000 });
        rig.Session.Reconfigure(Faster, rig.Now);

        Assert.Equal((true, 20_000u), (rig.Last.IsPoll, rig.Last.DesiredMinimumTransmit));
        Assert.Equal(TimeSpan.FromMilliseconds(20), rig.Session.TransmitInterval);
    }

    [Fact]
    public void A_shorter_receive_interval_shortens_the_detection_time_with_the_final_only_RFC_5880_section_6_8_3()
    {
        SessionRig rig = SessionRig.Up(neighbor: n => n with { DesiredMinimumTransmit = 10_000 });
        rig.Session.Reconfigure(HearsSooner, rig.Now);

        Assert.Equal((true, 20_000u), (rig.Last.IsPoll, rig.Last.RequiredMinimumReceive));
        Assert.Equal(TimeSpan.FromMilliseconds(150), rig.Session.DetectionTime);
        rig.Hear(BfdState.Up, final: true);
        Assert.Equal(TimeSpan.FromMilliseconds(60), rig.Session.DetectionTime);
    }

    [Fact]
    public void A_longer_receive_interval_lengthens_the_detection_time_at_once_RFC_5880_section_6_8_3()
    {
        SessionRig rig = SessionRig.Up();
        rig.Session.Reconfigure(HearsLater, rig.Now);

        Assert.True(rig.Last.IsPoll);
        Assert.Equal(TimeSpan.FromMilliseconds(900), rig.Session.DetectionTime);
        rig.Run(TimeSpan.FromMilliseconds(899));
        Assert.Equal(BfdState.Up, rig.Session.State);
    }

    [Fact]
    public void A_second_change_waits_until_the_first_is_answered_and_a_packet_without_final_came_RFC_5880_section_6_8_3()
    {
        SessionRig rig = SessionRig.Up();
        rig.Session.Reconfigure(Slower, rig.Now);
        rig.Session.Reconfigure(HearsLater, rig.Now);
        Assert.Equal((200_000u, 50_000u), (rig.Last.DesiredMinimumTransmit, rig.Last.RequiredMinimumReceive));

        rig.Hear(BfdState.Up, final: true);
        Assert.False(rig.Session.IsPolling);
        // A repeated final belongs to the first sequence.
        rig.Hear(BfdState.Up, final: true);
        Assert.False(rig.Session.IsPolling);

        rig.Hear(BfdState.Up);
        Assert.True(rig.Session.IsPolling);
        Assert.Equal((50_000u, 300_000u), (rig.Last.DesiredMinimumTransmit, rig.Last.RequiredMinimumReceive));
    }

    [Fact]
    public void A_final_that_nobody_asked_for_changes_nothing()
    {
        SessionRig rig = SessionRig.Up();
        rig.Hear(BfdState.Up, final: true);
        rig.Hear(BfdState.Up, final: true);

        Assert.Equal(1ul, rig.Session.Statistics.PollsCompleted);
        Assert.Empty(rig.Changes);
    }

    [Fact]
    public void Losing_the_session_ends_the_sequence_and_the_next_session_starts_its_own()
    {
        SessionRig rig = SessionRig.Up();
        rig.Session.Reconfigure(Slower, rig.Now);
        rig.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(BfdState.Down, rig.Session.State);
        Assert.False(rig.Session.IsPolling);
        Assert.False(rig.Last.IsPoll);

        rig.Hear(BfdState.Init);

        Assert.Equal((true, 200_000u), (rig.Last.IsPoll, rig.Last.DesiredMinimumTransmit));
    }

    [Fact]
    public void A_changed_multiplier_is_told_at_once_and_needs_no_poll()
    {
        SessionRig rig = SessionRig.Up();
        rig.Session.Reconfigure(SessionRig.Options() with { DetectMultiplier = 7 }, rig.Now);

        Assert.Equal(7, Assert.Single(rig.Sent).Bytes[2]);
        Assert.False(rig.Session.IsPolling);
    }

    [Fact]
    public void A_reload_that_changes_nothing_does_nothing()
    {
        SessionRig rig = SessionRig.Up();
        MonotonicTime deadline = rig.Session.NextDeadline;
        rig.Session.Reconfigure(SessionRig.Options(), rig.Now);

        Assert.Empty(rig.Sent);
        Assert.Equal(deadline, rig.Session.NextDeadline);
    }

    [Fact]
    public void The_neighbours_new_timing_is_reported_with_what_follows_from_it()
    {
        SessionRig rig = SessionRig.Up();
        rig.Neighbor = rig.Neighbor with { DesiredMinimumTransmit = 100_000, RequiredMinimumReceive = 80_000 };
        rig.Hear(BfdState.Up, poll: true);

        Assert.Equal((BfdReportKind.NeighborTimingChanged, 80, 300), (rig.Reports[0].Kind, (int)rig.Reports[0].TransmitInterval.TotalMilliseconds, (int)rig.Reports[0].DetectionTime.TotalMilliseconds));
    }
}
