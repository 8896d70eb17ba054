using Keepalived.Scheduling;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Tests.Kernel;

/// <summary>Virtual MAC interfaces in the kernel that come and go by reload while an instance advertises.</summary>
public sealed class ManyLinksTests
{
    private const int Many = 60;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Interfaces_that_a_reload_adds_and_removes_come_and_go_between_advertisements()
    {
        Namespaces.SkipUnlessPossible();
        using Namespaces net = new();
        using Director director = new(net, 0, Configuration(0));
        RunningInstance runs = director.Plugin.Instances[0];
        Namespaces.WaitFor(() => net.Has(0, "10.99.0.100"), _patience, "the master:\n" + director.LogText);

        Reload(Many);
        Reload(0);
        director.Stop();

        void Reload(int wanted)
        {
            VrrpConfiguration parsed = ConfigurationText.Read(Configuration(wanted), new SomeLinks(ConfigurationText.Ethernet("v0"))).Parsed!;
            long sent = 0, turns = 0;
            director.OnLoop(() =>
            {
                (sent, turns) = ((long)runs.Router.Statistics.AdvertisementsSent, director.Lateness.Turns);
                director.Plugin.Reload(parsed);
            });
            Namespaces.WaitFor(() => CountLinks(net) == wanted, _patience, $"{wanted} interfaces:\n{director.LogText}");
            director.OnLoop(() =>
            {
                sent = (long)runs.Router.Statistics.AdvertisementsSent - sent;
                turns = director.Lateness.Turns - turns;
            });
            // A millisecond each, and four of them fill a turn.
            Assert.InRange(turns, Many / 10, long.MaxValue);
            Assert.InRange(sent, 2, long.MaxValue);
            Assert.Equal(Protocol.VirtualRouterState.Master, runs.Router.State);
        }
    }

    private static int CountLinks(Namespaces net) =>
        net.In(0, "-o link show type macvlan").Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.Contains("LOWER_UP", StringComparison.Ordinal));

    private static string Configuration(int count) => """
        vrrp_instance runs {
            interface v0
            virtual_router_id 255
            version 3
            priority 200
            advert_int 0.01
            virtual_ipaddress { 10.99.0.100/24 }
        }
        """ + string.Concat(Enumerable.Range(1, count).Select(id => $$"""

        vrrp_instance V{{id}} {
            interface v0
            virtual_router_id {{id}}
            version 3
            use_vmac
            virtual_ipaddress { 10.98.{{id}}.100/24 }
        }
        """));
}
