namespace Keepalived.Vrrp.Tests.Kernel;

public sealed class FailoverTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private static string Configuration(int priority, string more = "", int version = 3, string family = "10.99.0.100/24") => $$"""
        vrrp_instance VI_1 {
            interface v0
            virtual_router_id 51
            version {{version}}
            priority {{priority}}
            advert_int {{(version == 3 ? "0.05" : "1")}}
            virtual_ipaddress { {{family}} }
            {{more}}
        }
        """;

    [Fact]
    public void A_lone_router_becomes_master_and_has_the_address()
    {
        Namespaces.SkipUnlessPossible();
        using Namespaces net = new();
        using Director one = new(net, 0, Configuration(100));
        Namespaces.WaitFor(() => net.Has(0, "10.99.0.100"), _patience, "the address:\n" + one.LogText);
        one.Stop();
        Assert.False(net.Has(0, "10.99.0.100"), one.LogText);
    }

    [Fact]
    public void The_backup_takes_over_from_a_dead_master_and_gives_way_when_it_returns()
    {
        Namespaces.SkipUnlessPossible();
        using Namespaces net = new();
        using Director backup = new(net, 1, Configuration(100));
        using (Director master = new(net, 0, Configuration(200)))
        {
            Namespaces.WaitFor(() => net.Has(0, "10.99.0.100"), _patience, "the master:\n" + master.LogText);
            Namespaces.WaitFor(() => !net.Has(1, "10.99.0.100"), _patience, "the backup to step back:\n" + backup.LogText);
            master.Kill();
        }

        Namespaces.WaitFor(() => net.Has(1, "10.99.0.100"), _patience, "the takeover:\n" + backup.LogText);
        // The dead master left its address; its next life removes it, takes it again and wins.
        using Director again = new(net, 0, Configuration(200));
        Namespaces.WaitFor(() => net.Has(0, "10.99.0.100") && !net.Has(1, "10.99.0.100"), _patience, "preemption:\n" + again.LogText + "\n-\n" + backup.LogText);
    }
}
