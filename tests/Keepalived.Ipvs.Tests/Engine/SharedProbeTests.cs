using System.Text;
using Keepalived.Checking;

namespace Keepalived.Ipvs.Tests.Engine;

/// <summary><c>checker_share_probes</c>: real servers that are checked at the same place in the same way share one probe.</summary>
public sealed class SharedProbeTests
{
    private const string On = "global_defs { checker_share_probes }\n";

    [Fact]
    public void A_hundred_virtual_servers_over_one_target_make_one_probe_an_interval()
    {
        var director = new Director(On + Pools(100));

        director.Advance(1);
        Assert.Equal(["10.0.0.9@1"], director.Probes.Log);
        director.Advance(40);

        Assert.Equal(["10.0.0.9@1", "10.0.0.9@11", "10.0.0.9@21", "10.0.0.9@31", "10.0.0.9@41"], director.Probes.Log);
        Assert.Equal(1, director.Probes.Created);
    }

    [Fact]
    public void Without_the_option_each_probes_for_itself()
    {
        var director = new Director(Pools(100));

        director.Advance(1);

        Assert.Equal(100, director.Probes.Log.Count);
    }

    [Fact]
    public void A_failure_takes_the_server_out_of_every_virtual_server_in_one_turn_and_a_success_puts_it_back()
    {
        var director = new Director(On + Pools(3, "retry 0"));
        director.Probes.Set("10.0.0.9", isUp: false);

        director.Advance(1);
        Assert.Empty(Destinations(director));

        director.Probes.Set("10.0.0.9", isUp: true);
        director.Advance(10);
        Assert.Equal(["TCP 10.1.0.0:80  10.0.0.9:80 1 0", "TCP 10.1.0.1:80  10.0.0.9:80 1 0", "TCP 10.1.0.2:80  10.0.0.9:80 1 0"], Destinations(director));
    }

    [Fact]
    public void Each_member_uses_up_its_own_retries_on_the_same_results()
    {
        var director = new Director(On + Pool(0, "retry 3") + Pool(1, "retry 1") + Pool(2, "retry 0"));
        director.Advance(5);
        director.Probes.Set("10.0.0.9", isUp: false);
        director.Probes.Log.Clear();

        director.Advance(6);
        Assert.Equal([true, true, false], Alive(director));
        director.Advance(1);
        Assert.Equal([true, false, false], Alive(director));
        director.Advance(1);
        Assert.Equal([true, false, false], Alive(director));
        director.Advance(1);
        Assert.Equal([false, false, false], Alive(director));
        Assert.Equal(["10.0.0.9@11", "10.0.0.9@12", "10.0.0.9@13", "10.0.0.9@14"], director.Probes.Log);

        director.Advance(10);
        Assert.Equal("10.0.0.9@24", director.Probes.Log[^1]);
        Assert.Equal(5, director.Probes.Log.Count);
    }

    [Fact]
    public void Who_waits_for_a_retry_is_not_called_down_by_the_shorter_interval_of_one_that_is_down()
    {
        var director = new Director(On + Pool(0, "retry 0\n delay_before_retry 3", loop: 1) + Pool(1, "retry 1\n delay_before_retry 3", loop: 1));
        director.Advance(5.5);
        director.Probes.Set("10.0.0.9", isUp: false);

        director.Advance(3.4);
        Assert.Equal([false, true], Alive(director));
        director.Advance(0.2);
        Assert.Equal([false, false], Alive(director));
    }

    [Fact]
    public void Each_member_begins_as_its_own_alpha_says()
    {
        var director = new Director(On + Pool(0, "alpha") + Pool(1, ""));
        Assert.Equal([false, true], Alive(director));

        director.Advance(1);

        Assert.Equal([true, true], Alive(director));
        Assert.Single(director.Probes.Log);
    }

    [Fact]
    public void Weights_and_inhibit_are_each_servers_own()
    {
        var director = new Director(On + Pool(0, "retry 0", server: "weight 5\n inhibit_on_failure") + Pool(1, "retry 0", server: "weight 7"));
        director.Probes.Set("10.0.0.9", CheckResult.Up() with { AddedWeight = 2 });
        director.Advance(1);
        Assert.Equal(["TCP 10.1.0.0:80  10.0.0.9:80 7 0", "TCP 10.1.0.1:80  10.0.0.9:80 9 0"], Destinations(director));

        director.Probes.Set("10.0.0.9", isUp: false);
        director.Advance(10);
        Assert.Equal(["TCP 10.1.0.0:80  10.0.0.9:80 0 0"], Destinations(director));
    }

