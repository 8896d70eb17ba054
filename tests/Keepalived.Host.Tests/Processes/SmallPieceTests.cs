using Keepalived.Host.CommandLine;
using Keepalived.Host.Processes;
using Keepalived.Plugins;

namespace Keepalived.Host.Tests.Processes;

public sealed class RestartBackoffTests
{
    [Fact]
    public void A_child_that_keeps_failing_is_restarted_after_0_1_2_4_up_to_60_seconds()
    {
        RestartBackoff backoff = new();
        int[] waits = [.. Enumerable.Range(0, 9).Select(_ => (int)backoff.Next(TimeSpan.FromSeconds(1)).TotalSeconds)];
        Assert.Equal([0, 1, 2, 4, 8, 16, 32, 60, 60], waits);
    }

    [Fact]
    public void A_child_that_ran_for_a_minute_is_restarted_at_once()
    {
        RestartBackoff backoff = new();
        backoff.Next(TimeSpan.Zero);
        backoff.Next(TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, backoff.Next(TimeSpan.FromSeconds(60)));
        Assert.Equal(TimeSpan.FromSeconds(1), backoff.Next(TimeSpan.FromSeconds(59)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(70, false)]
    public void Exit_codes_1_2_and_4_are_permanent(int code, bool permanent) => Assert.Equal(permanent, RestartBackoff.IsPermanent(code));
}

public sealed class ControlMessageTests
{
    [Theory]
    [InlineData(0u, "")]
    [InlineData(uint.MaxValue, "reason")]
    [InlineData(7u, "grüße")]
    public void A_message_survives_the_channel(uint number, string text)
    {
        byte[] buffer = new byte[ControlMessage.MaximumLength];
        ControlMessage sent = new(ControlKind.Exiting, number, text);
        Assert.True(ControlMessage.TryRead(buffer.AsSpan(0, sent.Write(buffer)), out ControlMessage received));
        Assert.Equal(sent, received);
    }

    [Fact]
    public void A_text_that_is_too_long_is_cut_at_a_character()
    {
        byte[] buffer = new byte[ControlMessage.MaximumLength];
        int length = new ControlMessage(ControlKind.Prepared, 0, new string('ü', 2000)).Write(buffer);
        Assert.True(ControlMessage.TryRead(buffer.AsSpan(0, length), out ControlMessage received));
        Assert.Equal(new string('ü', received.Text.Length), received.Text);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 200, 0, 0, 0, 0 })]
    public void What_is_no_message_is_refused(byte[] bytes) => Assert.False(ControlMessage.TryRead(bytes, out _));
}

public sealed class RuntimeFilesTests
{
    private static readonly DaemonOptions _options = new();

    [Theory]
    [InlineData(null, null, false, null, "/run/keepalived.pid")]
    [InlineData(null, null, false, PluginRoles.Vrrp, "/run/vrrp.pid")]
    [InlineData(null, null, false, PluginRoles.Checker, "/run/checkers.pid")]
    [InlineData(null, null, false, PluginRoles.Bfd, "/run/bfd.pid")]
    [InlineData(null, null, true, null, "/run/keepalived/keepalived.pid")]
    [InlineData("one", null, false, PluginRoles.Vrrp, "/run/keepalived/vrrp_one.pid")]
    [InlineData("one", "blue", false, PluginRoles.Checker, "/run/keepalived/blue/checkers_one.pid")]
    public void Pid_files_are_named_as_keepalived_names_them(string? instance, string? space, bool directory, PluginRoles? role, string path) =>
        Assert.Equal(path, new RuntimeFiles("/run", instance, space, directory).PidFile(role, _options));

    [Fact]
    public void The_command_line_names_pid_files_first() =>
        Assert.Equal("/x/p", new RuntimeFiles("/run", "one", null, true).PidFile(null, new DaemonOptions { ParentPidFile = "/x/p" }));

    [Theory]
    [InlineData(null, PluginRoles.Vrrp, false, "/t/keepalived.data")]
    [InlineData(null, null, false, "/t/keepalived_parent.data")]
    [InlineData(null, PluginRoles.Checker, false, "/t/keepalived_check.data")]
    [InlineData(null, PluginRoles.Bfd, false, "/t/keepalived_bfd.data")]
    [InlineData("state.txt", PluginRoles.Bfd, false, "/t/state_bfd.txt")]
    [InlineData("/d/", PluginRoles.Vrrp, false, "/d/keepalived.data")]
    [InlineData("/a.b/state", PluginRoles.Checker, false, "/a.b/state_check")]
    [InlineData(null, PluginRoles.Vrrp, true, "/t/keepalived.blue_one.data")]
    public void Data_dumps_are_named_as_keepalived_names_them(string? configured, PluginRoles? role, bool useInstance, string path) =>
        Assert.Equal(path, new RuntimeFiles("/run", "one", "blue", false).DataDump("/t", configured, role, useInstance));

    [Theory]
    [InlineData(null, "/tmp")]
    [InlineData("relative", "/tmp")]
    [InlineData("/does/not/exist", "/tmp")]
    [InlineData("/usr", "/usr")]
    public void TMPDIR_counts_when_it_is_an_absolute_path_of_a_directory(string? variable, string directory) =>
        Assert.Equal(directory, RuntimeFiles.TemporaryDirectory(variable));
}
