using Keepalived.Events;

namespace Keepalived.Ipvs.Tests.Engine;

/// <summary>Section 13 of keepalived's behaviour, BFD_CHECK: a real server follows a BFD session, through the engine to the table.</summary>
public sealed class BfdCheckTests
{
    private const string One = """
        virtual_server 10.0.0.1 80 {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            real_server 10.0.0.2 80 { BFD_CHECK { name to-web1 } }
            real_server 10.0.0.3 80 { weight 2 }
        }
        """;

    [Fact]
    public void The_server_leaves_and_returns_with_the_session_in_the_same_moment()
    {
        var director = new Director(One);
        director.Advance(100);
        Assert.Equal(["10.0.0.2:80 1", "10.0.0.3:80 2"], director.Kernel.Destinations);

        director.Sessions.Say("to-web1", BfdSessionState.Down);
        Assert.Equal(["10.0.0.3:80 2"], director.Kernel.Destinations);
        Assert.Equal("[10.0.0.2]:tcp:80 DOWN: BFD CHECK to-web1 DOWN on service", director.Events[^1]);

        director.Advance(0);
        director.Sessions.Say("to-web1", BfdSessionState.Up);
        Assert.Equal(["10.0.0.2:80 1", "10.0.0.3:80 2"], director.Kernel.Destinations.Order());
        Assert.Equal("[10.0.0.2]:tcp:80 UP: BFD CHECK to-web1 UP on service", director.Events[^1]);
    }

    [Fact]
    public void With_alpha_the_server_waits_for_the_session()
    {
        var director = new Director(One.Replace("name to-web1", "name to-web1\n alpha", StringComparison.Ordinal));
        director.Advance(100);
        Assert.Equal(["10.0.0.3:80 2"], director.Kernel.Destinations);
        director.Sessions.Say("to-web1", BfdSessionState.Up);
        Assert.Equal(["10.0.0.2:80 1", "10.0.0.3:80 2"], director.Kernel.Destinations.Order());
    }

    [Fact]
    public void News_of_a_session_that_nobody_follows_changes_nothing_and_a_reload_keeps_what_is_known()
    {
        var director = new Director(One);
        director.Advance(1);
        director.Sessions.Say("to-web1", BfdSessionState.Down);
        director.Advance(1);

        director.Reload(One.Replace("weight 2", "weight 3", StringComparison.Ordinal));
        director.Sessions.Say("other", BfdSessionState.Down);
        director.Advance(100);

        Assert.Equal(["10.0.0.3:80 3"], director.Kernel.Destinations);
        Assert.Equal(["to-web1"], director.Sessions.Sessions);
        director.Sessions.Say("to-web1", BfdSessionState.Up);
        Assert.Equal(["10.0.0.2:80 1", "10.0.0.3:80 3"], director.Kernel.Destinations.Order());
    }
}