    [Theory]
    [InlineData("delay_loop 5")]
    [InlineData("delay_before_retry 2")]
    [InlineData("connect_timeout 2")]
    [InlineData("connect_port 81")]
    [InlineData("bindto 10.0.0.7")]
    [InlineData("bind_if lo")]
    [InlineData("fwmark 7")]
    [InlineData("label other")]
    public void Another_way_to_check_is_another_probe(string option)
    {
        var director = new Director(On + Pool(0, "") + Pool(1, option));

        director.Advance(1);

        Assert.Equal(2, director.Probes.Log.Count);
    }

    [Fact]
    public void Options_of_the_verdict_alone_do_not_part_them_and_a_default_that_is_written_out_neither()
    {
        var director = new Director(On + Pool(0, "") + Pool(1, "retry 7\n alpha\n log_all_failures\n warmup 3\n delay_loop 10"));

        director.Advance(5);

        Assert.Single(director.Probes.Log);
    }

    [Fact]
    public void A_check_whose_kind_does_not_allow_it_is_not_shared_nor_one_that_waits_to_be_told()
    {
        var director = new Director(On + Pool(0, "label alone") + Pool(1, "label alone"));
        director.Advance(1);
        Assert.Equal(2, director.Probes.Log.Count);

        director = new Director(On + Pools(2).Replace("BOARD_CHECK {\n \n}", "NEWS_CHECK { }", StringComparison.Ordinal));
        director.Advance(0);
        Assert.Equal(["news@0", "news@0", "news@0", "news@0"], director.Probes.Log);
    }

    [Fact]
    public void A_reload_that_adds_and_removes_members_keeps_the_schedule_and_what_is_known()
    {
        var director = new Director(On + Pools(3));
        director.Probes.Set("10.0.0.9", isUp: false);
        director.Advance(4);
        director.Probes.Log.Clear();

        // The founder goes, the second stays, the fourth is new.
        director.Reload(On + Pool(1, "") + Pool(3, "alpha"));
        director.Advance(6.9);
        Assert.Empty(director.Probes.Log);
        Assert.Equal([false, false], Alive(director));
        director.Probes.Set("10.0.0.9", isUp: true);
        director.Advance(0.1);

        Assert.Equal(["10.0.0.9@11"], director.Probes.Log);
        Assert.Equal([true, true], Alive(director));
        Assert.Equal(1, director.Probes.Created);
    }

    [Fact]
    public void A_member_whose_retries_a_reload_changes_stays_in_the_same_probe()
    {
        var director = new Director(On + Pools(2));
        director.Advance(4);

        director.Reload(On + Pool(0, "retry 5") + Pool(1, ""));
        director.Advance(7);

        Assert.Equal(["10.0.0.9@1", "10.0.0.9@11"], director.Probes.Log);
        Assert.Equal(1, director.Probes.Created);
    }

    [Fact]
    public void Turned_on_by_a_reload_the_earliest_schedule_is_everybodys_and_nothing_is_forgotten()
    {
        var director = new Director(Pool(0, "retry 0"));
        director.Probes.Set("10.0.0.9", isUp: false);
        director.Advance(4);
        director.Reload(Pool(0, "retry 0") + Pool(1, "retry 0"));
        director.Advance(2);
        Assert.Equal([false, false], Alive(director));
        director.Probes.Log.Clear();

        director.Reload(On + Pool(0, "retry 0") + Pool(1, "retry 0"));
        Assert.Empty(director.Kernel.Requests);
        Assert.Empty(director.Events);
        Assert.Equal([false, false], Alive(director));
        director.Advance(15);

        Assert.Equal(["10.0.0.9@11", "10.0.0.9@21"], director.Probes.Log);
        Assert.Equal(2, director.Probes.Created);
    }

