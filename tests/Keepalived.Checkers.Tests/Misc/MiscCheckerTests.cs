using Keepalived.Checkers.Misc;
using Keepalived.Checking;
using Keepalived.Scheduling;
using Keepalived.Scripts;
using Keepalived.Testing;

namespace Keepalived.Checkers.Tests.Misc;

public sealed class MiscCheckerTests
{
    private static readonly ScriptCommand _command = new("/usr/local/bin/check", ["192.0.2.1"], new ScriptUser(33, 33, false, "www-data"));

    [Theory]
    [InlineData(0, false, true, null)]
    [InlineData(1, false, false, "the script ended with exit code 1")]
    [InlineData(2, false, false, "the script ended with exit code 2")]
    [InlineData(255, false, false, "the script ended with exit code 255")]
    [InlineData(0, true, true, null)]
    [InlineData(1, true, false, "the script ended with exit code 1")]
    public void Exit_codes_say_up_or_down(int code, bool isDynamic, bool isUp, string? reason)
    {
        CheckResult result = Run(code, isDynamic);

        Assert.Equal((isUp, reason, null), (result.IsUp, result.Reason, result.Weight));
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(255, 253)]
    public void With_misc_dynamic_codes_from_2_are_a_weight_of_2_less(int code, int weight)
    {
        CheckResult result = Run(code, isDynamic: true);

        Assert.Equal((true, weight), (result.IsUp, result.Weight));
    }

    [Fact]
    public void The_command_runs_as_its_user_and_for_as_long_as_misc_timeout_says()
    {
        var rig = new CheckerRig(Define(TimeSpan.FromSeconds(7)));
        rig.Scripts.EndsWith = _ => Exited(0);

        rig.Run();

        Assert.Equal(_command, Assert.Single(rig.Scripts.Runs).Command);
        Assert.Equal(TimeSpan.FromSeconds(7), rig.Scripts.Runs[0].Limit);
    }

    [Fact]
    public void Without_misc_timeout_the_limit_is_the_delay_loop()
    {
        var rig = new CheckerRig(Define());
        rig.Scripts.EndsWith = _ => Exited(0);

        rig.Run();

        Assert.Equal(TimeSpan.FromSeconds(60), rig.Scripts.Runs[0].Limit);
    }

    [Fact]
    public void A_script_that_is_ended_at_its_limit_is_down_even_if_it_then_exits_with_0()
    {
        CheckResult result = Run(new ScriptResult(new ProcessExit(1000, 0, null), true, TimeSpan.FromSeconds(3), null), TimeSpan.FromSeconds(3));

        Assert.Equal((false, "the script did not end within 3 s and was ended"), (result.IsUp, result.Reason));
    }

    [Fact]
    public void A_script_that_a_signal_ends_is_down()
    {
        CheckResult result = Run(new ScriptResult(new ProcessExit(1000, null, 9), false, TimeSpan.Zero, null));

        Assert.Equal((false, "the script ended with signal 9"), (result.IsUp, result.Reason));
    }

    [Fact]
    public void A_script_that_cannot_be_started_is_down_and_says_why()
    {
        CheckResult result = Run(new ScriptResult(null, false, TimeSpan.Zero, "it is not there"));

        Assert.Equal((false, "the script could not be run: it is not there"), (result.IsUp, result.Reason));
    }

    [Fact]
    public void Each_probe_runs_the_script_anew_and_a_pending_one_waits()
    {
        var rig = new CheckerRig(Define());
        ValueTask<CheckResult> first = rig.Begin();
        Assert.False(first.IsCompleted);
        rig.Scripts.Runs[0].Exit(0);
        Assert.True(first.GetAwaiter().GetResult().IsUp);

        ValueTask<CheckResult> second = rig.Begin();
        rig.Scripts.Runs[1].Exit(3);

        Assert.False(second.GetAwaiter().GetResult().IsUp);
    }

    [Fact]
    public void A_checker_that_goes_away_ends_its_script()
    {
        var rig = new CheckerRig(Define());
        ValueTask<CheckResult> probe = rig.Begin();

        rig.Checker.Dispose();

        Assert.True(rig.Scripts.Runs[0].IsCancelled);
        rig.Scripts.Runs[0].Exit(0);
        Assert.True(probe.IsCompleted);
    }

    [Fact]
    public void The_engine_waits_for_the_script_and_its_end_whatever_connect_timeout_says()
    {
        var options = new CheckOptions { ConnectTimeout = TimeSpan.FromSeconds(1), DelayLoop = TimeSpan.FromSeconds(60) };

        Assert.Equal(TimeSpan.FromSeconds(75), Define().LongestProbe(options));
        Assert.Equal(TimeSpan.FromSeconds(1015), Define(TimeSpan.FromSeconds(1000)).LongestProbe(options));
    }

    private static MiscCheckDefinition Define(TimeSpan timeout = default, bool isDynamic = false) => new(new(), _command, timeout, isDynamic);

    private static ScriptResult Exited(int code) => new(new ProcessExit(1000, code, null), false, TimeSpan.Zero, null);

    private static CheckResult Run(int code, bool isDynamic) => Run(Exited(code), isDynamic: isDynamic);

    private static CheckResult Run(ScriptResult result, TimeSpan timeout = default, bool isDynamic = false)
    {
        var rig = new CheckerRig(Define(timeout, isDynamic));
        rig.Scripts.EndsWith = _ => result;
        return rig.Run();
    }
}
