using Keepalived.Checkers.Http;
using Keepalived.Checking;

namespace Keepalived.Checkers.Tests.Http;

/// <summary>The order in which keepalived asks for URLs, as observed on its wire.</summary>
public sealed class UrlRotationTests
{
    [Fact]
    public void URLs_are_asked_for_in_turn_and_the_last_one_decides()
    {
        var rotation = new UrlRotation(3, fastRecovery: false);

        Assert.Equal("0 partial, 1 partial, 2 up, 0 partial", Steps(ref rotation, true, true, true, true));
    }

    [Fact]
    public void A_failure_stays_at_its_URL_and_then_all_must_pass_from_the_first()
    {
        var rotation = new UrlRotation(3, fastRecovery: false);

        Assert.Equal("0 partial, 1 down, 1 down, 1 partial, 0 partial, 1 partial, 2 up", Steps(ref rotation, true, false, false, true, true, true, true));
    }

    [Fact]
    public void A_single_URL_must_pass_twice_after_a_failure()
    {
        var rotation = new UrlRotation(1, fastRecovery: false);

        Assert.Equal("0 up, 0 down, 0 partial, 0 up", Steps(ref rotation, true, false, true, true));
    }

    [Fact]
    public void With_fast_recovery_nothing_waits_until_all_have_passed()
    {
        var rotation = new UrlRotation(2, fastRecovery: true);

        Assert.Equal(TimeSpan.Zero, rotation.Passed().NextProbe);
        Assert.Null(rotation.Passed().NextProbe);
        Assert.Null(rotation.Passed().NextProbe);
        rotation.Failed(CheckResult.Down("x"));
        Assert.Equal(TimeSpan.Zero, rotation.Passed().NextProbe);
        Assert.Equal(TimeSpan.Zero, rotation.Passed().NextProbe);
        Assert.True(rotation.Passed() is { IsPartial: false, NextProbe: null });
    }

    private static string Steps(ref UrlRotation rotation, params ReadOnlySpan<bool> results)
    {
        var steps = new List<string>();
        foreach (bool isUp in results)
        {
            int url = rotation.Current;
            CheckResult result = isUp ? rotation.Passed() : rotation.Failed(CheckResult.Down("x"));
            steps.Add($"{url} {(!result.IsUp ? "down" : result.IsPartial ? "partial" : "up")}");
        }

        return string.Join(", ", steps);
    }
}
