namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>Roles and modes: passive, demand as the one who is asked, administratively down, discriminators (RFC 5880 sections 6.1, 6.3, 6.6, 6.8.16).</summary>
public sealed class RoleTests
{
    private static readonly BfdSessionOptions Passive = SessionRig.Options() with { IsPassive = true };

    [Fact]
    public void A_passive_session_is_silent_until_the_neighbour_speaks_RFC_5880_section_6_8_7()
    {
        var rig = new SessionRig(Passive);
        rig.Run(TimeSpan.FromMinutes(1));
        Assert.Empty(rig.Sent);

        rig.Hear(BfdState.Down);
        Assert.Equal(BfdState.Init, Assert.Single(rig.Sent).State);
        rig.BringUp();
    }

    [Fact]
    public void A_passive_session_that_lost_its_neighbour_is_silent_again_RFC_5880_section_6_8_7()
    {
        SessionRig rig = SessionRig.Up(Passive);
        rig.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(BfdState.Down, rig.Session.State);
        rig.Forget();

        rig.Run(TimeSpan.FromMinutes(1));

        Assert.Empty(rig.Sent);
    }

    [Fact]
    public void A_neighbour_in_demand_mode_gets_no_periodic_packets_once_both_are_up_RFC_5880_section_6_6()
    {
        SessionRig rig = SessionRig.Up();
        HearDemand(rig, BfdState.Up);
        rig.Forget();

        for (int i = 0; i < 20; i++)
        {
            rig.Run(TimeSpan.FromMilliseconds(100));
            HearDemand(rig, BfdState.Up);
        }

        Assert.Empty(rig.Sent);
        Assert.True(rig.Session.IsRemoteDemandActive);
        Assert.Equal(BfdState.Up, rig.Session.State);
    }

    [Fact]
    public void A_neighbour_in_demand_mode_is_answered_when_it_polls_RFC_5880_section_6_6()
    {
        SessionRig rig = SessionRig.Up();
        HearDemand(rig, BfdState.Up);
        rig.Forget();
        HearDemand(rig, BfdState.Up, poll: true);

        Assert.True(Assert.Single(rig.Sent).IsFinal);
    }

    [Fact]
    public void A_poll_of_ours_is_sent_periodically_to_a_neighbour_in_demand_mode_RFC_5880_section_6_8_7()
    {
        SessionRig rig = SessionRig.Up();
        HearDemand(rig, BfdState.Up);
        rig.Forget();
        rig.Session.Reconfigure(SessionRig.Options() with { MinimumReceive = TimeSpan.FromMilliseconds(100) }, rig.Now);
        rig.Run(TimeSpan.FromMilliseconds(140));

        Assert.InRange(rig.Sent.Count, 3, 5);
        Assert.All(rig.Sent, p => Assert.True(p.IsPoll));
    }

    [Fact]
    public void Demand_means_nothing_before_both_are_up_RFC_5880_section_6_6()
    {
        var rig = new SessionRig();
        HearDemand(rig, BfdState.Down);
        rig.Forget();
        rig.Run(TimeSpan.FromMilliseconds(149));
        HearDemand(rig, BfdState.Down);
        rig.Run(TimeSpan.FromSeconds(1));

        Assert.NotEmpty(rig.Sent);
        Assert.All(rig.Sent, p => Assert.False(p.IsDemand));
    }

    [Fact]
    public void The_loss_of_a_session_is_told_to_a_neighbour_in_demand_mode_too()
    {
        SessionRig rig = SessionRig.Up();
        HearDemand(rig, BfdState.Up);
        rig.Forget();
        rig.Run(TimeSpan.FromMilliseconds(150));

        Assert.Equal(BfdState.Down, Assert.Single(rig.Sent).State);
    }

