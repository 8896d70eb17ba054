namespace Keepalived.Ipvs.Tests.Engine;

/// <summary>A reload is a difference: section 12 of keepalived's behaviour.</summary>
public sealed class ReloadTests
{
    private const string Two = """
        virtual_server 10.0.0.1 80 {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            delay_loop 10
            real_server 10.0.0.2 80 {
                weight 3
                notify_down /bin/rs-down
                BOARD_CHECK { }
            }
            real_server 10.0.0.3 80 { BOARD_CHECK { } }
        }
        """;

    [Fact]
    public void The_same_configuration_sends_nothing_tells_nothing_and_keeps_every_schedule()
    {
        var director = new Director(Two);
        director.Advance(5);
        MonotonicTime[] schedule = Schedule(director);

        director.Reload(Two);

        Assert.Empty(director.Kernel.Requests);
        Assert.Empty(director.Events);
        Assert.Equal(schedule, Schedule(director));
        Assert.Equal(2, director.Probes.Created);
    }

    [Fact]
    public void A_reload_every_second_for_a_minute_delays_no_check_by_more_than_100_ms()
    {
        string text = Two.Replace("delay_loop 10", "delay_loop 1", StringComparison.Ordinal);
        var director = new Director(text);
        director.Advance(0.5);
        for (int second = 0; second < 60; second++)
        {
            // Something changes each time, and not the checks.
            director.Reload(text.Replace("weight 3", $"weight {3 + (second % 2)}", StringComparison.Ordinal));
            director.Advance(1);
        }

        double[] times = [.. director.Probes.Log.Where(static line => line.StartsWith("10.0.0.2@", StringComparison.Ordinal)).Select(static line => double.Parse(line[9..], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(60, times.Length);
        Assert.All(times.Zip(times.Skip(1)), static pair => Assert.InRange(pair.Second - pair.First, 0.9, 1.1));
        Assert.Equal(2, director.Probes.Created);
    }

    [Fact]
    public void A_changed_weight_is_one_request_and_the_checks_go_on()
    {
        var director = new Director(Two);
        director.Advance(5);
        MonotonicTime[] schedule = Schedule(director);

        director.Reload(Two.Replace("weight 3", "weight 5", StringComparison.Ordinal));

        Assert.Equal(["change real server 10.0.0.2:80 of TCP 10.0.0.1:80"], director.Kernel.Requests);
        Assert.Equal(["10.0.0.2:80 5", "10.0.0.3:80 1"], director.Kernel.Destinations);
        Assert.Equal(schedule, Schedule(director));
    }

    [Fact]
    public void A_changed_scheduler_is_edited_in_place()
    {
        var director = new Director(Two);

        director.Reload(Two.Replace("lvs_sched rr", "lvs_sched wrr", StringComparison.Ordinal));

        Assert.Equal(["change virtual service TCP 10.0.0.1:80"], director.Kernel.Requests);
    }

    [Fact]
    public void A_removed_server_is_withdrawn_and_told()
    {
        var director = new Director(Two);
        string one = Two[..Two.IndexOf("    real_server 10.0.0.2", StringComparison.Ordinal)] + "    real_server 10.0.0.3 80 { BOARD_CHECK { } }\n}";

        director.Reload(one);

        Assert.Equal(["delete real server 10.0.0.2:80 from TCP 10.0.0.1:80"], director.Kernel.Requests);
        Assert.Equal(["[10.0.0.2]:tcp:80 DOWN: Removing"], director.Events);
        Assert.Equal(["/bin/rs-down"], director.Scripts);
        director.Probes.Log.Clear();
        director.Advance(30);
        Assert.DoesNotContain(director.Probes.Log, probe => probe.StartsWith("10.0.0.2", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_server_is_added_and_checked_while_the_others_are_left_alone()
    {
        string one = Two[..Two.IndexOf("    real_server 10.0.0.3", StringComparison.Ordinal)] + "}";
        var director = new Director(one);
        director.Advance(5);

        director.Reload(Two);

        Assert.Equal(["add real server 10.0.0.3:80 to TCP 10.0.0.1:80"], director.Kernel.Requests);
        director.Advance(1);
        Assert.Equal("10.0.0.3@6", director.Probes.Log[^1]);
    }

    [Fact]
    public void A_virtual_server_that_is_gone_is_deleted_with_its_servers_told()
    {
        string second = Two.Replace("10.0.0.1 80", "10.0.0.1 81", StringComparison.Ordinal);
        var director = new Director(Two + "\n" + second);

        director.Reload(Two);

        Assert.Equal(["delete virtual service TCP 10.0.0.1:81"], director.Kernel.Requests);
        Assert.Equal(
            ["[10.0.0.2]:tcp:80 DOWN: Removing", "[10.0.0.3]:tcp:80 DOWN: Removing", "[10.0.0.1]:tcp:81 DOWN: Lost quorum 1-0=1 > 0"], director.Events);
    }

    [Fact]
    public void A_dead_server_stays_dead_over_a_reload_that_changes_its_weight()
    {
        var director = new Director(Two);
        director.Probes.Set("10.0.0.2", false);
        director.Advance(5);

        director.Reload(Two.Replace("weight 3", "weight 5", StringComparison.Ordinal));

        Assert.Empty(director.Kernel.Requests);
        Assert.False(director.StateOf("10.0.0.2").IsUp);
    }

    [Fact]
    public void A_checker_with_other_times_takes_over_what_is_known_and_is_not_made_anew()
    {
        var director = new Director(Two);
        director.Probes.Set("10.0.0.2", false);
        director.Advance(5);

        director.Reload(Two.Replace("delay_loop 10", "delay_loop 3", StringComparison.Ordinal));

        Assert.False(director.StateOf("10.0.0.2").IsUp);
        Assert.Equal(2, director.Probes.Created);
        Assert.Empty(director.Kernel.Requests);
        director.Advance(3);
        Assert.Equal("10.0.0.3@8", director.Probes.Log[^1]);
    }

    [Fact]
    public void Another_check_of_a_dead_server_starts_as_alpha_says_and_may_raise_it()
    {
        var director = new Director(Two);
        director.Probes.Set("10.0.0.2", false);
        director.Advance(5);

        director.Reload(Two.Replace("notify_down /bin/rs-down\n        BOARD_CHECK { }", "notify_down /bin/rs-down\n        alpha\n        BOARD_CHECK { label b }", StringComparison.Ordinal));
        Assert.False(director.StateOf("10.0.0.2").IsUp);

        director.Advance(1);
        Assert.Contains("10.0.0.2:80 3", director.Kernel.Destinations);
    }

    [Fact]
    public void Another_check_of_a_healthy_server_does_not_take_it_out()
    {
        var director = new Director(Two);
        director.Advance(5);

        director.Reload(Two.Replace("notify_down /bin/rs-down\n        BOARD_CHECK { }", "notify_down /bin/rs-down\n        alpha\n        BOARD_CHECK { label b }", StringComparison.Ordinal));

        Assert.Empty(director.Kernel.Requests);
    }

    [Fact]
    public void A_raised_quorum_brings_the_sorry_server_at_once()
    {
        var director = new Director(Two.Replace("delay_loop 10", "delay_loop 10\n sorry_server 10.0.0.9 80", StringComparison.Ordinal));
        director.Probes.Set("10.0.0.2", false);
        director.Advance(5);

        director.Reload(Two.Replace("delay_loop 10", "delay_loop 10\n quorum 2\n sorry_server 10.0.0.9 80", StringComparison.Ordinal));

        Assert.Equal(["10.0.0.9:80 1"], director.Kernel.Destinations);
        Assert.Equal(["[10.0.0.1]:tcp:80 DOWN: Lost quorum 2-0=2 > 1"], director.Events);
    }

    [Fact]
    public void Inhibit_on_a_dead_server_puts_it_back_with_weight_0()
    {
        var director = new Director(Two);
        director.Probes.Set("10.0.0.2", false);
        director.Advance(5);

        director.Reload(Two.Replace("weight 3", "weight 3\n inhibit_on_failure", StringComparison.Ordinal));

        Assert.Contains("10.0.0.2:80 0", director.Kernel.Destinations);
    }

    private static MonotonicTime[] Schedule(Director director) =>
        [.. director.Runtime.Servers.SelectMany(service => service.Servers).SelectMany(server => server.Checkers).Select(checker => checker.NextAction)];
}
