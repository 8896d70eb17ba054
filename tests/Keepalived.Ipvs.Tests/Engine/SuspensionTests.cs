namespace Keepalived.Ipvs.Tests.Engine;

/// <summary><c>ha_suspend</c>: no checks while the virtual address is on no interface (sections 13 and 19 of keepalived's behaviour).</summary>
public sealed class SuspensionTests
{
    private const string Text = """
        virtual_server 10.0.0.1 80 {
            ha_suspend
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            delay_loop 10
            real_server 10.0.0.2 80 { BOARD_CHECK { } }
        }
        """;

    [Fact]
    public void Without_the_address_nothing_is_checked_and_the_servers_stay_what_they_are()
    {
        var director = new Director(Text);
        director.Probes.Set("10.0.0.2", isUp: false);

        director.Advance(100);

        Assert.Empty(director.Probes.Log);
        Assert.Equal(["10.0.0.2:80 1"], director.Kernel.Destinations);
        Assert.Contains("Information: The checks of [10.0.0.1]:tcp:80 are suspended: its address is not on this machine", director.Messages);
    }

    [Fact]
    public void When_the_address_comes_checks_begin_within_an_interval_and_when_it_goes_they_end()
    {
        var director = new Director(Text);
        director.Advance(100);

        director.Addresses.Add("10.0.0.1");
        director.Advance(9.9);
        Assert.Single(director.Probes.Log);

        director.Probes.Set("10.0.0.2", isUp: false);
        director.Addresses.Remove("10.0.0.1");
        director.Probes.Log.Clear();
        director.Advance(100);
        Assert.Empty(director.Probes.Log);
        Assert.Equal(["10.0.0.2:80 1"], director.Kernel.Destinations);
    }

    [Fact]
    public void Another_address_changes_nothing()
    {
        var director = new Director(Text);

        director.Addresses.Add("10.0.0.9");
        director.Advance(100);

        Assert.Empty(director.Probes.Log);
    }

    [Fact]
    public void A_probe_that_is_under_way_when_the_address_goes_still_counts_and_is_the_last()
    {
        var director = new Director(Text);
        director.Addresses.Add("10.0.0.1");
        TaskCompletionSource<Checking.CheckResult> pending = new();
        director.Probes.Pending = pending;
        director.Advance(2);

        director.Addresses.Remove("10.0.0.1");
        director.Probes.Pending = null;
        pending.SetResult(Checking.CheckResult.Down("no answer"));
        director.Advance(100);

        Assert.Single(director.Probes.Log);
        Assert.Empty(director.Kernel.Destinations);
    }

    [Fact]
    public void A_group_is_never_found_on_an_interface()
    {
        var director = new Director("virtual_server_group g {\n 10.0.0.1 80\n}\n" + Text.Replace("10.0.0.1 80 {", "group g {", StringComparison.Ordinal));
        director.Addresses.Add("10.0.0.1");

        director.Advance(100);

        Assert.Empty(director.Probes.Log);
    }

    [Fact]
    public void A_reload_suspends_and_resumes()
    {
        string without = Text.Replace("    ha_suspend\n", "", StringComparison.Ordinal);
        var director = new Director(without);
        director.Advance(5);

        director.Reload(Text);
        director.Probes.Log.Clear();
        director.Advance(100);
        Assert.Empty(director.Probes.Log);

        director.Reload(without);
        director.Advance(9.9);
        Assert.Single(director.Probes.Log);
    }
}