    [Fact]
    public void Taking_a_session_down_tells_the_neighbour_why_RFC_5880_section_6_8_16()
    {
        SessionRig rig = SessionRig.Up();
        rig.Session.TakeDown(rig.Now, "maintenance");

        Assert.Equal((BfdState.AdminDown, BfdDiagnostic.AdministrativelyDown), (rig.Last.State, rig.Last.Diagnostic));
        Assert.Equal("taken down (maintenance)", rig.Changes[0].Cause.ToString());

        // For a detection time of the neighbour's at least, and here as long as it lasts.
        rig.Forget();
        rig.Run(TimeSpan.FromSeconds(10));
        Assert.InRange(rig.Sent.Count, 10, 14);
        Assert.All(rig.Sent, p => Assert.Equal(BfdState.AdminDown, p.State));
        Assert.Equal(BfdDropReason.NotRunning, rig.Hear(BfdState.Down));

        rig.Session.PutBack(rig.Now);
        Assert.Equal((BfdState.Down, BfdDiagnostic.None), (rig.Last.State, rig.Last.Diagnostic));
        rig.BringUp();
    }

    [Theory]
    [InlineData(BfdState.AdminDown, BfdCauseKind.NeighborAdminDown)]
    [InlineData(BfdState.Down, BfdCauseKind.NeighborDown)]
    public void The_neighbours_end_of_a_session_has_diagnostic_3_and_its_own_cause_RFC_5880_section_6_8_6(BfdState said, BfdCauseKind kind)
    {
        SessionRig rig = SessionRig.Up();
        rig.Neighbor = rig.Neighbor with { Diagnostic = BfdDiagnostic.AdministrativelyDown };
        rig.Hear(said);

        Assert.Equal(BfdDiagnostic.NeighborSignaledDown, rig.Session.Diagnostic);
        Assert.Equal((kind, BfdDiagnostic.AdministrativelyDown), (rig.Changes[0].Cause.Kind, rig.Changes[0].Cause.RemoteDiagnostic));
    }

    [Fact]
    public void The_reason_of_a_loss_is_told_until_the_session_is_up_again()
    {
        SessionRig rig = SessionRig.Up();
        rig.Run(TimeSpan.FromSeconds(1));
        rig.Hear(BfdState.Down);
        Assert.Equal((BfdState.Init, BfdDiagnostic.ControlDetectionTimeExpired), (rig.Last.State, rig.Last.Diagnostic));
        rig.Hear(BfdState.Init);
        Assert.Equal((BfdState.Up, BfdDiagnostic.None), (rig.Last.State, rig.Last.Diagnostic));
    }

    [Fact]
    public void Without_a_path_nothing_is_sent_and_it_is_tried_again_every_minute()
    {
        var rig = new SessionRig();
        rig.Session.PathLost(rig.Now, "no address");
        rig.Forget();
        rig.Run(TimeSpan.FromSeconds(185));

        Assert.Equal((BfdState.AdminDown, BfdDiagnostic.PathDown, true), (rig.Session.State, rig.Session.Diagnostic, rig.Session.IsPathLost));
        Assert.Empty(rig.Sent);
        Assert.Equal(3, rig.Reopenings);

        rig.PathOpens = true;
        rig.Run(TimeSpan.FromSeconds(60));

        Assert.Equal(BfdState.Down, rig.Session.State);
        Assert.Equal(BfdCauseKind.PathReopened, rig.Changes[^1].Cause.Kind);
        Assert.Equal(BfdState.Down, rig.Sent[0].State);
        rig.BringUp();
        rig.RunWithNeighbor(TimeSpan.FromMinutes(5), TimeSpan.FromMilliseconds(50));
        Assert.Equal(4, rig.Reopenings);
    }

    [Fact]
    public void Without_a_path_a_packet_is_reason_to_try_at_most_once_a_second()
    {
        var rig = new SessionRig();
        rig.Session.PathLost(rig.Now);
        for (int i = 0; i < 30; i++)
        {
            rig.Run(TimeSpan.FromMilliseconds(100));
            Assert.Equal(BfdDropReason.NotRunning, rig.Hear(BfdState.Down));
        }

        Assert.Equal(3, rig.Reopenings);
        rig.PathOpens = true;
        rig.Run(TimeSpan.FromSeconds(1));
        rig.Hear(BfdState.Down);
        Assert.Equal(BfdState.Down, rig.Session.State);
    }

