namespace Keepalived.Ipvs.Tests.Engine;

/// <summary>What checks do to the table: section 14 of keepalived's behaviour.</summary>
public sealed class PoolTests
{
    private const string Two = """
        virtual_server 10.0.0.1 80 {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            delay_loop 10
            quorum_up /bin/up
            quorum_down /bin/down
            real_server 10.0.0.2 80 {
                weight 3
                notify_up /bin/rs-up
                notify_down /bin/rs-down
                BOARD_CHECK { delay_before_retry 2 }
            }
            real_server 10.0.0.3 80 { BOARD_CHECK { } }
        }
        """;

    [Fact]
    public void Without_alpha_servers_are_in_the_table_before_any_check()
    {
        var director = new Director(Two);

        Assert.Equal(["10.0.0.2:80 3", "10.0.0.3:80 1"], director.Kernel.Destinations);
        Assert.Empty(director.Probes.Log);
        Assert.Equal(["[10.0.0.1]:tcp:80 UP: Starting with quorum up"], director.Events);
        Assert.Equal(["/bin/up"], director.Scripts);
    }

    [Fact]
    public void The_first_probe_comes_after_a_second_and_the_next_ones_every_delay_loop()
    {
        var director = new Director(Two);

        director.Advance(25);

        Assert.Equal(["10.0.0.2@1", "10.0.0.3@1", "10.0.0.2@11", "10.0.0.3@11", "10.0.0.2@21", "10.0.0.3@21"], director.Probes.Log);
    }

    [Fact]
    public void A_server_that_dies_is_removed_after_its_retry_and_comes_back_with_one_success()
    {
        var director = new Director(Two);
        director.Advance(5);
        director.Kernel.Requests.Clear();

        director.Probes.Set("10.0.0.2", false, "connection refused");
        director.Advance(7);
        Assert.Empty(director.Kernel.Requests);

        director.Advance(2);
        Assert.Equal(["delete real server 10.0.0.2:80 from TCP 10.0.0.1:80"], director.Kernel.Requests);
        Assert.Equal("[10.0.0.2]:tcp:80 DOWN: CHECK failed on service", director.Events[^1]);
        Assert.Equal("/bin/rs-down", director.Scripts[^1]);

        director.Probes.Set("10.0.0.2", true);
        director.Advance(10);
        Assert.Equal(["10.0.0.2:80 3", "10.0.0.3:80 1"], director.Kernel.Destinations.Order());
        Assert.Equal("/bin/rs-up", director.Scripts[^1]);
    }

    [Fact]
    public void With_alpha_servers_wait_for_their_first_success_and_the_quorum_with_them()
    {
        var director = new Director(Two.Replace("delay_loop 10", "delay_loop 10\n alpha", StringComparison.Ordinal));
        Assert.Empty(director.Kernel.Destinations);
        Assert.Equal(["[10.0.0.1]:tcp:80 DOWN: Starting with quorum down"], director.Events);

        director.Advance(1);

        Assert.Equal(["10.0.0.2:80 3", "10.0.0.3:80 1"], director.Kernel.Destinations);
        Assert.Equal("[10.0.0.1]:tcp:80 UP: Gained quorum 1+0=1 <= 3", director.Events[2]);
    }

    [Fact]
    public void With_inhibit_on_failure_a_dead_server_stays_with_weight_0()
    {
        var director = new Director(Two.Replace("weight 3", "weight 3\n inhibit_on_failure", StringComparison.Ordinal));
        director.Probes.Set("10.0.0.2", false);

        director.Advance(1);

        Assert.Equal(["10.0.0.2:80 0", "10.0.0.3:80 1"], director.Kernel.Destinations);
    }

    [Fact]
    public void The_sorry_server_comes_when_the_quorum_is_lost_and_live_servers_leave()
    {
        var director = new Director(Two.Replace("delay_loop 10", "delay_loop 10\n quorum 2\n sorry_server 10.0.0.9 80", StringComparison.Ordinal));
        director.Probes.Set("10.0.0.2", false);

        director.Advance(1);

        Assert.Equal(["10.0.0.9:80 1"], director.Kernel.Destinations);
        Assert.Equal("[10.0.0.1]:tcp:80 DOWN: Lost quorum 2-0=2 > 1", director.Events[^1]);

        director.Probes.Set("10.0.0.2", true);
        director.Advance(10);
        Assert.Equal(["10.0.0.2:80 3", "10.0.0.3:80 1"], director.Kernel.Destinations.Order());
        Assert.Equal("[10.0.0.1]:tcp:80 UP: Gained quorum 2+0=2 <= 4", director.Events[^1]);
    }

    [Fact]
    public void An_inhibited_sorry_server_waits_in_the_table_with_weight_0()
    {
        var director = new Director(Two.Replace("delay_loop 10", "delay_loop 10\n sorry_server 10.0.0.9 80\n sorry_server_inhibit", StringComparison.Ordinal));
        Assert.Equal(["10.0.0.9:80 0", "10.0.0.2:80 3", "10.0.0.3:80 1"], director.Kernel.Destinations);

        director.Probes.Set("10.0.0.2", false);
        director.Probes.Set("10.0.0.3", false);
        director.Advance(1);

        Assert.Equal(["10.0.0.9:80 1"], director.Kernel.Destinations);
    }

