using Keepalived.Lab;

namespace Keepalived.Interop.Tests;

/// <summary>The installed program as a set of processes: what dies is started again, what hangs is noticed, nothing is left behind.</summary>
public sealed class ProcessTests : TwoHostTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(8);
    private static readonly VrrpVariant s_variant = new(3, IPv6: false, Unicast: false);

    [Fact]
    public async Task A_killed_child_is_started_again_and_is_master_again_with_the_peer_back_in_its_place()
    {
        Prerequisites.Peer();
        var director = await StartMaster();
        var peer = Director.Start(Other, Software.C, s_variant.Configuration(Other, Host, 100));
        await Wait.Until("the peer is backup", s_soon, () => peer.Log.Contains("BACKUP", StringComparison.Ordinal));
        var killed = director.Child("vrrp");

        _ = Native.Kill(killed, Native.SigKill);

        await Wait.Until("a new VRRP process runs", s_soon, () => IsNewChild(director, killed), () => director.Log);
        await Wait.UntilItRests(
            "ours alone is master again", s_soon, TimeSpan.FromSeconds(1), () => IsMaster(Host) && !IsMaster(Other), () => director.Log + peer.Log);
        Assert.False(director.HasExited);
    }

    [Fact]
    public async Task A_child_that_hangs_is_noticed_within_two_hello_periods_and_replaced()
    {
        var director = await StartMaster("--watchdog-period=1");
        var hung = director.Child("vrrp");

        _ = Native.Kill(hung, Native.SigStop);

        // Two periods to notice; the rest is a kill and a start on a busy machine.
        var time = await Wait.Until("the hung child is gone", TimeSpan.FromSeconds(3.5), () => !Directory.Exists($"/proc/{hung}"), () => director.Log);
        Assert.InRange(time.TotalSeconds, 0, 3.5);
        await Wait.Until("a new VRRP process runs", s_soon, () => IsNewChild(director, hung), () => director.Log);
        await Wait.Until("it is master", s_soon, () => IsMaster(Host), () => director.Log);
    }

    [Fact]
    public async Task When_the_parent_is_killed_the_children_end_and_take_their_addresses_with_them()
    {
        var director = await StartMaster();
        var children = director.Children;
        Assert.NotEmpty(children);

        director.Signal(Native.SigKill);

        await Wait.Until("the children have ended", s_soon, () => children.All(child => !Directory.Exists($"/proc/{child}")), () => director.Log);
        Assert.False(IsMaster(Host), "the virtual address was left behind\n" + director.Log);
    }

    [Fact]
    public async Task A_stop_leaves_no_address_no_process_and_no_pid_file()
    {
        var director = await StartMaster();
        var children = director.Children;

        director.Stop();

        Assert.Equal(0, director.ExitCode);
        Assert.False(IsMaster(Host));
        Assert.All(children, child => Assert.False(Directory.Exists($"/proc/{child}")));
        Assert.Empty(Directory.GetFiles(Lan.Folder, "*.pid"));
    }

    [Fact]
    public async Task A_second_daemon_with_the_same_pid_file_says_that_it_is_running_and_ends_with_1()
    {
        var director = await StartMaster();
        var file = Path.ChangeExtension(director.ConfigurationFile, null);

        var second = Command.Try(
            "ip", ["netns", "exec", Host.Namespace, Software.Ours.Path, "-n", "-l", "-f", director.ConfigurationFile, "-p", file + ".pid", "-r", file + ".vrrp.pid"]);

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("already running", second.Both, StringComparison.OrdinalIgnoreCase);
        Assert.True(IsMaster(Host));
    }

    [Fact]
    public async Task A_virtual_server_on_a_kernel_without_IPVS_is_one_clear_error_and_VRRP_runs_on()
    {
        if (Directory.Exists("/proc/sys/net/ipv4/vs") || Command.Try("/sbin/modprobe", ["-n", "ip_vs"]).ExitCode == 0)
        {
            Assert.Skip("This kernel has IPVS");
        }

        var director = Director.Start(Host, Software.Ours, s_variant.Configuration(Host, Other, 200) + """
            virtual_server 10.77.0.100 80 {
                delay_loop 1
                lb_algo rr
                lb_kind NAT
                protocol TCP
                real_server 10.77.0.2 80 {
                    TCP_CHECK {
                        connect_timeout 1
                    }
                }
            }

            """);

        await Wait.Until("VRRP is master", s_soon, () => IsMaster(Host), () => director.Log);
        await Wait.While("VRRP is undisturbed", TimeSpan.FromSeconds(3), () => IsMaster(Host) && !director.HasExited, () => director.Log);
        var complaints = director.Log.Split('\n').Where(line => line.Contains("IPVS is not available", StringComparison.Ordinal)).ToList();
        Assert.True(complaints.Count == 1, $"{complaints.Count} lines about IPVS instead of one\n{director.Log}");
    }

    [Fact]
    public async Task A_reload_adds_an_address_and_no_advertisement_is_late()
    {
        var director = await StartMaster();
        var capture = Capture.Start(Lan);
        await Wait.Until("advertisements are seen", s_soon, () => capture.Advertisements.Count() > 5);

        director.Reload(s_variant.Configuration(Host, Other, 200).Replace("10.77.0.100/24", "10.77.0.100/24\n        10.77.0.101/24", StringComparison.Ordinal));

        await Wait.Until("the new address is there", s_soon, () => Host.Has("10.77.0.101"), () => director.Log);
        await Task.Delay(500);
        Assert.True(IsMaster(Host));
        var times = capture.Advertisements.Where(advertisement => advertisement.Priority == 200).Select(advertisement => advertisement.Time).ToList();
        var longest = times.Zip(times.Skip(1), (earlier, later) => (later - earlier) / 1e6).Max();
        // The peer waits for three intervals: 300 ms. HUP makes a master advertise at once, so shorter gaps are right.
        Assert.True(longest < 200, $"The longest gap between advertisements was {longest:0} ms at an interval of 100 ms");
        Assert.DoesNotContain(capture.Advertisements, advertisement => advertisement.Priority == 0);
    }

    [Fact]
    public async Task A_broken_file_at_reload_leaves_the_running_configuration_alone()
    {
        var director = await StartMaster();

        director.Reload("vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id\n}\n");

        await Wait.While("the address stays", TimeSpan.FromSeconds(2), () => IsMaster(Host) && !director.HasExited, () => director.Log);
    }

    [Fact]
    public async Task An_address_that_somebody_else_removed_comes_back()
    {
        var director = await StartMaster();

        Command.Run("ip", "-n", Host.Namespace, "addr", "del", "10.77.0.100/24", "dev", "eth0");

        await Wait.Until("the address is back", s_soon, () => IsMaster(Host), () => director.Log);
    }

    private static bool IsNewChild(Director director, int old) =>
        director.Child("vrrp") is var child and > 0 && child != old && director.Children.Contains(child);

    private bool IsMaster(Host host) => host.Has("10.77.0.100");

    private async Task<Director> StartMaster(params string[] options)
    {
        var director = Director.Start(Host, Software.Ours, s_variant.Configuration(Host, Other, 200), options);
        await Wait.Until("ours is master", s_soon, () => IsMaster(Host), () => director.Log);
        return director;
    }
}
