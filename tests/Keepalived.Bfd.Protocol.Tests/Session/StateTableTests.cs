namespace Keepalived.Bfd.Protocol.Tests;

/// <summary>The table of RFC 5880 section 6.8.6 (and the diagram of section 6.2), a row each, beside what the session does.</summary>
public sealed class StateTableTests
{
    public static TheoryData<BfdState, BfdState, BfdState> Rows => new()
    {
        // own state            the neighbour says      own state after
        { BfdState.AdminDown, BfdState.AdminDown, BfdState.AdminDown },
        { BfdState.AdminDown, BfdState.Down, BfdState.AdminDown },
        { BfdState.AdminDown, BfdState.Init, BfdState.AdminDown },
        { BfdState.AdminDown, BfdState.Up, BfdState.AdminDown },
        { BfdState.Down, BfdState.AdminDown, BfdState.Down },
        { BfdState.Down, BfdState.Down, BfdState.Init },
        { BfdState.Down, BfdState.Init, BfdState.Up },
        { BfdState.Down, BfdState.Up, BfdState.Down },
        { BfdState.Init, BfdState.AdminDown, BfdState.Down },
        { BfdState.Init, BfdState.Down, BfdState.Init },
        { BfdState.Init, BfdState.Init, BfdState.Up },
        { BfdState.Init, BfdState.Up, BfdState.Up },
        { BfdState.Up, BfdState.AdminDown, BfdState.Down },
        { BfdState.Up, BfdState.Down, BfdState.Down },
        { BfdState.Up, BfdState.Init, BfdState.Up },
        { BfdState.Up, BfdState.Up, BfdState.Up },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_packet_moves_the_state_as_RFC_5880_section_6_8_6_says(BfdState own, BfdState said, BfdState after)
    {
        var rig = new SessionRig();
        Bring(rig, own);
        rig.Forget();

        rig.Hear(said);

        Assert.Equal(after, rig.Session.State);
        Assert.Equal(own == after ? 0 : 1, rig.Changes.Count);
    }

    [Theory]
    [InlineData(BfdState.AdminDown, BfdState.AdminDown)]
    [InlineData(BfdState.Down, BfdState.Down)]
    [InlineData(BfdState.Init, BfdState.Down)]
    [InlineData(BfdState.Up, BfdState.Down)]
    public void A_detection_time_of_silence_moves_the_state_as_RFC_5880_section_6_8_4_says(BfdState own, BfdState after)
    {
        var rig = new SessionRig();
        Bring(rig, own);

        rig.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(after, rig.Session.State);
        Assert.Equal(0u, rig.Session.RemoteDiscriminator);
        if (own is BfdState.Init or BfdState.Up)
        {
            Assert.Equal(BfdDiagnostic.ControlDetectionTimeExpired, rig.Session.Diagnostic);
        }
    }

    internal static void Bring(SessionRig rig, BfdState state)
    {
        switch (state)
        {
            case BfdState.AdminDown:
                rig.Session.TakeDown(rig.Now);
                break;
            case BfdState.Init:
                rig.Hear(BfdState.Down);
                break;
            case BfdState.Up:
                rig.BringUp();
                break;
        }

        Assert.Equal(state, rig.Session.State);
    }
}
