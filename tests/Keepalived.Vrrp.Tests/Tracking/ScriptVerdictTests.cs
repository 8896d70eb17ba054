using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary><c>vrrp_script</c> of keepalived.conf(5): a counter of 0..rise+fall-1, up from rise on.</summary>
public sealed class ScriptVerdictTests
{
    [Theory]
    [InlineData(3, 2, "+", 4, true)]
    [InlineData(3, 2, "-", 0, false)]
    public void The_first_result_decides_at_once(int rise, int fall, string results, int counter, bool isUp) =>
        AssertVerdict(After(ScriptVerdict.Initial(rise, fall), results), counter, isUp);

    [Theory]
    [InlineData("-++", 2, false)]
    [InlineData("-+++", 4, true)]
    [InlineData("-++-++", 2, false)]
    [InlineData("+-", 3, true)]
    [InlineData("+--", 0, false)]
    [InlineData("+-+-", 3, true)]
    public void Rise_successes_in_a_row_make_it_up_and_fall_failures_in_a_row_down(string results, int counter, bool isUp) =>
        AssertVerdict(After(ScriptVerdict.Initial(3, 2), results), counter, isUp);

    [Fact]
    public void Before_its_first_result_it_is_not_up() => Assert.False(ScriptVerdict.Initial(1, 1).IsUp);

    [Fact]
    public void The_greatest_numbers_do_not_overflow() =>
        Assert.True(After(ScriptVerdict.Initial(int.MaxValue, int.MaxValue), "+").IsUp);

    [Theory]
    [InlineData("+-", 5, 4, 7, true)]
    [InlineData("+-", 1, 1, 1, true)]
    [InlineData("-++", 2, 2, 1, false)]
    [InlineData("-++", 9, 1, 2, false)]
    public void A_reload_scales_the_counter_to_the_new_rise_and_fall(string results, int rise, int fall, int counter, bool isUp) =>
        AssertVerdict(After(ScriptVerdict.Initial(3, 2), results).Scaled(rise, fall), counter, isUp);

    [Fact]
    public void A_reload_carries_that_there_is_no_result_yet() => Assert.False(ScriptVerdict.Initial(3, 2).Scaled(1, 1).HasResult);

    private static ScriptVerdict After(ScriptVerdict verdict, string results) => results.Aggregate(verdict, (v, r) => v.After(r == '+'));

    private static void AssertVerdict(ScriptVerdict verdict, int counter, bool isUp) => Assert.Equal((counter, isUp), (verdict.Counter, verdict.IsUp));
}