    [Fact]
    public void A_session_taken_down_and_without_a_path_comes_back_when_neither_holds()
    {
        var rig = new SessionRig();
        rig.Session.TakeDown(rig.Now);
        rig.Session.PathLost(rig.Now);
        rig.Session.PutBack(rig.Now);
        Assert.Equal(BfdState.AdminDown, rig.Session.State);
        rig.Session.TakeDown(rig.Now);
        rig.PathOpens = true;
        rig.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(BfdState.AdminDown, rig.Session.State);
        rig.Session.PutBack(rig.Now);
        Assert.Equal(BfdState.Down, rig.Session.State);
    }

    [Fact]
    public void A_session_has_another_discriminator_after_each_loss_and_the_old_one_finds_nothing()
    {
        SessionRig rig = SessionRig.Up();
        uint old = rig.Session.LocalDiscriminator;
        rig.Run(TimeSpan.FromSeconds(1));

        Assert.NotEqual(old, rig.Session.LocalDiscriminator);
        Assert.Equal(rig.Session.LocalDiscriminator, rig.Last.MyDiscriminator);
        Assert.Equal(0u, rig.Last.YourDiscriminator);
        Assert.Equal(BfdDropReason.UnknownDiscriminator, rig.Hear(BfdState.Up, yours: old));
        Assert.Equal(BfdState.Down, rig.Session.State);
        Assert.Equal(1ul, rig.Table.Dropped[BfdDropReason.UnknownDiscriminator]);
    }

    [Fact]
    public void Init_that_ends_without_having_been_up_keeps_the_discriminator()
    {
        var rig = new SessionRig();
        uint old = rig.Session.LocalDiscriminator;
        rig.Hear(BfdState.Down);
        rig.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(BfdState.Down, rig.Session.State);
        Assert.Equal(old, rig.Session.LocalDiscriminator);
    }

    [Fact]
    public void The_history_keeps_the_last_sixteen_changes()
    {
        var rig = new SessionRig();
        for (int i = 0; i < 10; i++)
        {
            rig.Session.TakeDown(rig.Now);
            rig.Session.PutBack(rig.Now);
        }

        RecentEntries<BfdHistoryEntry> history = rig.Session.History;
        Assert.Equal((16, 4L), (history.Count, history.Forgotten));
        Assert.Equal("Down to AdminDown: taken down", history[0].ToString());
        Assert.Equal(BfdCauseKind.PutBack, history[15].Cause.Kind);
        Assert.Throws<ArgumentOutOfRangeException>(() => history[16]);
    }

    [Fact]
    public void A_session_fed_from_inside_its_own_effect_refuses()
    {
        var effects = new Reentrant();
        var table = new BfdSessionTable<string>(new Random(1), SessionRig.Signer);
        effects.Session = table.Open("x", SessionRig.Options(), effects);

        Assert.Throws<InvalidOperationException>(() => effects.Session.Start(new(0)));
    }

    private static void HearDemand(SessionRig rig, BfdState state, bool poll = false)
    {
        byte[] bytes = new byte[BfdControlPacket.HeaderLength];
        (rig.Neighbor with { State = state, YourDiscriminator = rig.Session.LocalDiscriminator, IsPoll = poll }).Write(bytes);
        bytes[1] |= 0x02;
        Assert.Equal(BfdDropReason.None, rig.Hear(bytes));
    }

    private sealed class Reentrant : IBfdSessionEffects
    {
        public BfdSession Session { get; set; } = null!;

        public void Send(ReadOnlySpan<byte> packet) => Session.Advance(new(0));

        public void SendEcho(ReadOnlySpan<byte> packet)
        {
        }

        public void SetDeadline(MonotonicTime? deadline)
        {
        }

        public void StateChanged(BfdState previous, BfdState current, in BfdCause cause)
        {
        }

        public void Report(in BfdReport report)
        {
        }

        public bool TryReopenPath() => false;
    }
}
