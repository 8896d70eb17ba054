using Keepalived.Checking;

namespace Keepalived.Ipvs.Tests.Engine;

/// <summary>The result algorithm of keepalived's checkers, one rule each.</summary>
public sealed class CheckStateTests
{
    private static readonly TimeSpan _loop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(3u)]
    public void At_start_the_first_failure_decides_whatever_retry_says(uint retry)
    {
        (CheckState state, CheckDecision decision) = Run(Initial(retry), retry, false);

        Assert.False(state.IsUp);
        Assert.Equal(CheckTransition.Down, decision.Transition);
        Assert.Equal(_loop, decision.Delay);
    }

    [Theory]
    [InlineData(0u, 1)]
    [InlineData(1u, 2)]
    [InlineData(3u, 4)]
    public void A_server_that_was_well_goes_down_with_the_failure_after_the_last_retry(uint retry, int failuresNeeded)
    {
        CheckState state = Run(Initial(retry), retry, true).State;
        for (int i = 1; i < failuresNeeded; i++)
        {
            (state, CheckDecision tried) = Run(state, retry, false);
            Assert.True(state.IsUp);
            Assert.Equal(CheckTransition.None, tried.Transition);
            Assert.Equal(_retryDelay, tried.Delay);
        }

        (state, CheckDecision decision) = Run(state, retry, false);
        Assert.False(state.IsUp);
        Assert.Equal(CheckTransition.Down, decision.Transition);
        Assert.Equal(_loop, decision.Delay);
    }

    [Fact]
    public void A_success_between_failures_begins_the_count_anew()
    {
        CheckState state = Run(Initial(1), 1, true, false, true).State;

        (state, CheckDecision decision) = Run(state, 1, false);

        Assert.True(state.IsUp);
        Assert.Equal(CheckTransition.None, decision.Transition);
    }

    [Fact]
    public void One_success_raises()
    {
        (CheckState state, CheckDecision decision) = Run(Initial(3), 3, true, false, false, false, false, true);

        Assert.True(state.IsUp);
        Assert.Equal(CheckTransition.Up, decision.Transition);
        Assert.Equal(_loop, decision.Delay);
    }

    [Fact]
    public void While_down_there_are_no_retries_and_no_news()
    {
        (CheckState state, CheckDecision decision) = Run(Initial(3), 3, false, false);

        Assert.Equal(CheckTransition.None, decision.Transition);
        Assert.Equal(_loop, decision.Delay);
        Assert.Equal(0u, state.RetriesUsed);
    }

    [Fact]
    public void Alpha_starts_down_and_the_first_success_raises()
    {
        CheckState state = CheckState.Initial(alpha: true, Timing(1));
        Assert.False(state.IsUp);

        (state, CheckDecision decision) = Run(state, 1, true);

        Assert.True(state.IsUp);
        Assert.Equal(CheckTransition.Up, decision.Transition);
    }

    [Fact]
    public void A_step_of_several_decides_nothing_but_forgives_failures()
    {
        CheckState down = Run(Initial(1), 1, false).State;
        CheckState state = down.After(new CheckResult(true) { IsPartial = true, NextProbe = TimeSpan.Zero }, Timing(1), out CheckDecision decision);

        Assert.False(state.IsUp);
        Assert.Equal(CheckTransition.None, decision.Transition);
        Assert.Equal(TimeSpan.Zero, decision.Delay);
    }

    [Fact]
    public void A_checker_may_choose_the_wait_itself()
    {
        CheckState up = Run(Initial(1), 1, true).State;

        up.After(CheckResult.Down("x") with { NextProbe = TimeSpan.FromSeconds(7) }, Timing(1), out CheckDecision decision);

        Assert.Equal(TimeSpan.FromSeconds(7), decision.Delay);
    }

    [Fact]
    public void A_reload_with_fewer_retries_leaves_one_failure_to_decide()
    {
        CheckState tried = Run(Initial(5), 5, true, false, false, false).State;

        CheckState carried = tried.CarriedTo(Timing(2));

        Assert.Equal(2u, carried.RetriesUsed);
        Assert.Equal(CheckTransition.Down, Run(carried, 2, false).Decision.Transition);
    }

    private static CheckTiming Timing(uint retry) => new(_loop, _retryDelay, retry, _loop);

    private static CheckState Initial(uint retry) => CheckState.Initial(alpha: false, Timing(retry));

    private static (CheckState State, CheckDecision Decision) Run(CheckState state, uint retry, params ReadOnlySpan<bool> results)
    {
        CheckDecision decision = default;
        foreach (bool isUp in results)
        {
            state = state.After(isUp ? CheckResult.Up() : CheckResult.Down("no answer"), Timing(retry), out decision);
        }

        return (state, decision);
    }
}
