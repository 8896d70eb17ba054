using Keepalived.Linux.Processes;

namespace Keepalived.Host.Tests.Processes;

/// <summary>What a bad plugin may cost: itself, never the others.</summary>
public sealed class PluginTroubleTests
{
    [Theory]
    [InlineData("constructor", "could not be loaded: InvalidOperationException: thrown in constructor")]
    [InlineData("register", "RegisterKeywords threw InvalidOperationException: thrown in register")]
    [InlineData("handler", "failed on 'throwing_thing'")]
    [InlineData("build", "BuildConfiguration threw")]
    [InlineData("services", "Start threw")]
    [InlineData("start", "Start threw")]
    public void A_plugin_that_throws_is_named_and_the_others_run(string call, string line)
    {
        using DaemonRun run = new("good_thing alpha\nthrowing_thing\n", "Good", "Throwing");
        run.Environment["FIXTURE_THROWS"] = call;
        run.Start();
        Assert.Contains(line, run.Log, StringComparison.Ordinal);
        Assert.Contains("throwing", run.Log, StringComparison.Ordinal);
        Assert.Contains("good: started with alpha", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Theory]
    [InlineData("dump", 10)]
    [InlineData("reload", 1)]
    public void A_plugin_that_throws_later_is_retired_and_the_others_run(string call, int signal)
    {
        using DaemonRun run = new("good_thing alpha\n", "Good", "Throwing");
        run.Environment["FIXTURE_THROWS"] = call;
        run.Start();
        run.Signal(run.Process!.Id, signal);
        run.WaitFor("thrown in " + call);
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("good: reloaded with alpha");
        Assert.Equal(1, run.Count("thrown in"));
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_plugin_that_throws_at_stop_does_not_hold_up_the_end()
    {
        using DaemonRun run = new("good_thing alpha\n", "Good", "Throwing");
        run.Environment["FIXTURE_THROWS"] = "stop";
        run.Start();
        Assert.Equal(0, run.Stop());
        Assert.Contains("good: stopped", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_plugin_that_the_process_is_for_failing_in_a_callback_restarts_the_process()
    {
        using DaemonRun run = new("good_thing throws_later\n", "Good");
        run.Start("good: started");
        run.WaitFor("good: started", times: 2);
        Assert.Contains("a callback threw InvalidOperationException: a callback went wrong", run.Log, StringComparison.Ordinal);
        Assert.Contains("ended unexpectedly (exit code 70)", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_plugin_of_another_contract_version_is_never_called()
    {
        using DaemonRun run = new DaemonRun("good_thing alpha\n", "Good", "WrongContract").Start();
        Assert.Contains("Plugin wrong-contract: it was built for contract version 99", run.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("was called", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_plugin_whose_dependency_is_missing_is_named_with_what_is_missing()
    {
        using DaemonRun run = new("good_thing alpha\n", "Good");
        string folder = Fixtures.Copy("UsesJson13", Path.Combine(run.Directory, "plugins"));
        File.Delete(Path.Combine(folder, "Newtonsoft.Json.dll"));
        run.Start();
        Assert.Contains("Plugin json13: it needs Newtonsoft.Json, Version=13", run.Log, StringComparison.Ordinal);
        Assert.Contains("good: started with alpha", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void Two_plugins_with_different_versions_of_one_library_run_side_by_side()
    {
        using DaemonRun run = new DaemonRun("good_thing alpha\n", "Good", "UsesJson12", "UsesJson13").Start();
        Assert.Contains("json: [1,2] by version 12.0.0.0", run.Log, StringComparison.Ordinal);
        Assert.Contains("json: [1,2] by version 13.0.0.0", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void Events_reach_subscribers_with_number_and_cause()
    {
        using DaemonRun run = new DaemonRun("good_thing publishes\n", "Good").Start();
        Assert.Contains("good: event 1 good cause", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }
}
