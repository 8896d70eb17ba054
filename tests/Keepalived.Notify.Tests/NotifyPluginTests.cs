using Keepalived.Configuration;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scripts;
using Keepalived.Testing;

namespace Keepalived.Notify.Tests;

public sealed class NotifyPluginTests
{
    private static readonly VrrpInstanceStateChanged _master = new("V", VrrpState.Backup, VrrpState.Master, 150, "nobody else was heard");
    private static readonly QuorumStateChanged _quorum = new("[10.0.0.1]:tcp:80", true, "1+0=1 <= 2");

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void Each_event_is_one_line_of_fields_unless_the_log_is_to_be_that_of_keepalived(bool logsEvents, int lines)
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "", logsEvents: logsEvents);

        process.Bus.Publish(new VrrpInstanceStateChanged("V", VrrpState.Backup, VrrpState.Master, 100, "no master heard"));

        Assert.Equal(lines, process.Log.Messages.Count(line => line.StartsWith("event=vrrp_instance sequence=1 instance=V", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_vrrp_process_writes_vrrp_lines_to_the_common_and_its_own_fifo()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "notify_fifo /run/all\nvrrp_notify_fifo /run/vrrp\nlvs_notify_fifo /run/lvs");
        process.Bus.Publish(_master);
        Assert.Equal("INSTANCE \"V\" MASTER 150\n", process.Pipes["/run/all"].Take());
        Assert.Equal("INSTANCE \"V\" MASTER 150\n", process.Pipes["/run/vrrp"].Take());
        Assert.Equal(["/run/all", "/run/vrrp"], process.Pipes.All.Select(pipe => pipe.Path));
    }

    [Fact]
    public void The_checker_process_writes_lvs_lines_to_the_common_and_its_own_fifo()
    {
        var process = new NotifyProcess(PluginRoles.Checker, "notify_fifo /run/all\nvrrp_notify_fifo /run/vrrp\nlvs_notify_fifo /run/lvs");
        process.Bus.Publish(_quorum);
        Assert.Equal("VS [10.0.0.1]:tcp:80 UP\n\0", process.Pipes["/run/all"].Take());
        Assert.Equal("VS [10.0.0.1]:tcp:80 UP\n\0", process.Pipes["/run/lvs"].Take());
        Assert.Equal(["/run/all", "/run/lvs"], process.Pipes.All.Select(pipe => pipe.Path));
    }

    [Fact]
    public void A_full_fifo_drops_the_line_counts_it_and_says_so_once()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "vrrp_notify_fifo /run/vrrp");
        TestPipe pipe = process.Pipes["/run/vrrp"];
        process.Bus.Publish(_master);
        pipe.IsFull = true;
        process.Bus.Publish(_master);
        process.Bus.Publish(_master);
        pipe.IsFull = false;
        process.Bus.Publish(_master);
        Assert.Equal("INSTANCE \"V\" MASTER 150\nINSTANCE \"V\" MASTER 150\n", pipe.Take());
        Assert.Single(process.Log.Messages, "FIFO /run/vrrp is full, nobody reads it: 1 lines have been dropped so far");
        process.Loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(process.Log.Messages, "FIFO /run/vrrp is full, nobody reads it: 2 lines have been dropped so far");
        process.Loop.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(process.Log.Messages, "FIFO /run/vrrp is read again; 2 lines were dropped meanwhile");
        var dump = new StringWriter();
        process.Plugin.Dump(DumpKind.Data, dump);
        Assert.Equal(" Notify FIFO = /run/vrrp\n   Lines written = 2\n   Lines dropped = 2\n", dump.ToString());
    }

    [Fact]
    public void The_user_behind_a_path_owns_the_fifo()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "notify_fifo /run/all nobody :nogroup");
        Assert.Equal("nobody :nogroup", process.Pipes["/run/all"].Owner!.Name);
    }

    [Fact]
    public void A_fifo_script_gets_the_path_as_last_argument_and_no_time_limit()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "vrrp_notify_fifo /run/vrrp\nvrrp_notify_fifo_script \"/bin/read 'a b' c\" nobody");
        RecordedScriptRun run = Assert.Single(process.Scripts.Runs);
        Assert.Equal("/bin/read a b c /run/vrrp", run.ToString());
        Assert.Equal(Timeout.InfiniteTimeSpan, run.Limit);
    }

    [Theory]
    [InlineData(PluginRoles.Vrrp, PluginRoles.None, "/bin/read /run/all")]
    [InlineData(PluginRoles.Vrrp, PluginRoles.Checker, "")]
    [InlineData(PluginRoles.Checker, PluginRoles.Vrrp, "/bin/read /run/all")]
    [InlineData(PluginRoles.Checker, PluginRoles.None, "/bin/read /run/all")]
    public void The_common_script_is_run_by_the_checker_process_if_there_is_one(PluginRoles role, PluginRoles others, string running)
    {
        var process = new NotifyProcess(role, "notify_fifo /run/all\nnotify_fifo_script /bin/read", others);
        Assert.Equal(running, process.Running);
    }

    [Fact]
    public void A_reload_keeps_an_unchanged_fifo_open_and_starts_its_script_anew()
    {
        const string Globals = "vrrp_notify_fifo /run/vrrp\nvrrp_notify_fifo_script /bin/read";
        var process = new NotifyProcess(PluginRoles.Vrrp, Globals);
        process.Reload(Globals);
        Assert.False(Assert.Single(process.Pipes.All).IsDisposed);
        Assert.Equal([false, true], process.Scripts.Runs.Select(run => !run.IsCancelled));
    }

    [Fact]
    public void A_reload_closes_what_is_gone_and_opens_what_is_new()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "vrrp_notify_fifo /run/old\nvrrp_notify_fifo_script /bin/read");
        process.Reload("vrrp_notify_fifo /run/new");
        Assert.True(process.Pipes["/run/old"].IsDisposed);
        Assert.Equal("", process.Running);
        process.Bus.Publish(_master);
        Assert.NotEqual("", process.Pipes["/run/new"].Take());
    }

    [Fact]
    public void States_are_written_after_a_reload_only_where_that_is_configured()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "vrrp_notify_fifo /run/vrrp");
        process.Bus.Publish(new VrrpInstanceStateChanged("Gone", VrrpState.Init, VrrpState.Backup, 1, ""));
        process.Bus.Publish(new VrrpGroupStateChanged("G", VrrpState.Backup, ""));
        process.Bus.Publish(_master);
        process.Bus.Publish(new VrrpPriorityChanged("V", VrrpState.Master, 150, 130, ""));
        process.Bus.Publish(new VrrpInstanceStateChanged("Gone", VrrpState.Backup, VrrpState.Deleted, 1, ""));
        process.Pipes["/run/vrrp"].Take();
        process.Reload("vrrp_notify_fifo /run/vrrp");
        Assert.Equal("", process.Pipes["/run/vrrp"].Take());
        process.Reload("vrrp_notify_fifo /run/vrrp\nfifo_write_vrrp_states_on_reload");
        Assert.Equal("GROUP \"G\" BACKUP 0\nINSTANCE \"V\" MASTER 130\n", process.Pipes["/run/vrrp"].Take());
    }

    [Fact]
    public async Task Stopping_closes_the_fifos_ends_the_scripts_and_listens_no_more()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "vrrp_notify_fifo /run/vrrp\nvrrp_notify_fifo_script /bin/read");
        await process.Plugin.StopAsync(CancellationToken.None);
        Assert.True(process.Pipes["/run/vrrp"].IsDisposed);
        Assert.Equal("", process.Running);
        process.Bus.Publish(_master);
        Assert.Empty(process.Log.Entries);
    }

    [Fact]
    public void A_script_that_ends_by_itself_is_reported_and_one_that_a_reload_ends_is_not()
    {
        const string Globals = "vrrp_notify_fifo /run/vrrp\nvrrp_notify_fifo_script /bin/read";
        var process = new NotifyProcess(PluginRoles.Vrrp, Globals);
        process.Reload(Globals);
        process.Scripts.Runs[0].Exit(143);
        Assert.Empty(process.Log.Entries);
        process.Scripts.Runs[1].Exit(3);
        Assert.Equal(
            [
                "Information: event=script sequence=1 owner=\"FIFO /run/vrrp\" script=/bin/read ok=False exit_code=3 timed_out=False duration_ms=0 cause=\"exit code 3\"",
                "Warning: The script '/bin/read' of FIFO /run/vrrp has ended (exit code 3); a reload starts it again",
            ],
            process.Log.Entries.Select(entry => entry.ToString()));
    }

    [Fact]
    public void A_reader_that_is_too_slow_is_spoken_of_every_ten_seconds_and_not_with_each_line()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "vrrp_notify_fifo /run/vrrp\nlog_event_limit 1 86400");
        TestPipe pipe = process.Pipes["/run/vrrp"];
        for (int i = 0; i < 250; i++)
        {
            pipe.IsFull = i % 2 == 0;
            process.Bus.Publish(_master);
            process.Loop.Advance(TimeSpan.FromMilliseconds(100));
        }

        process.Plugin.Dispose();
        Assert.Equal(
            ["1", "50", "100", "125"],
            process.Log.Messages.Where(line => line.StartsWith("FIFO", StringComparison.Ordinal)).Select(line => line.Split(": ")[1].Split(' ')[0]));
    }

    [Fact]
    public void A_fifo_that_cannot_be_opened_is_reported_and_the_others_work()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "");
        process.Pipes.Broken.Add("/run/all");
        process.Reload("notify_fifo /run/all\nnotify_fifo_script /bin/read\nvrrp_notify_fifo /run/vrrp");
        Assert.Equal("Error: FIFO /run/all cannot be used: it is no FIFO", Assert.Single(process.Log.Entries).ToString());
        Assert.Empty(process.Scripts.Runs);
        process.Bus.Publish(_master);
        Assert.NotEqual("", process.Pipes["/run/vrrp"].Take());
    }

    [Fact]
    public void A_fifo_named_twice_is_used_once_with_a_warning()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "vrrp_notify_fifo /run/all\nnotify_fifo /run/all");
        Diagnostic finding = Assert.Single(process.Findings);
        Assert.Equal(("/k.conf:2:1", DiagnosticClass.Warning), (finding.Location.ToString(), finding.Class));
        process.Bus.Publish(_master);
        Assert.Equal("INSTANCE \"V\" MASTER 150\n", Assert.Single(process.Pipes.All).Take());
    }

    [Fact]
    public void A_relative_path_and_a_script_without_a_fifo_are_findings()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "notify_fifo all\nvrrp_notify_fifo_script /bin/read");
        Assert.Equal(["/k.conf:2:1", "/k.conf:3:25"], process.Findings.Select(finding => finding.Location.ToString()));
        Assert.Empty(process.Pipes.All);
    }

    [Fact]
    public void An_insecure_script_is_left_out_and_its_fifo_stays()
    {
        var process = new NotifyProcess(
            PluginRoles.Vrrp, "vrrp_notify_fifo /run/vrrp\nvrrp_notify_fifo_script /tmp/bad", prepare: policy => policy.Insecure.Add("/tmp/bad"));
        Assert.Equal(DiagnosticClass.Security, Assert.Single(process.Findings).Class);
        Assert.Empty(process.Scripts.Runs);
        Assert.Single(process.Pipes.All);
    }

    [Fact]
    public void Every_event_is_one_log_line_with_its_number_and_cause()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "");
        process.Bus.Publish(_master);
        process.Bus.Publish(new RealServerStateChanged("VS", "RS", false, "TCP CHECK failed on service") { Detail = "re\"fused\n" });
        process.Bus.Publish(_quorum);
        process.Bus.Publish(NotifyScriptEnded.Of("VRRP instance V", new("/bin/x", ["a b"], null), new ScriptResult(new Keepalived.Scheduling.ProcessExit(7, null, 15), true, TimeSpan.FromSeconds(1), null)));
        process.Bus.Publish(NotifyScriptEnded.Of("VRRP instance V", new("/bin/x", [], null), new ScriptResult(new Keepalived.Scheduling.ProcessExit(7, 0, null), false, TimeSpan.FromSeconds(1), null)));
        Assert.Equal(
            [
                "Information: event=vrrp_instance sequence=1 instance=V previous=BACKUP state=MASTER priority=150 cause=\"nobody else was heard\"",
                "Information: event=real_server sequence=2 real_server=RS virtual_server=VS state=DOWN detail=\"re\\\"fused\\n\" cause=\"TCP CHECK failed on service\"",
                "Information: event=virtual_server sequence=3 virtual_server=[10.0.0.1]:tcp:80 state=UP cause=\"1+0=1 <= 2\"",
                "Information: event=script sequence=4 owner=\"VRRP instance V\" script=\"/bin/x a b\" ok=False signal=15 timed_out=True duration_ms=1000 cause=\"time-out, signal 15\"",
                "Debug: event=script sequence=5 owner=\"VRRP instance V\" script=/bin/x ok=True exit_code=0 timed_out=False duration_ms=1000 cause=\"exit code 0\"",
            ],
            process.Log.Entries.Select(entry => entry.ToString()));
    }

    [Fact]
    public void What_one_object_has_too_much_to_say_of_one_kind_is_counted_and_said_when_the_window_is_over()
    {
        var process = new NotifyProcess(PluginRoles.Vrrp, "log_event_limit 2 30");
        for (int i = 0; i < 5; i++)
        {
            process.Bus.Publish(_master);
            process.Bus.Publish(new VrrpPriorityChanged("V", VrrpState.Master, 1, 2, ""));
        }

        process.Bus.Publish(_master with { Instance = "W" });
        Assert.Equal(5, process.Log.Entries.Count);
        process.Loop.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(
            ["3 more events vrrp_instance of V were not logged within 30 s", "3 more events vrrp_priority of V were not logged within 30 s"],
            process.Log.Messages.Skip(5).Order(StringComparer.Ordinal));
        process.Bus.Publish(_master);
        Assert.Equal(8, process.Log.Entries.Count);
        process.Loop.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(MonotonicTime.Never, process.Loop.NextDeadline);
    }

    [Fact]
    public void The_declared_keywords_are_those_that_are_registered()
    {
        var tree = new KeywordTree();
        tree.Root.Block<IConfigurationSession>(new("global_defs", "", ""), (_, session) => session);
        new NotifyPlugin().RegisterKeywords(tree.ForOwner("notify", PluginRoles.Vrrp));
        IEnumerable<string> registered = KeywordListing.Of(tree).Where(keyword => keyword.Owner == "notify").Select(keyword => keyword.Spec.Name);
        Assert.Equal($"{NotifyKeywords.Names} {MailKeywords.Names}".Split(' ').Order(StringComparer.Ordinal), registered);
    }
}
