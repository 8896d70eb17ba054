namespace Keepalived.Host.Tests.Processes;

/// <summary><c>reload_check_config</c> and <c>config_save_dir</c>.</summary>
public sealed class ReloadSettingTests
{
    private const string Checked = "global_defs { reload_check_config findings\n}\n";

    [Fact]
    public void A_reload_with_a_check_goes_on_when_the_test_finds_nothing()
    {
        using DaemonRun run = new DaemonRun(Checked + "good_thing alpha\n", "Good").Start();
        File.WriteAllText(run.ConfigurationFile, Checked + "good_thing beta\n");
        run.Signal(run.Process!.Id, Linux.Processes.Signals.HangUp);
        run.WaitFor("good: reloaded with beta");
        run.WaitFor("Reload complete");
    }

    [Fact]
    public void A_reload_with_a_check_is_refused_for_a_mere_warning_which_the_file_names()
    {
        using DaemonRun run = new DaemonRun(Checked + "good_thing alpha\n", "Good").Start();
        File.WriteAllText(run.ConfigurationFile, Checked + "global_defs { lint {\n no_such_rule off\n}\n}\ngood_thing beta\n");
        run.Signal(run.Process!.Id, Linux.Processes.Signals.HangUp);
        run.WaitFor("Reload refused");
        Assert.Contains("there is no lint rule 'no_such_rule'", File.ReadAllText(Path.Combine(run.Directory, "findings")), StringComparison.Ordinal);
        Assert.DoesNotContain("reloaded with beta", run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_configuration_that_is_run_is_saved_with_its_includes()
    {
        using DaemonRun run = new("global_defs { config_save_dir saved\n}\ninclude more.conf\n", "Good");
        File.WriteAllText(Path.Combine(run.Directory, "more.conf"), "good_thing alpha # comment\n");
        run.Start();
        string saved = Path.Combine(run.Directory, "saved", $"keepalived.conf.{run.Process!.Id}.0");
        Assert.Equal("global_defs { config_save_dir saved\n}\ngood_thing alpha\n", File.ReadAllText(saved));
        run.Signal(run.Process.Id, Linux.Processes.Signals.HangUp);
        run.WaitFor("Reload complete");
        Assert.True(File.Exists(Path.Combine(run.Directory, "saved", $"keepalived.conf.{run.Process.Id}.1")));
    }
}
