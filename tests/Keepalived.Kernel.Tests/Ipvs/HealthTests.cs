using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>Real servers die and return, and IPVS loses and regains them; traffic reaches the servers that the table names.</summary>
public sealed class HealthTests
{
    [Fact]
    public Task Traffic_from_a_client_reaches_every_real_server_through_NAT() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        ServeAll(balancer);
        var director = Director.Start(balancer.Director, Software.Ours, Balancer.Service());
        await balancer.TableBecomes(director, 11, 12, 13);

        Assert.Equal(["s11", "s12", "s13"], balancer.Ask(9));
    });

    [Fact]
    public Task A_real_server_that_dies_leaves_the_table_and_comes_back_when_it_returns() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        ServeAll(balancer);
        var director = Director.Start(balancer.Director, Software.Ours, Balancer.Service());
        await balancer.TableBecomes(director, 11, 12, 13);

        await balancer.Close(12);
        await balancer.TableBecomes(director, 11, 13);
        Assert.Equal(["s11", "s13"], balancer.Ask(6));

        balancer.Serve(12);
        await balancer.TableBecomes(director, 11, 12, 13);
        Assert.Equal(["s11", "s12", "s13"], balancer.Ask(9));
    });

    [Fact]
    public Task The_sorry_server_comes_when_all_are_dead_and_goes_when_one_returns() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        ServeAll(balancer);
        balancer.Serve(20);
        var director = Director.Start(balancer.Director, Software.Ours, Balancer.Service());
        await balancer.TableBecomes(director, 11, 12, 13);

        foreach (var number in new[] { 11, 12, 13 })
        {
            await balancer.Close(number);
        }

        await balancer.TableBecomes(director, 20);
        Assert.Equal(["s20"], balancer.Ask(2));

        balancer.Serve(13);
        await balancer.TableBecomes(director, 13);
        Assert.Equal(["s13"], balancer.Ask(2));
    });

    [Fact]
    public Task HTTP_GET_removes_a_server_that_answers_503_and_takes_it_back() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        balancer.Serve(11);
        balancer.Serve(12);
        var moody = balancer.Serve(13);
        var director = Director.Start(balancer.Director, Software.Ours, Balancer.Service("""
            HTTP_GET {
                        url {
                            path /
                            status_code 200
                        }
                        connect_timeout 2
                        retry 0
                    }
            """));
        await balancer.TableBecomes(director, 11, 12, 13);

        moody.Failing = true;
        await balancer.TableBecomes(director, 11, 12);

        moody.Failing = false;
        await balancer.TableBecomes(director, 11, 12, 13);
    });

    [Fact]
    public Task With_inhibit_on_failure_a_dead_server_stays_with_weight_0() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        ServeAll(balancer);
        var director = Director.Start(balancer.Director, Software.Ours, Balancer.Service(extra: "inhibit_on_failure"));
        await balancer.TableBecomes(director, 11, 12, 13);

        await balancer.Close(11);

        await Wait.Until(
            "the dead server has weight 0", Balancer.Patience,
            () => IpvsTable.RealServers(balancer.Director, $"{Balancer.VirtualAddress}:80").GetValueOrDefault("10.78.0.11:80", -1) == 0,
            () => IpvsTable.Raw(balancer.Director) + director.Log);
        Assert.Equal([11, 12, 13], balancer.InTable());
    });

    [Fact]
    public Task A_reload_that_adds_a_real_server_leaves_the_others_alone() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        ServeAll(balancer);
        var before = Balancer.Service();
        var without = before.Replace("real_server 10.78.0.13 80", "real_server 10.78.0.14 80", StringComparison.Ordinal);
        var director = Director.Start(balancer.Director, Software.Ours, without);
        await balancer.TableBecomes(director, 11, 12);

        director.Reload(before);

        await balancer.TableBecomes(director, 11, 12, 13);
        Assert.DoesNotContain("10.78.0.11:80 removed", director.Log, StringComparison.OrdinalIgnoreCase);
    });

    [Fact]
    public Task A_killed_checker_process_is_started_again_and_the_table_is_right() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        ServeAll(balancer);
        var director = Director.Start(balancer.Director, Software.Ours, Balancer.Service());
        await balancer.TableBecomes(director, 11, 12, 13);
        var killed = director.Child("check");

        _ = Native.Kill(killed, Native.SigKill);

        await Wait.Until("a new checker process runs", Balancer.Patience, () => director.Child("check") is var child and > 0 && child != killed, () => director.Log);
        await balancer.Close(11);
        await balancer.TableBecomes(director, 12, 13);
    });

    [Fact]
    public Task A_third_partys_checker_folder_dropped_into_the_tree_decides_about_a_real_server() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        var tree = Path.Combine(balancer.Lan.Folder, "tree");
        Command.Run("cp", "-a", Repository.Path("out"), tree);
        var plugin = Path.Combine(tree, "lib/keepalived/plugins/checker-marker");
        Directory.CreateDirectory(plugin);
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        foreach (var file in Directory.GetFiles(Repository.Path($"artifacts/bin/ThirdPartyChecker/{configuration}"), "checker-marker.*"))
        {
            File.Copy(file, Path.Combine(plugin, Path.GetFileName(file)));
        }

        var marker = Path.Combine(balancer.Lan.Folder, "marker");
        await File.WriteAllTextAsync(marker, "here");
        var director = Director.Start(
            balancer.Director, new Software("ours with a stranger's plugin", Path.Combine(tree, "sbin/keepalived")),
            Balancer.Service($"MARKER_CHECK {{\n            marker {marker}\n            retry 0\n        }}"));
        await balancer.TableBecomes(director, 11, 12, 13);

        File.Delete(marker);

        await balancer.TableBecomes(director, 20);
    });

    [Fact]
    public Task A_reload_that_brings_in_a_new_version_of_a_replaceable_checker_changes_its_verdict_in_the_same_process() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        var plugins = Path.Combine(balancer.Lan.Folder, "plugins");
        Drop(1);
        var director = Director.Start(
            balancer.Director, Software.Ours, Balancer.Service("CHANGING_CHECK {\n            retry 0\n        }"), "--plugin-dir", plugins);
        await balancer.TableBecomes(director, 11, 12, 13);
        var process = director.Child("check");

        Drop(2);
        director.Signal(Native.SigHup);

        await balancer.TableBecomes(director, 20);
        await Wait.Until(
            "nothing of the old version is left in memory", Balancer.Patience,
            () => director.Log.Contains("Plugin checker-changing: version 1.0.0.0 has been unloaded", StringComparison.Ordinal), () => director.Log);
        Assert.Equal(process, director.Child("check"));

        void Drop(int version)
        {
            var target = Directory.CreateDirectory(Path.Combine(plugins, "checker-changing")).FullName;
            var built = Repository.Path($"artifacts/bin/Changing{version}/{new DirectoryInfo(AppContext.BaseDirectory).Name}");
            foreach (var file in Directory.GetFiles(built, "checker-changing.*"))
            {
                File.WriteAllBytes(Path.Combine(target, Path.GetFileName(file)), File.ReadAllBytes(file));
            }
        }
    });

    [Fact]
    public Task A_checker_that_holds_the_loop_three_times_in_a_row_is_left_out_and_the_other_checks_decide() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        ServeAll(balancer);
        var plugin = Directory.CreateDirectory(Path.Combine(balancer.Lan.Folder, "plugins", "Blocking")).FullName;
        var built = Repository.Path($"artifacts/bin/Blocking/{new DirectoryInfo(AppContext.BaseDirectory).Name}");
        foreach (var file in Directory.GetFiles(built, "Blocking.*"))
        {
            File.Copy(file, Path.Combine(plugin, Path.GetFileName(file)));
        }

        var service = Balancer.Service();
        var last = service.LastIndexOf("TCP_CHECK", StringComparison.Ordinal);
        var director = Director.Start(
            balancer.Director, Software.Ours, string.Concat(service.AsSpan(0, last), "BLOCKING_CHECK", service.AsSpan(last + "TCP_CHECK".Length)),
            "--plugin-dir", Path.GetDirectoryName(plugin)!, "--watchdog-period", "2");

        await Wait.Until(
            "the process is started without it", Balancer.Patience * 3,
            () => director.Log.Contains("Plugin blocking is not loaded", StringComparison.Ordinal), () => director.Log);
        Assert.Contains("Plugin blocking holds the loop of this process", director.Log, StringComparison.Ordinal);
        await balancer.Close(11);
        await balancer.TableBecomes(director, 12, 13);
    });

    private static void ServeAll(Balancer balancer)
    {
        balancer.Serve(11);
        balancer.Serve(12);
        balancer.Serve(13);
    }
}