    [Fact]
    public void Turned_off_by_a_reload_each_probes_for_itself_and_none_later_than_planned()
    {
        var director = new Director(On + Pools(3));
        director.Probes.Set("10.0.0.9", isUp: false);
        director.Advance(4);
        director.Probes.Log.Clear();

        director.Reload(Pools(3));
        Assert.Empty(director.Kernel.Requests);
        Assert.Equal([false, false, false], Alive(director));
        director.Advance(7);

        Assert.Equal(3, director.Probes.Log.Count);
        Assert.All(director.Runtime.Servers, server => Assert.False(server.Servers[0].Checkers[0].IsShared));
    }

    [Fact]
    public void A_probe_under_way_outlives_the_member_that_came_first()
    {
        var director = new Director(On + Pools(2, "retry 0"));
        director.Probes.Pending = new();
        director.Advance(2);

        director.Reload(On + Pool(1, "retry 0") + Pool(2, "retry 0"));
        director.Probes.Pending.SetResult(CheckResult.Down("no answer"));
        director.Advance(0);

        Assert.Single(director.Probes.Log);
        Assert.Equal([false, false], Alive(director));
    }

    [Fact]
    public void A_suspended_member_learns_nothing_and_the_others_go_on()
    {
        var director = new Director(On + Pool(0, "retry 0").Replace("protocol", "ha_suspend\n protocol", StringComparison.Ordinal) + Pool(1, "retry 0"));
        director.Probes.Set("10.0.0.9", isUp: false);
        director.Advance(5);
        Assert.Equal([true, false], Alive(director));

        director.Addresses.Add("10.1.0.0");
        director.Advance(10);
        Assert.Equal([false, false], Alive(director));
        Assert.Equal(["10.0.0.9@1", "10.0.0.9@11"], director.Probes.Log);
    }

    [Fact]
    public void With_all_members_suspended_nothing_is_probed_until_an_address_comes()
    {
        var director = new Director(On + Pools(2).Replace("protocol", "ha_suspend\n protocol", StringComparison.Ordinal));
        director.Advance(50);
        Assert.Empty(director.Probes.Log);

        director.Addresses.Add("10.1.0.1");
        director.Advance(9.9);
        Assert.Single(director.Probes.Log);

        director.Addresses.Remove("10.1.0.1");
        director.Advance(50);
        Assert.Single(director.Probes.Log);
    }

    [Fact]
    public void A_checker_that_throws_again_and_again_fails_for_all_and_is_retired_once()
    {
        var director = new Director(On + Pools(2));
        director.Probes.Throws = new InvalidOperationException("broken");

        director.Advance(200);
        Assert.Equal(5, director.Probes.Log.Count);
        Assert.Equal([false, false], Alive(director));
        Assert.Single(director.Messages, message => message.Contains("is not run any more", StringComparison.Ordinal));

        // One that comes later is not left unchecked.
        director.Probes.Throws = null;
        director.Reload(On + Pools(3));
        director.Advance(1);
        Assert.Equal([true, true, true], Alive(director));
    }

    [Fact]
    public void Two_real_servers_of_one_virtual_server_that_are_probed_at_one_place_share_too()
    {
        var director = new Director(On + Pools(1).Replace("real_server 10.0.0.9 80", "real_server 10.0.0.8 80 {\n BOARD_CHECK {\n connect_ip 10.0.0.9\n}\n}\n real_server 10.0.0.9 80", StringComparison.Ordinal));

        director.Advance(15);

        Assert.Equal(["10.0.0.9@1", "10.0.0.9@11"], director.Probes.Log);
    }

    private static bool[] Alive(Director director) => [.. director.Runtime.Servers.Select(server => server.Servers[0].IsAlive)];

    private static string[] Destinations(Director director) => [.. director.Kernel.Lines().Where(line => line.Contains("  ", StringComparison.Ordinal))];

    private static string Pools(int count, string options = "")
    {
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            text.Append(Pool(i, options));
        }

        return text.ToString();
    }

    private static string Pool(int number, string options, int loop = 10, string server = "") =>
        $"virtual_server 10.1.0.{number} 80 {{\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n delay_loop {loop}\n real_server 10.0.0.9 80 {{\n{server}\nBOARD_CHECK {{\n {options}\n}}\n}}\n}}\n";
}
