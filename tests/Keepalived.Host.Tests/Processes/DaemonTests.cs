using System.Diagnostics;
using Keepalived.Linux.Processes;

namespace Keepalived.Host.Tests.Processes;

/// <summary>The daemon as an operator meets it: started, signalled, killed, reloaded, stopped.</summary>
public sealed class DaemonTests
{
    private const string Good = "good_thing alpha\n";

    [Fact]
    public void Runs_a_plugin_in_a_child_and_stops_everything_at_TERM()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        Assert.Contains("good: started with alpha", run.Log, StringComparison.Ordinal);
        Assert.Equal($"{run.Process!.Id}\n", File.ReadAllText(Path.Combine(run.Directory, "keepalived.pid")));
        int child = run.ChildId;
        Assert.Equal(0, run.Stop());
        run.WaitFor("good: stopped on the loop: True");
        Assert.False(DaemonRun.IsAlive(child));
        Assert.False(File.Exists(Path.Combine(run.Directory, "keepalived.pid")));
        Assert.False(File.Exists(Path.Combine(run.Directory, "vrrp.pid")));
    }

    [Fact]
    public void A_pid_file_has_mode_0644_and_a_dump_0600()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        Assert.Equal((UnixFileMode)0x1a4, File.GetUnixFileMode(Path.Combine(run.Directory, "vrrp.pid")));
        run.Signal(run.Process!.Id, Signals.User1);
        run.WaitFor("Wrote ", times: 2);
        string dump = Path.Combine(run.Directory, "keepalived.data");
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(dump));
        Assert.Contains("------< Global definitions >------", File.ReadAllText(dump), StringComparison.Ordinal);
        Assert.Contains("good Data 1", File.ReadAllText(dump), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run.Directory, "keepalived_parent.data")));
    }

    [Theory]
    [InlineData(12, "keepalived.stats", "good Statistics 1\n")]
    [InlineData(63, "keepalived.stats", "good StatisticsClear 1\n")]
    [InlineData(36, "keepalived.json", "[]")]
    public void Signals_write_statistics_and_JSON(int signal, string file, string content)
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        string outside = Path.Combine(run.Directory, "outside");
        File.WriteAllText(outside, "untouched");
        File.CreateSymbolicLink(Path.Combine(run.Directory, file), outside);
        run.Signal(run.Process!.Id, signal);
        run.WaitFor("Wrote ");
        Assert.Equal(content, File.ReadAllText(Path.Combine(run.Directory, file)));
        Assert.Equal("untouched", File.ReadAllText(outside));
    }

    [Fact]
    public void A_second_daemon_on_the_same_pid_file_is_refused_with_1()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        (int code, _, string log) = run.RunSecond("-n", "-l", "-G");
        Assert.Equal(1, code);
        Assert.Contains("already running", log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_killed_child_is_restarted_at_once()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        int first = run.ChildId;
        run.Signal(first, Signals.Kill);
        run.WaitFor("good: started", times: 2);
        Assert.NotEqual(first, run.ChildId);
        Assert.Contains("ended unexpectedly (signal 9)", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_child_whose_loop_stands_still_is_killed_within_two_hello_periods_and_restarted()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start(more: ["--watchdog-period", "1"]);
        int first = run.ChildId;
        Stopwatch watch = Stopwatch.StartNew();
        run.Signal(first, 19); // SIGSTOP
        run.WaitFor("does not answer");
        TimeSpan noticed = watch.Elapsed;
        run.WaitFor("good: started", times: 2);
        Assert.True(noticed < TimeSpan.FromSeconds(3), $"noticed after {noticed}");
        Assert.NotEqual(first, run.ChildId);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void Children_clean_up_and_end_when_the_parent_is_killed()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        int child = run.ChildId;
        run.Signal(run.Process!.Id, Signals.Kill);
        run.WaitFor("good: stopped on the loop: True");
        DaemonRun.WaitUntil(() => !DaemonRun.IsAlive(child), () => "the child outlived its parent");
    }

    [Fact]
    public void A_child_that_ends_with_4_stops_the_daemon_with_4()
    {
        using DaemonRun run = new("good_thing exits\n", "Good");
        (int code, _, string log) = run.RunToEnd("-n", "-l", "-G");
        Assert.Equal(4, code);
        Assert.Contains("no permission to be good", log, StringComparison.Ordinal);
        Assert.Contains("permanent error 4", log, StringComparison.Ordinal);
    }

    [Fact]
    public void With_R_a_dead_child_stops_the_daemon()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start(more: "-R");
        run.Signal(run.ChildId, Signals.Kill);
        Assert.Equal(1, run.WaitForExit());
    }

    [Fact]
    public void A_reload_reaches_the_plugin_and_starts_no_process_anew()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        int child = run.ChildId;
        File.WriteAllText(run.ConfigurationFile, "good_thing beta\n");
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("good: reloaded with beta");
        run.WaitFor("Reload complete");
        Assert.Equal(child, run.ChildId);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void While_a_large_file_is_read_for_a_reload_the_loop_goes_on_with_its_work()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        string isRead = Path.Combine(run.Directory, "is-read");
        File.WriteAllText(run.ConfigurationFile, $"good_thing waits:{isRead}\n");
        run.Signal(run.Process!.Id, Signals.HangUp);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(isRead + ".begun"), TimeSpan.FromSeconds(30)), run.Log);
        run.Signal(run.ChildId, Signals.User2);
        run.WaitFor("good: has written its Statistics");
        Assert.DoesNotContain("good: reloaded", run.Log, StringComparison.Ordinal);
        File.WriteAllText(isRead, "");
        run.WaitFor("good: reloaded with waits:");
        run.WaitFor("Reload complete");
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_reload_asked_for_while_a_child_starts_is_done_when_it_is_ready()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start("Starting VRRP child process");
        File.WriteAllText(run.ConfigurationFile, "good_thing beta\n");
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("Reload complete");
        Assert.Contains("good: reloaded with beta", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Theory]
    [InlineData("good_thing refused\n")]
    [InlineData("good_thing alpha\ngood_thingg beta\n")]
    [InlineData("good_thing\n")]
    public void A_reload_with_a_new_error_leaves_everything_running(string configuration)
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        int child = run.ChildId;
        File.WriteAllText(run.ConfigurationFile, configuration);
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("Reload refused");
        File.WriteAllText(run.ConfigurationFile, "good_thing gamma\n");
        run.Signal(child, Signals.HangUp); // said to the child, acted on by all
        run.WaitFor("good: reloaded with gamma");
        Assert.Equal(child, run.ChildId);
        Assert.Equal(1, run.Count("good: reloaded"));
    }

    [Fact]
    public void A_reload_that_needs_no_process_any_more_ends_it_and_one_that_does_starts_it()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start();
        int child = run.ChildId;
        File.WriteAllText(run.ConfigurationFile, "global_defs {\n}\n");
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("good: stopped");
        DaemonRun.WaitUntil(() => !DaemonRun.IsAlive(child), () => "the child lives on");
        File.WriteAllText(run.ConfigurationFile, Good);
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("good: started", times: 2);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void In_the_background_it_returns_0_when_the_pid_file_is_written()
    {
        using DaemonRun run = new(Good, "Good");
        (int code, _, _) = run.RunToEnd("-G", "-g" + Path.Combine(run.Directory, "k.log"), "--flush-log-file");
        Assert.Equal(0, code);
        int daemon = int.Parse(File.ReadAllText(Path.Combine(run.Directory, "keepalived.pid")), System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            DaemonRun.WaitUntil(
                () => File.ReadAllText(Path.Combine(run.Directory, "k.log")).Contains("Startup complete", StringComparison.Ordinal), () => "it did not start");
            Assert.Equal("/", new FileInfo($"/proc/{daemon}/cwd").LinkTarget);
        }
        finally
        {
            run.Signal(daemon, Signals.Terminate);
            DaemonRun.WaitUntil(() => !DaemonRun.IsAlive(daemon), () => "it does not stop");
        }
    }

    [Fact]
    public void In_the_background_a_daemon_that_cannot_start_says_so_with_its_exit_code()
    {
        using DaemonRun run = new("instance\n", "Good");
        (int code, _, string error) = run.RunToEnd("-l", "-G");
        Assert.Equal(2, code);
        Assert.Contains("instance", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_keyword_without_its_mandatory_argument_stops_the_daemon_with_2()
    {
        using DaemonRun run = new("good_thing\n", "Good");
        (int code, _, string error) = run.RunToEnd("-n", "-l", "-G");
        Assert.Equal(2, code);
        Assert.Contains("good_thing", error, StringComparison.Ordinal);
    }

    [Fact]
    public void With_d_the_configuration_is_logged_as_read()
    {
        using DaemonRun run = new DaemonRun("# a comment\ngood_thing alpha\n", "Good").Start(more: "-d");
        Assert.Contains(": good_thing alpha", run.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("a comment", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void With_m_children_may_dump_core()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start(more: "-m");
        string limits = File.ReadAllLines($"/proc/{run.ChildId}/limits").Single(line => line.StartsWith("Max core file size", StringComparison.Ordinal));
        Assert.Contains("unlimited", limits, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void SIGINT_is_ignored_when_asked_for()
    {
        using DaemonRun run = new DaemonRun(Good, "Good").Start(more: "--ignore-sigint");
        run.Signal(run.Process!.Id, Signals.Interrupt);
        run.Signal(run.Process!.Id, Signals.User1);
        run.WaitFor("Wrote");
        Assert.False(run.Process.HasExited);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void Without_configuration_only_all_starts_a_process()
    {
        using DaemonRun run = new DaemonRun("global_defs {\n}\n", "Good").Start();
        Assert.Equal(0, run.Count("Starting VRRP"));
        Assert.Equal(0, run.Stop());
        using DaemonRun all = new DaemonRun("global_defs {\n}\n", "Good").Start("Startup complete", "--all");
        Assert.Equal(1, all.Count("Starting VRRP child process"));
        Assert.Equal(1, all.Count("Starting Healthcheck child process"));
        Assert.Equal(1, all.Count("Starting BFD child process"));
        Assert.Equal(0, all.Stop());
    }

    [Fact]
    public void Startup_and_shutdown_scripts_run_before_and_after_the_children()
    {
        using DaemonRun run = new("", "Good");
        string trace = Path.Combine(run.Directory, "trace");
        File.WriteAllText(
            run.ConfigurationFile,
            $"global_defs {{\n startup_script \"/bin/sh -c 'echo start >> {trace}; env >> {trace}'\"\n shutdown_script \"/bin/sh -c 'echo stop >> {trace}'\"\n}}\n{Good}");
        run.Start();
        string text = File.ReadAllText(trace);
        Assert.StartsWith("start\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DOTNET_", text, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
        Assert.EndsWith("stop\n", File.ReadAllText(trace), StringComparison.Ordinal);
    }
}
