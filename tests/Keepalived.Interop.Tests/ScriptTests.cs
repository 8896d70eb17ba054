using System.Globalization;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>What a notify script of the installed program finds, and what becomes of it when the daemon ends in any way.</summary>
public sealed class ScriptTests : TwoHostTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10);
    private static readonly VrrpVariant s_variant = new(3, IPv6: false, Unicast: false);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        // The script's user must reach it and write beside it.
        Command.Run("chmod", "755", Lan.Folder);
        Command.Run("install", "-d", "-m", "777", Path.Combine(Lan.Folder, "out"));
    }

    [Fact]
    public async Task Priorities_are_seen_from_outside_and_a_script_has_none_of_them_nor_roots_identity()
    {
        var director = Start(
            """
                vrrp_process_name lab_vrrp
                vrrp_priority -5
                vrrp_rt_priority 11
                vrrp_rlimit_rttime 400000
                vrrp_no_swap
                vrrp_cpu_affinity 0
                script_user nobody nogroup
            """,
            "id -u; id -G; awk '{print $19, $40, $41}' /proc/$$/stat; grep -E 'Cpus_allowed_list|CapEff|CapPrm' /proc/$$/status; ls /proc/$$/fd | wc -w");
        var lines = await Output(director, 7);
        var daemon = director.Child("vrrp");

        Assert.Equal("lab_vrrp", File.ReadAllText($"/proc/{daemon}/comm").Trim());
        Assert.Equal(["-5", "11", "2"], Scheduling(daemon)); // SCHED_RR is 2
        Assert.Equal("0", Status(daemon, "Cpus_allowed_list"));
        Assert.NotEqual("0 kB", Status(daemon, "VmLck"));
        Assert.Matches(@"Max realtime timeout +200000 +400000 ", File.ReadAllText($"/proc/{daemon}/limits"));

        Assert.Equal(Command.Run("id", "-u", "nobody").Trim(), lines[0]);
        Assert.Equal(Command.Run("sh", "-c", "getent group nogroup | cut -d: -f3").Trim(), lines[1]);
        Assert.Equal("0 0 0", lines[2]);
        Assert.Equal("CapPrm:\t0000000000000000", lines[3]);
        Assert.Equal("CapEff:\t0000000000000000", lines[4]);
        Assert.Equal(Status(Environment.ProcessId, "Cpus_allowed_list"), lines[5].Split('\t')[1]);
        // 0, 1 and 2, the script itself, and what the shell keeps while its output is redirected: nothing of the daemon's.
        Assert.InRange(int.Parse(lines[6], CultureInfo.InvariantCulture), 3, 6);
    }

    [Theory]
    [InlineData("script_user nobody nogroup", false)]
    [InlineData("script_user nobody :nogroup", true)]
    [InlineData("set_supplementary_groups\n    script_user nobody nogroup", true)]
    [InlineData("set_supplementary_groups\n    script_user nobody", true)]
    public async Task A_script_has_its_users_supplementary_groups_where_that_is_asked_for(string globals, bool hasThem)
    {
        // What is in this folder, ip netns exec puts in the place of the files in /etc.
        var folder = Directory.CreateDirectory($"/etc/netns/{Host.Namespace}").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "group"), File.ReadAllText("/etc/group").TrimEnd('\n') + "\nklab1:x:54321:nobody\nklab2:x:54322:root,nobody\n");
            var lines = await Output(Start("    " + globals, "id -G"), 1);
            var own = Command.Run("sh", "-c", "getent group nogroup | cut -d: -f3").Trim();
            Assert.Equal(hasThem ? $"{own} 54321 54322" : own, lines[0]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("the daemon is stopped")]
    [InlineData("the child process is killed")]
    [InlineData("the parent process is killed")]
    public async Task A_running_script_and_what_it_started_end_with_the_daemon(string how)
    {
        var director = Start("    script_user root", "sleep 100 & echo $$; echo $!; wait");
        var processes = (await Output(director, 2)).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        switch (how)
        {
            case "the daemon is stopped":
                director.Stop();
                break;
            case "the child process is killed":
                _ = Native.Kill(director.Child("vrrp"), Native.SigKill);
                break;
            default:
                director.Signal(Native.SigKill);
                break;
        }

        await Wait.Until("the script has ended", s_soon, () => !processes.Any(Runs), () => director.Log);
    }

    [Fact]
    public async Task What_a_script_put_into_the_background_lives_on_when_the_child_process_dies()
    {
        var director = Start("    script_user root", "sleep 100 & echo $!");
        var background = int.Parse((await Output(director, 1))[0], CultureInfo.InvariantCulture);
        try
        {
            // A script that still runs dies with the child, and all that it started.
            var script = int.Parse(Path.GetFileName(Directory.GetFiles(Path.Combine(Lan.Folder, "out"))[0]), CultureInfo.InvariantCulture);
            await Wait.Until("the script has ended", s_soon, () => !Runs(script), () => director.Log);
            var killed = director.Child("vrrp");
            _ = Native.Kill(killed, Native.SigKill);
            await Wait.Until("a new child runs", s_soon, () => director.Child("vrrp") is var child and > 0 && child != killed, () => director.Log);
            Assert.True(Runs(background), director.Log);
        }
        finally
        {
            _ = Native.Kill(background, Native.SigKill);
        }
    }

    private static bool Runs(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Nice value, real-time priority and policy (proc(5), fields 19, 40 and 41).</summary>
    private static string[] Scheduling(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' '); // the first of these is field 3
        return [fields[16], fields[37], fields[38]];
    }

    private static string Status(int process, string name) =>
        File.ReadAllLines($"/proc/{process}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(':')[1].Trim();

    private Director Start(string globals, string body)
    {
        var script = Path.Combine(Lan.Folder, "notify.sh");
        File.WriteAllText(script, $"#!/bin/sh\nexec >{Lan.Folder}/out/$$\n{body}\n");
        File.SetUnixFileMode(script, (UnixFileMode)0x1ed); // 0755
        return Director.Start(
            Host,
            Software.Ours,
            $"global_defs {{\n{globals}\n}}\n" + s_variant.Configuration(Host, Other, 200, extra: $"    notify_master {script}\n"));
    }

    /// <summary>The lines of the first run of the script, as soon as there are enough.</summary>
    private async Task<string[]> Output(Director director, int lines)
    {
        string[] found = [];
        await Wait.Until(
            "the script has run",
            s_soon,
            () => (found = Directory.GetFiles(Path.Combine(Lan.Folder, "out")).Take(1).SelectMany(File.ReadAllLines).ToArray()).Length >= lines,
            () => director.Log);
        if (director.Log.Contains("without real-time priority", StringComparison.Ordinal))
        {
            Assert.Skip("Real-time priorities are not permitted here");
        }

        return found;
    }
}