    [Fact]
    public void A_sorry_server_that_is_a_real_server_too_stands_in_for_itself()
    {
        var director = new Director(Two.Replace("delay_loop 10", "delay_loop 10\n quorum 4\n sorry_server 10.0.0.3 80", StringComparison.Ordinal));
        director.Probes.Set("10.0.0.2", false);

        director.Advance(1);

        Assert.Equal(["10.0.0.3:80 1"], director.Kernel.Destinations);
    }

    [Fact]
    public void A_server_is_up_when_all_its_checkers_are()
    {
        const string Configuration = """
            virtual_server 10.0.0.1 80 {
                protocol TCP
                lvs_sched rr
                lvs_method NAT
                delay_loop 10
                real_server 10.0.0.2 80 {
                    BOARD_CHECK { }
                    BOARD_CHECK { label b }
                }
            }
            """;
        var director = new Director(Configuration);
        director.Probes.Set("10.0.0.2b", false);
        director.Advance(1);
        Assert.Empty(director.Kernel.Destinations);

        director.Probes.Set("10.0.0.2b", true);
        director.Advance(10);
        Assert.Equal(["10.0.0.2:80 1"], director.Kernel.Destinations);
    }

    [Fact]
    public void A_weight_named_by_a_check_replaces_the_configured_one_and_counts_for_the_quorum()
    {
        var director = new Director(Two.Replace("delay_loop 10", "delay_loop 10\n quorum 4", StringComparison.Ordinal));
        director.Probes.Set("10.0.0.2", new Checking.CheckResult(true, "load", Weight: 1));

        director.Advance(1);

        Assert.Equal(["10.0.0.2:80 1", "10.0.0.3:80 1"], director.Kernel.Destinations);
        Assert.Equal("[10.0.0.1]:tcp:80 DOWN: Lost quorum 4-0=4 > 2", director.Events[^1]);
    }

    [Fact]
    public void A_check_that_waits_for_news_runs_at_once_and_what_it_adds_to_the_weight_counts_beside_other_checks()
    {
        const string Configuration = """
            virtual_server 10.0.0.1 80 {
                protocol TCP
                lvs_sched rr
                lvs_method NAT
                retry 5
                real_server 10.0.0.2 80 {
                    weight 3
                    NEWS_CHECK { }
                }
            }
            """;
        var director = new Director(Configuration);
        director.Probes.Set("10.0.0.2", Checking.CheckResult.Up() with { AddedWeight = 4 });
        director.Advance(0.001);
        Assert.Equal(["10.0.0.2:80 7"], director.Kernel.Destinations);

        director.Advance(1000);
        Assert.Equal(2, director.Probes.Log.Count);
        director.Probes.Tell(Checking.CheckResult.Up() with { AddedWeight = -9 });
        director.Advance(0.001);
        Assert.Equal(["10.0.0.2:80 0"], director.Kernel.Destinations);

        director.Probes.Tell(Checking.CheckResult.Down("the file says 1"));
        director.Advance(0.001);
        Assert.Empty(director.Kernel.Destinations);

        director.Probes.Tell(Checking.CheckResult.Up());
        director.Advance(0.001);
        Assert.Equal(["10.0.0.2:80 3"], director.Kernel.Destinations);
    }

    [Fact]
    public void A_checker_that_throws_has_failed_its_probe_and_the_others_run_on()
    {
        var director = new Director(Two);
        director.Probes.Throws = new InvalidOperationException("broken");

        director.Advance(1);

        Assert.Empty(director.Kernel.Destinations);
        Assert.Contains(director.Messages, message => message.StartsWith("Error: BOARD_CHECK of [10.0.0.2]:tcp:80", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checker_that_never_ends_is_reported_by_name_counts_as_failed_and_is_not_started_twice()
    {
        var director = new Director(Two);
        director.Probes.Pending = new();

        director.Advance(100);

        Assert.Equal(2, director.Probes.Log.Count);
        Assert.Empty(director.Kernel.Destinations);
        Assert.Contains(director.Messages, message => message.Contains("BOARD_CHECK of [10.0.0.2]:tcp:80", StringComparison.Ordinal)
            && message.Contains("has not answered for 21 s", StringComparison.Ordinal));
    }

    [Fact]
    public void With_log_all_failures_every_failed_try_is_logged()
    {
        var director = new Director("global_defs { checker_log_all_failures }\n" + Two);
        director.Advance(1);
        director.Probes.Set("10.0.0.2", false, "connection refused");

        director.Advance(10);

        Assert.Contains("Information: BOARD_CHECK of [10.0.0.2]:tcp:80 of [10.0.0.1]:tcp:80 failed, try 1: connection refused", director.Messages);
    }

    [Fact]
    public void Rs_init_notifies_tells_of_the_first_state_of_servers()
    {
        var director = new Director("global_defs { rs_init_notifies }\n" + Two);

        Assert.Equal(["/bin/rs-up", "/bin/up"], director.Scripts);
    }
}
