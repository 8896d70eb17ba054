using Keepalived.Events;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Tests.Runtime;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary>Section 9 of keepalived's behaviour, table, track_bfd, and section 15: through a whole daemon in virtual time.</summary>
public sealed class BfdTrackingTests
{
    [Fact]
    public void A_session_of_which_nothing_has_been_heard_is_down_and_without_weight_that_is_a_fault()
    {
        Lab lab = Start("B");
        Assert.Equal((VirtualRouterState.Fault, 1), (lab.State, lab.Only.Router.TrackerFaults));
        Assert.Equal(["B"], lab.Sessions.Sessions);
    }

    [Fact]
    public void The_session_coming_up_ends_the_fault_and_its_loss_takes_the_master_away_at_once()
    {
        Lab lab = Start("B");
        lab.Sessions.Say("B", BfdSessionState.Up);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        lab.Advance(4);
        Assert.Equal(VirtualRouterState.Master, lab.State);

        lab.Sessions.Say("B", BfdSessionState.Down);
        lab.Advance(0);

        Assert.Equal(VirtualRouterState.Fault, lab.State);
        Assert.False(lab.Has("10.0.0.100"));
        Assert.Contains("Tracked BFD instance B is UP", lab.Log.Lines);
        Assert.Contains("Tracked BFD instance B is DOWN", lab.Log.Lines);
        Assert.Contains(lab.Log.Lines, static line => line.Contains("bfd_instance B: session is down", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_known_already_counts_before_the_instance_starts()
    {
        Lab lab = new(Configuration("B"));
        lab.Sessions.Say("B", BfdSessionState.Up);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0);
        Assert.Equal([VrrpState.Backup], lab.States);
    }

    [Theory]
    [InlineData("B weight 20", 100, 120)] // up adds a positive weight
    [InlineData("B weight -20", 80, 100)] // down adds a negative one
    [InlineData("B weight 20 reverse", 100, 80)]
    [InlineData("B weight -20 reverse", 120, 100)]
    [InlineData("B weight 253", 100, 254)] // clamped to 254
    [InlineData("B weight -253", 1, 100)] // and to 1
    [InlineData("W", 70, 100)] // the weight of the bfd_instance
    [InlineData("W weight 5", 100, 105)] // the line's own wins
    public void A_weight_moves_the_priority(string line, int down, int up)
    {
        Lab lab = Start(line);
        Assert.Equal((VirtualRouterState.Backup, (byte)down), (lab.State, lab.Only.Router.EffectivePriority));
        lab.Sessions.Say(line[..1], BfdSessionState.Up);
        Assert.Equal((byte)up, lab.Only.Router.EffectivePriority);
        lab.Sessions.Say(line[..1], BfdSessionState.Down);
        Assert.Equal((byte)down, lab.Only.Router.EffectivePriority);
    }

    [Fact]
    public void Reverse_without_weight_makes_the_session_that_is_up_the_fault()
    {
        Lab lab = Start("B weight 0 reverse");
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        lab.Sessions.Say("B", BfdSessionState.Up);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void A_group_that_tracks_a_session_takes_its_members_along()
    {
        Lab lab = new(
            "vrrp_sync_group G {\n group {\n VI_1\n }\n track_bfd {\n B\n }\n}\n" + Lab.Instance());
        lab.Sessions.Say("B", BfdSessionState.Up);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(5);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        lab.Sessions.Say("B", BfdSessionState.Down);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void A_reload_keeps_what_is_known_of_a_session_and_ends_what_is_tracked_no_more()
    {
        Lab lab = Start("B");
        lab.Sessions.Say("B", BfdSessionState.Up);
        lab.Advance(4);
        lab.Reload(Configuration("B weight 10"));
        Assert.Equal((VirtualRouterState.Master, (byte)110), (lab.State, lab.Only.Router.EffectivePriority));
        Assert.Equal(["B"], lab.Sessions.Sessions);

        lab.Reload(Lab.Instance());
        Assert.Equal((VirtualRouterState.Master, (byte)100), (lab.State, lab.Only.Router.EffectivePriority));
        Assert.Empty(lab.Sessions.Sessions);
    }

    private static Lab Start(string line) => Lab.Started(Configuration(line));

    private static string Configuration(string line) => Lab.Instance($"track_bfd {{\n {line}\n }}");
}
