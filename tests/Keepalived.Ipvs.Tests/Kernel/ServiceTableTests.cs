using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs.Tests.Kernel;

public sealed class ServiceTableTests
{
    private const string One = """
        virtual_server 10.0.0.1 80 {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            omega
            quorum_down /bin/down
            real_server 10.0.0.2 80 {
                notify_down /bin/rs-down
                BOARD_CHECK { }
            }
            real_server 10.0.0.3 80 { BOARD_CHECK { } }
        }
        """;

    private static readonly IpvsService _service = new(IpvsServiceKey.ForAddress(IpvsProtocol.Tcp, InetAddress.Parse("10.0.0.1"), 80), new KernelName("rr"));

    [Fact]
    public void At_start_a_service_with_the_same_settings_is_kept_and_its_servers_brought_in_line()
    {
        var kernel = new FakeKernel();
        kernel.Meddle(IpvsVerb.AddService, _service);
        kernel.Meddle(IpvsVerb.AddDestination, _service, Destination("10.0.0.2", 1));
        kernel.Meddle(IpvsVerb.AddDestination, _service, Destination("10.0.0.3", 9));
        kernel.Meddle(IpvsVerb.AddDestination, _service, Destination("10.0.0.4", 1));

        _ = new Director(One, kernel);

        Assert.Equal(
            ["change real server 10.0.0.3:80 of TCP 10.0.0.1:80", "delete real server 10.0.0.4:80 from TCP 10.0.0.1:80"], kernel.Requests.Order());
    }

    [Fact]
    public void At_start_a_service_with_other_settings_is_changed_and_services_of_others_are_left_alone()
    {
        var kernel = new FakeKernel();
        IpvsService other = new(IpvsServiceKey.ForMark(9), new KernelName("rr"));
        kernel.Meddle(IpvsVerb.AddService, _service with { Scheduler = new KernelName("wlc") });
        kernel.Meddle(IpvsVerb.AddService, other);

        _ = new Director(One, kernel);

        Assert.Equal("change virtual service TCP 10.0.0.1:80", kernel.Requests[0]);
        Assert.Contains(other, kernel.ListServices());
    }

    [Fact]
    public void A_server_that_somebody_removed_is_added_where_it_was_to_be_changed()
    {
        var director = new Director(One);
        director.Kernel.Meddle(IpvsVerb.DeleteDestination, _service, Destination("10.0.0.2", 1));

        director.Reload(One.Replace("notify_down /bin/rs-down", "weight 7", StringComparison.Ordinal));

        Assert.Equal(["change real server 10.0.0.2:80 of TCP 10.0.0.1:80", "add real server 10.0.0.2:80 to TCP 10.0.0.1:80"], director.Kernel.Requests);
        Assert.Contains("10.0.0.2:80 7", director.Kernel.Destinations);
    }

    [Fact]
    public void A_service_that_somebody_removed_comes_back_whole_when_it_is_changed()
    {
        var director = new Director(One);
        director.Kernel.Meddle(IpvsVerb.DeleteService, _service);

        director.Reload(One.Replace("lvs_sched rr", "lvs_sched wrr", StringComparison.Ordinal));

        Assert.Equal("TCP 10.0.0.1:80 wrr\n  10.0.0.2:80 Masquerade 1\n  10.0.0.3:80 Masquerade 1", director.Kernel.Text);
    }

