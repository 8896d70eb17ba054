using Keepalived.Checkers.Files;
using Keepalived.Checking;
using Keepalived.Testing;

namespace Keepalived.Checkers.Tests.Files;

public sealed class FileCheckerTests
{
    private const string Path = "/run/load";

    [Theory]
    [InlineData(0, false, 0, true, null)]
    [InlineData(0, false, 5, false, null)]
    [InlineData(0, false, -1, false, null)]
    [InlineData(2, false, 5, true, 10)]
    [InlineData(-3, false, 5, true, -15)]
    [InlineData(-3, true, 5, true, 15)]
    [InlineData(2, true, 5, true, -10)]
    [InlineData(7, false, 0, true, 0)]
    [InlineData(1, false, int.MinValue, false, null)]
    [InlineData(2, false, int.MaxValue, true, int.MaxValue)]
    [InlineData(-2147483647, false, 2, false, null)]
    [InlineData(2147483647, true, -1, true, 2147483647)]
    public void The_number_times_the_weight_is_added_and_without_weight_any_number_but_0_is_down(
        int weight, bool isReversed, int number, bool isUp, int? added)
    {
        var rig = new CheckerRig(Define(weight, isReversed));
        rig.Files.Write(Path, number);

        CheckResult result = rig.Run();

        Assert.Equal((isUp, added, null), (result.IsUp, result.AddedWeight, result.Weight));
        Assert.Contains($"load says {number}", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_probe_ends_at_once_and_each_other_one_with_another_number()
    {
        var rig = new CheckerRig(Define(1));
        Assert.Equal(0, rig.Run().AddedWeight);

        ValueTask<CheckResult> second = rig.Begin();
        Assert.False(second.IsCompleted);
        rig.Files.Write(Path, 4);
        Assert.Equal(4, second.GetAwaiter().GetResult().AddedWeight);

        rig.Files.Write(Path, 6);
        Assert.Equal(6, rig.Begin().GetAwaiter().GetResult().AddedWeight);
        Assert.Equal([Path], rig.Files.Paths);
    }

    [Fact]
    public void A_checker_that_goes_away_follows_nothing_more()
    {
        var rig = new CheckerRig(Define(1));
        rig.Run();

        rig.Checker.Dispose();

        Assert.Empty(rig.Files.Paths);
        rig.Files.Write(Path, 4);
    }

    [Fact]
    public void It_waits_for_news_for_ever() => Assert.Equal(Timeout.InfiniteTimeSpan, Define(1).LongestProbe(CheckOptions.Unset));

    private static FileCheckDefinition Define(int weight, bool isReversed = false) => new("load", Path, weight, isReversed);
}
