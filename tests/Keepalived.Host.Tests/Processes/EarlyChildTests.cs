using System.Globalization;
using Keepalived.Host.Processes;
using Keepalived.Plugins;

namespace Keepalived.Host.Tests.Processes;

/// <summary>The VRRP process that begins before the configuration has been read: taken when it is needed, never noticed when not.</summary>
public sealed class EarlyChildTests
{
    // The word is enough for the guess; the plugin's keyword is what decides.
    private const string Needed = "# vrrp_\ngood_thing alpha\n";
    private const string NotNeeded = "# vrrp_ is only a comment here\n";

    [Fact]
    public void A_process_that_is_needed_is_the_VRRP_child_and_the_only_one()
    {
        using DaemonRun run = new DaemonRun(Needed, "Good").Start();
        Assert.Contains("good: started with alpha", run.Log, StringComparison.Ordinal);
        Assert.Contains($"Starting VRRP child process, pid={run.ChildId}", run.Log, StringComparison.Ordinal);
        Assert.Equal([run.ChildId], ChildrenOf(run.Process!.Id));
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_process_that_is_not_needed_is_gone_and_nobody_heard_of_it()
    {
        using DaemonRun run = new DaemonRun(NotNeeded, "Good").Start();
        Assert.Empty(ChildrenOf(run.Process!.Id));
        Assert.DoesNotContain("child", run.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("good:", run.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(run.Directory, "vrrp.pid")));
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_daemon_that_cannot_start_takes_it_along()
    {
        using DaemonRun first = new DaemonRun(Needed, "Good").Start();
        (int code, _, string log) = first.RunSecond("-n", "-l", "-G");
        Assert.Equal(1, code);
        Assert.Contains("already running", log, StringComparison.Ordinal);
        Assert.Equal([first.ChildId], ChildrenOf(first.Process!.Id));
        Assert.Equal(0, first.Stop());
    }

    [Fact]
    public void One_that_is_killed_is_started_again_as_ever()
    {
        using DaemonRun run = new DaemonRun(Needed, "Good").Start();
        int early = run.ChildId;
        run.Signal(early, Linux.Processes.Signals.Kill);
        run.WaitFor("good: started with alpha", times: 2);
        Assert.NotEqual(early, run.ChildId);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void It_leaves_no_log_file_before_it_is_needed()
    {
        using DaemonRun run = new(NotNeeded, "Good");
        string log = Path.Combine(run.Directory, "keepalived.log");
        run.Start("Startup complete", $"-g{log}");
        Assert.True(File.Exists(log));
        Assert.False(File.Exists(Path.Combine(run.Directory, "keepalived_vrrp.log")));
        Assert.Equal(0, run.Stop());
    }

    [Theory]
    [InlineData("vrrp_instance V1 {", PluginRoles.Vrrp)]
    [InlineData("global_defs {\n vrrp_version 3\n}", PluginRoles.Vrrp)]
    [InlineData("include /etc/keepalived/conf.d/*.conf", PluginRoles.Vrrp)]
    [InlineData("virtual_server 10.0.0.1 80 {", PluginRoles.Checker)]
    [InlineData("virtual_server_group G {", PluginRoles.Checker)]
    [InlineData("vrrp", PluginRoles.None)]
    [InlineData("virtual", PluginRoles.None)]
    [InlineData("", PluginRoles.None)]
    public void The_guess_looks_for_a_VRRP_word_or_an_include_or_a_virtual_server(string text, PluginRoles expected) =>
        Assert.Equal(expected, EarlyChild.Needed(System.Text.Encoding.UTF8.GetBytes(text), isLarge: false));

    [Theory]
    [InlineData("vrrp_instance V1 {\n}\nvirtual_server 10.0.0.1 80 {")]
    [InlineData("virtual_server 10.0.0.1 80 {\n}\nvrrp_instance V1 {")]
    public void With_both_the_first_advertisement_has_the_processors_for_itself_unless_the_file_is_large(string text)
    {
        byte[] octets = System.Text.Encoding.UTF8.GetBytes(text);
        Assert.Equal(PluginRoles.Vrrp, EarlyChild.Needed(octets, isLarge: false));
        Assert.Equal(PluginRoles.Vrrp | PluginRoles.Checker, EarlyChild.Needed(octets, isLarge: true));
    }

    private static int[] ChildrenOf(int processId)
    {
        string text = File.ReadAllText($"/proc/{processId}/task/{processId}/children");
        return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static id => int.Parse(id, CultureInfo.InvariantCulture))];
    }
}
