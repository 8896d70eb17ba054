using System.Globalization;
using System.Text.RegularExpressions;
using Keepalived.Linux.Processes;

namespace Keepalived.Host.Tests.Processes;

/// <summary>What a plugin that holds the loop, or leaks, may cost, in the running daemon.</summary>
public sealed partial class ContainmentTests
{
    [Fact]
    public void A_plugin_that_holds_the_loop_is_named_within_a_second_while_it_does()
    {
        using DaemonRun run = new("good_thing alpha\nblocking_thing 3000\n", "Good", "Blocking");
        run.Start("blocking: for 3000 ms");
        run.WaitFor("Plugin blocking holds the loop of this process");

        // It is said from outside the loop, which still stands still.
        Assert.Equal(0, run.Count("The loop runs again"));
        double held = double.Parse(HeldSoFar().Match(run.Log).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(held, 500, 1500); // 500 to 750 where the machine has time for the watching thread
        run.WaitFor("The loop runs again; it was held for about");
        Assert.Equal(1, run.Count("holds the loop of this process"));
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_plugin_that_holds_the_loop_three_times_in_a_row_is_not_loaded_again_and_the_others_run()
    {
        using DaemonRun run = new("good_thing alpha\nblocking_thing 100000000\n", "Good", "Blocking");
        run.Start("blocking: started", "--watchdog-period", "1");
        run.WaitFor("Plugin blocking held the loop of the VRRP process until it was killed, 3 times in a row");
        run.WaitFor("Plugin blocking is not loaded: it held the loop of this process too often");
        run.WaitFor("good: started with alpha", times: 4);

        Assert.Equal(3, run.Count("blocking: started"));
        Assert.Equal(3, run.Count("does not answer: killing it; plugin blocking holds its loop"));

        // Its keyword is still known as a keyword, and the process does what it is asked.
        Assert.Equal(0, run.Count("nknown keyword"));
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("good: reloaded with alpha");
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void The_dump_says_what_each_plugin_has_allocated_on_the_loop()
    {
        using DaemonRun run = new("good_thing alpha\nblocking_thing 0\n", "Good", "Blocking");
        run.Start("blocking: for 0 ms");
        run.Signal(run.ChildId, Signals.User1);
        run.WaitFor("Wrote ");
        string dump = string.Concat(Directory.GetFiles(run.Directory, "keepalived*.data").Select(File.ReadAllText));

        Assert.Matches(@"blocking \d+\.\d+\.\d+\.\d+: [1-9]\d* bytes allocated on the loop", dump);
        Assert.Matches(@"good \d+\.\d+\.\d+\.\d+: \d+ bytes allocated on the loop", dump);
        Assert.Matches(@"Managed heap = [1-9]\d* bytes after \d+ collections", dump);
        Assert.Equal(0, run.Stop());
    }

    [Fact]
    public void A_reload_brings_in_the_new_version_of_a_replaceable_plugin_without_a_new_process_and_the_old_one_is_unloaded()
    {
        using DaemonRun run = new("good_thing alpha\nchanging_thing whole\n", "Good");
        Put(run, 1);
        run.Start();
        Assert.Equal(1, run.Count("changing: version 1 started with ChangingConfiguration { Of = 1 }"));
        int child = run.ChildId;

        // With nothing new a reload is a reload.
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("changing: version 1 reloaded");

        Put(run, 2);
        run.Signal(run.Process.Id, Signals.HangUp);
        run.WaitFor("changing: version 2 started with ChangingConfiguration { Of = 2 }");
        run.WaitFor("Plugin checker-changing: version 2.0.0.0 takes the place of version 1.0.0.0");
        run.WaitFor("changing: version 1 stopped");
        run.WaitFor("Plugin checker-changing: version 1.0.0.0 has been unloaded"); // the weak reference to its context has died
        run.WaitFor("good: reloaded with alpha", times: 2);
        Assert.Equal(child, run.ChildId);

        // And back again: the next version is the third of its name.
        Put(run, 1);
        run.Signal(run.Process.Id, Signals.HangUp);
        run.WaitFor("changing: version 1 started with ChangingConfiguration { Of = 1 }", times: 2);
        run.WaitFor("Plugin checker-changing: version 2.0.0.0 has been unloaded");
        Assert.Equal(child, run.ChildId);
        Assert.Equal(0, run.Stop());
        Assert.Equal(2, run.Count("changing: version 1 stopped"));
    }

    [Fact]
    public void A_new_version_that_cannot_take_the_configuration_leaves_the_old_one_running()
    {
        using DaemonRun run = new("good_thing alpha\nchanging_thing broken\n", "Good");
        Put(run, 1);
        run.Start();

        Put(run, 2);
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("version 2 does not take this");
        run.WaitFor("Reload refused, the old configuration runs on");
        Assert.Equal(0, run.Count("changing: version 2 started"));

        // The keywords of the old one are there again.
        Put(run, 1);
        run.Signal(run.Process.Id, Signals.HangUp);
        run.WaitFor("good: reloaded with alpha");
        Assert.Equal(0, run.Stop());
        Assert.True(run.Count("changing: version 1 stopped") > 0, run.Log);
    }

    [Fact]
    public void A_file_that_is_no_plugin_any_more_leaves_the_old_version_running()
    {
        using DaemonRun run = new("good_thing alpha\nchanging_thing whole\n", "Good");
        string file = Put(run, 1);
        run.Start();

        File.WriteAllText(file, "half a file");
        run.Signal(run.Process!.Id, Signals.HangUp);
        run.WaitFor("version 1.0.0.0 runs on");
        run.WaitFor("changing: version 1 reloaded");
        Assert.Equal(0, run.Stop());
    }

    /// <summary>Writes a version over what is there, as an operator's cp would.</summary>
    private static string Put(DaemonRun run, int version)
    {
        string target = Directory.CreateDirectory(Path.Combine(run.Directory, "plugins", "checker-changing")).FullName;
        foreach (string file in Directory.GetFiles(Fixtures.Folder($"Changing{version}"), "checker-changing.*"))
        {
            string copy = Path.Combine(target, Path.GetFileName(file));
            File.WriteAllBytes(copy, File.ReadAllBytes(file));
        }

        return Path.Combine(target, "checker-changing.dll");
    }

    [GeneratedRegex(@"holds the loop of this process, for (\d+) ms so far")]
    private static partial Regex HeldSoFar();
}
