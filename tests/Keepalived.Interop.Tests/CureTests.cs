using System.Diagnostics;
using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>Ours alone: the cures of docs/options.md in a real kernel, and that a reload that changes nothing leaves the kernel alone.</summary>
public sealed class CureTests : IAsyncDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(12);
    private readonly Lan _lan;
    private readonly Host _host;
    private readonly Host _other;

    public CureTests()
    {
        Prerequisites.Namespaces();
        _lan = Lan.Create();
        _host = _lan.AddHost("a", 1);
        _other = _lan.AddHost("b", 2);
    }

    public ValueTask DisposeAsync() => _lan.DisposeAsync();

    [Fact]
    public async Task Addresses_and_rules_that_others_remove_come_back_with_the_name_of_who_did_it_and_the_role_stays()
    {
        Director director = await Master(200, "    restore_addresses\n    virtual_rules {\n        from 10.77.9.0/24 lookup 77 preference 1077\n    }\n");
        await Wait.Until("the rule is there", s_soon, () => _host.Run("ip", "rule").Contains("10.77.9.0/24", StringComparison.Ordinal), () => director.Log);

        _host.Run("ip", "addr", "del", "10.77.0.100/24", "dev", "eth0");
        _host.Run("ip", "rule", "del", "from", "10.77.9.0/24", "lookup", "77");

        await Wait.Until(
            "both are back", s_soon, () => _host.Has("10.77.0.100") && _host.Run("ip", "rule").Contains("10.77.9.0/24", StringComparison.Ordinal), () => director.Log);
        await Wait.Until("the log says so", s_soon, () => Removals(director).Length >= 2, () => director.Log);
        Assert.All(Removals(director), line => Assert.Matches(@"\(VI_1\) process [0-9]+ \((ip|which has ended)\) removed ", line));
        Assert.Equal(1, Count(director.Log, "Entering BACKUP STATE"));
    }

    [Fact]
    public async Task Who_removes_the_address_all_the_time_gets_it_back_once_a_second()
    {
        Director director = await Master(200, "    restore_addresses\n");
        Stopwatch time = Stopwatch.StartNew();
        int removals = 0;
        while (time.Elapsed < TimeSpan.FromSeconds(4))
        {
            removals += Command.Try("ip", ["-n", _host.Namespace, "addr", "del", "10.77.0.100/24", "dev", "eth0"]).ExitCode == 0 ? 1 : 0;
        }

        // One at once, and one for each second that has begun; a busy machine makes them fewer.
        Assert.InRange(removals, 2, (int)time.Elapsed.TotalSeconds + 2);
        await Wait.Until("it is there in the end", s_soon, () => _host.Has("10.77.0.100"), () => director.Log);
        Assert.Equal(1, Count(director.Log, "Entering BACKUP STATE"));
    }

    [Fact]
    public async Task A_master_that_outlasts_Cs_tells_its_scripts_a_second_time()
    {
        Prerequisites.Peer();
        string folder = Directory.CreateDirectory($"/root/{Path.GetFileName(_lan.Folder)}").FullName;
        try
        {
            string told = Path.Combine(folder, "told");
            string script = Path.Combine(folder, "notify.sh");
            File.WriteAllText(script, $"#!/usr/bin/sh\necho \"$3\" >> {told}\n");
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Director director = await Master(200, $"    reassert_after_conflict\n    notify {script}\n");
            Director rival = Director.Start(_other, Software.C, Configuration(100, ""));
            string Story() => $"{director.Log}\n---\n{rival.Log}";

            // Deaf, not mute: the other one takes over, and is heard.
            _other.Run("nft", "add table ip deaf; add chain ip deaf in { type filter hook input priority 0; }; add rule ip deaf in ip protocol 112 drop");
            await Wait.Until("two are master", s_soon, () => _host.Has("10.77.0.100") && _other.Has("10.77.0.100"), Story);
            _other.Run("nft", "delete table ip deaf");
            await Wait.Until("one is left", s_soon, () => !_other.Has("10.77.0.100"), Story);

            await Wait.Until("its script was told twice", s_soon, () => File.ReadAllLines(told).Count(line => line == "MASTER") == 2, Story);
            Assert.Contains("remains MASTER, announces and notifies again", director.Log, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_reload_that_changes_nothing_changes_nothing_in_the_kernel()
    {
        const string More = """
                virtual_ipaddress_excluded {
                    10.77.0.101/24
                    fd77::101/64
                }
                virtual_routes {
                    192.0.2.0/24 via 10.77.0.9 dev eth0
                }
                virtual_rules {
                    from 10.77.9.0/24 lookup 77 preference 1077
                }

            """;
        Director director = await Master(200, More);
        await Wait.UntilItRests(
            "routes and rules are there", s_soon, TimeSpan.FromSeconds(0.5),
            () => _host.Run("ip", "rule").Contains("10.77.9.0/24", StringComparison.Ordinal) && _host.Run("ip", "route").Contains("192.0.2.0/24", StringComparison.Ordinal),
            () => director.Log);
        string news = Path.Combine(_lan.Folder, "news");
        // What it prints before the probe's lines came of the reload. The probe shows that it listens.
        using Process monitor = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec ip -n {_host.Namespace} monitor link address route rule > {news} 2>&1"]))!;
        try
        {
            await Probe(news, "10.99.0.1");
            // What the probe has caused is all told by now.
            await Task.Delay(500);
            string before = File.ReadAllText(news);
            director.Reload(Configuration(200, More));
            await Wait.Until("it has reloaded", s_soon, () => director.Log.Contains("Reload complete", StringComparison.Ordinal), () => director.Log);
            await Task.Delay(500);
            await Probe(news, "10.99.0.2");
            string[] lines = [.. File.ReadAllText(news)[before.Length..].Split('\n').Where(line => line.Length > 0 && !line.Contains("10.99.0.", StringComparison.Ordinal) && !line.Contains("valid_lft", StringComparison.Ordinal))];
            Assert.Empty(lines);
        }
        finally
        {
            monitor.Kill();
            await monitor.WaitForExitAsync();
        }
    }

    // Again and again, since nobody says when the monitor has begun to listen.
    private Task<TimeSpan> Probe(string news, string address) => Wait.Until(
        "the monitor sees it",
        s_soon,
        () =>
        {
            Command.Try("ip", ["-n", _host.Namespace, "addr", "del", address + "/32", "dev", "lo"]);
            _host.Run("ip", "addr", "add", address + "/32", "dev", "lo");
            return File.ReadAllText(news).Contains(address, StringComparison.Ordinal);
        },
        () => File.ReadAllText(news));

    private async Task<Director> Master(int priority, string more)
    {
        Director director = Director.Start(_host, Software.Ours, Configuration(priority, more));
        await Wait.Until("ours is master", s_soon, () => _host.Has("10.77.0.100"), () => director.Log);
        return director;
    }

    private static string[] Removals(Director director) =>
        [.. director.Log.Split('\n').Where(line => line.Contains("putting it back", StringComparison.Ordinal))];

    private static int Count(string text, string what) => text.Split(what).Length - 1;

    private static string Configuration(int priority, string more) => $$"""
        global_defs {
            enable_script_security
            script_user root
        }
        vrrp_instance VI_1 {
            state BACKUP
            interface eth0
            virtual_router_id 51
            priority {{priority}}
            version 3
            advert_int 0.1
            virtual_ipaddress {
                10.77.0.100/24
            }
        {{more}}}

        """;
}