    [Fact]
    public void A_server_that_somebody_added_already_is_changed_instead()
    {
        var director = new Director(One);
        director.Kernel.Meddle(IpvsVerb.AddDestination, _service, Destination("10.0.0.9", 4));

        director.Reload(One.Replace("omega", "omega\n real_server 10.0.0.9 80 { weight 2\n }", StringComparison.Ordinal));

        Assert.Contains("10.0.0.9:80 2", director.Kernel.Destinations);
        Assert.DoesNotContain(director.Messages, message => message.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void A_missing_scheduler_is_told_once_and_not_for_each_server()
    {
        var director = new Director(One, new FakeKernel { MissingScheduler = "rr" });

        string error = Assert.Single(director.Messages, message => message.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains("no scheduler rr", error, StringComparison.Ordinal);
    }

    [Fact]
    public void At_stop_the_services_go_and_omega_tells_of_every_server_and_the_quorum()
    {
        var director = new Director(One);

        director.Stop();

        Assert.Equal(["delete virtual service TCP 10.0.0.1:80"], director.Kernel.Requests);
        Assert.Equal(
            ["[10.0.0.2]:tcp:80 DOWN: Shutting down", "[10.0.0.3]:tcp:80 DOWN: Shutting down", "[10.0.0.1]:tcp:80 DOWN: Shutting down"], director.Events);
        Assert.Equal(["/bin/rs-down", "/bin/down"], director.Scripts);
        Assert.True(director.Kernel.IsDisposed);
    }

    [Fact]
    public void At_stop_the_quorum_ends_after_the_last_server_whichever_of_them_it_ended_with()
    {
        var director = new Director(One.Replace("omega", "omega\n quorum 2", StringComparison.Ordinal));

        director.Stop();

        Assert.Equal(
            ["[10.0.0.2]:tcp:80 DOWN: Shutting down", "[10.0.0.3]:tcp:80 DOWN: Shutting down", "[10.0.0.1]:tcp:80 DOWN: Shutting down"], director.Events);
    }

    [Fact]
    public void The_end_waits_for_the_scripts_of_the_stop_and_not_for_those_from_before()
    {
        var director = new Director(One.Replace("omega", "omega\n quorum_up /bin/up", StringComparison.Ordinal));
        Assert.Equal(["/bin/up"], director.Scripts);
        Assert.True(director.Runtime.StopScriptsEnded().IsCompleted);

        director.Stop();
        Assert.Equal(["/bin/rs-down", "/bin/down"], director.Scripts);
        Task ended = director.Runtime.StopScriptsEnded();
        Assert.False(ended.IsCompleted);
        director.EndScripts();
        Assert.True(ended.IsCompleted);
    }

    [Fact]
    public void Without_omega_a_stop_is_silent()
    {
        var director = new Director(One.Replace("omega", "", StringComparison.Ordinal));

        director.Stop();

        Assert.Empty(director.Events);
        Assert.Empty(director.Scripts);
    }

    [Fact]
    public void With_the_option_to_keep_services_a_stop_leaves_the_table()
    {
        var director = new Director(One);

        director.Stop(keepServices: true);

        Assert.Empty(director.Kernel.Requests);
        Assert.Equal(2, director.Kernel.Destinations.Count());
    }

    [Fact]
    public void After_a_stop_nothing_is_probed()
    {
        var director = new Director(One);
        director.Stop();

        director.Advance(200);

        Assert.Empty(director.Probes.Log);
    }

    [Theory]
    [InlineData("lvs_flush_on_stop", true)]
    [InlineData("lvs_flush_on_stop VS", false)]
    [InlineData("", false)]
    public void The_whole_table_is_emptied_at_stop_only_when_asked_for(string keyword, bool isFlushed)
    {
        var director = new Director($"global_defs {{\n {keyword}\n}}\n{One}");

        director.Stop();

        Assert.Equal(isFlushed, director.Kernel.IsFlushed);
    }

    [Fact]
    public void Time_outs_are_set_at_start_and_restored_at_stop()
    {
        var director = new Director("global_defs {\n lvs_timeouts tcp 7\n}\n" + One);
        Assert.Equal(new IpvsTimeouts(7, 120, 300), director.Kernel.Timeouts);

        director.Stop();

        Assert.Equal(new IpvsTimeouts(900, 120, 300), director.Kernel.Timeouts);
    }

    private static IpvsDestination Destination(string address, int weight) => new(InetAddress.Parse(address), 80) { Weight = weight };
}
