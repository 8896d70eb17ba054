using System.Globalization;

namespace Keepalived.Host.Tests.Processes;

/// <summary>Scripts of the parent as an operator meets them: their time limit, their environment, whether they may run at all.</summary>
public sealed class HookScriptTests
{
    [Fact]
    public void At_the_time_limit_TERM_and_then_KILL_end_the_whole_process_group()
    {
        using DaemonRun run = new("", "Good");
        string script = Script(run, "trap '' TERM\n(trap '' TERM; while :; do sleep 1; done) &\necho $$ $! >DIR/pids.new; mv DIR/pids.new DIR/pids\nwhile :; do sleep 1; done\n");
        Configure(run, $"startup_script {script}\n startup_script_timeout 1");

        run.Start();

        int[] pids = [.. File.ReadAllText(Path.Combine(run.Directory, "pids")).Split().Where(text => text.Length > 0).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        Assert.Contains("Startup script failed: time limit", run.Log, StringComparison.Ordinal);
        DaemonRun.WaitUntil(() => !Array.Exists(pids, DaemonRun.IsAlive), () => "the script or what it started lives on");
        Assert.Contains("good: started with alpha", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_script_runs_without_what_could_change_how_it_runs()
    {
        using DaemonRun run = new("", "Good");
        string script = Script(run, "tr '\\0' '\\n' </proc/$$/environ >DIR/environment\n");
        Configure(run, "startup_script " + script);
        foreach (string name in (string[])["IFS", "LD_LIBRARY_PATH", "NOTIFY_SOCKET", "HARMLESS"])
        {
            run.Environment[name] = "/nonexistent";
        }

        run.Start();

        string[] names = [.. File.ReadAllLines(Path.Combine(run.Directory, "environment")).Select(line => line.Split('=')[0])];
        Assert.Contains("HARMLESS", names);
        Assert.DoesNotContain(names, name => name is "IFS" or "LD_LIBRARY_PATH" or "LD_PRELOAD" or "NOTIFY_SOCKET" || name.StartsWith("DOTNET_", StringComparison.Ordinal));
        Assert.Equal(0, run.Stop());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_script_that_others_can_change_is_run_only_without_script_security_and_named_in_any_case(bool security)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "paths are only judged when the daemon runs as root");
        using DaemonRun run = new("", "Good");
        string script = Script(run, "echo ran >DIR/trace\n");
        File.SetUnixFileMode(script, (UnixFileMode)0x1ff);
        Configure(run, (security ? "enable_script_security\n script_user root\n " : "") + "startup_script " + script);

        run.Start();

        Assert.Equal(!security, File.Exists(Path.Combine(run.Directory, "trace")));
        Assert.Contains(
            $"{(security ? "is disabled:" : "is run although")} it is insecure, since others than root can change {script}", run.Log, StringComparison.Ordinal);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_script_that_still_runs_when_the_daemon_stops_is_ended()
    {
        using DaemonRun run = new("", "Good");
        string script = Script(run, "echo $$ >DIR/pid.new; mv DIR/pid.new DIR/pid\nexec sleep 100\n");
        Configure(run, $"startup_script {script}\n startup_script_timeout 100");
        run.Start("Running startup script");
        string file = Path.Combine(run.Directory, "pid");
        DaemonRun.WaitUntil(() => File.Exists(file), () => "the script did not start\n" + run.Log);
        int pid = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

        Assert.Equal(0, run.Stop());

        DaemonRun.WaitUntil(() => !DaemonRun.IsAlive(pid), () => "the script outlived the daemon");
    }

    private static string Script(DaemonRun run, string body)
    {
        string path = Path.Combine(run.Directory, "hook.sh");
        File.WriteAllText(path, "#!/bin/sh\n" + body.Replace("DIR", run.Directory, StringComparison.Ordinal));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static void Configure(DaemonRun run, string globals) =>
        File.WriteAllText(run.ConfigurationFile, $"global_defs {{\n script_user root\n {globals}\n}}\ngood_thing alpha\n");
}
