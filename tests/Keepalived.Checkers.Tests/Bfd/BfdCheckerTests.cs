using Keepalived.Checkers.Bfd;
using Keepalived.Checking;
using Keepalived.Events;
using Keepalived.Testing;

namespace Keepalived.Checkers.Tests.Bfd;

public sealed class BfdCheckerTests : IDisposable
{
    private const string Name = "to-web1";
    private readonly CheckerRig _rig = new(new BfdCheckDefinition(CheckOptions.Unset, Name));

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Nothing_is_said_before_anything_is_known_of_the_session()
    {
        ValueTask<CheckResult> first = _rig.Begin();
        Assert.False(first.IsCompleted);

        _rig.Sessions.Say(Name, BfdSessionState.Down);

        CheckResult result = first.GetAwaiter().GetResult();
        Assert.Equal((false, "BFD session to-web1 is down"), (result.IsUp, result.Reason));
    }

    [Fact]
    public void What_is_known_is_said_at_once()
    {
        _rig.Sessions.Say(Name, BfdSessionState.Up);
        CheckResult result = _rig.Run();
        Assert.Equal((true, "BFD session to-web1 is up"), (result.IsUp, result.Reason));
    }

    [Fact]
    public void Each_other_probe_ends_with_another_state()
    {
        _rig.Sessions.Say(Name, BfdSessionState.Up);
        _rig.Run();
        ValueTask<CheckResult> second = _rig.Begin();
        _rig.Sessions.Say("to-web2", BfdSessionState.Down);
        Assert.False(second.IsCompleted);
        _rig.Sessions.Say(Name, BfdSessionState.Down, cause: "no packet within 300 ms");
        Assert.Equal(CheckResult.Down("BFD session to-web1 is down: no packet within 300 ms"), second.GetAwaiter().GetResult());

        // Between two probes nothing is missed.
        _rig.Sessions.Say(Name, BfdSessionState.Up);
        Assert.True(_rig.Begin().GetAwaiter().GetResult().IsUp);
    }

    [Fact]
    public void A_checker_that_goes_away_follows_nothing_more()
    {
        _ = _rig.Begin();
        Assert.Equal([Name], _rig.Sessions.Sessions);
        _rig.Dispose();
        Assert.Empty(_rig.Sessions.Sessions);
        _rig.Sessions.Say(Name, BfdSessionState.Up);
    }

    [Fact]
    public void It_waits_for_news_for_ever_and_speaks_keepalived_s_words()
    {
        BfdCheckDefinition definition = new(CheckOptions.Unset, Name);
        Assert.True(definition.WaitsToBeTold);
        Assert.Equal(Timeout.InfiniteTimeSpan, definition.LongestProbe(CheckOptions.Unset));
        Assert.Equal("BFD CHECK to-web1 DOWN on service", definition.Describe(CheckResult.Down("x")));
    }
}
