using System.Globalization;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// Where the synchronisation daemon of an instance stands among the steps of becoming master and of leaving (decision 18): the same netlink requests
/// in the same order as C keepalived 2.2.7, as a netlink monitor shows them.
/// </summary>
public sealed class SyncDaemonOrderTests
{
    private const string Configuration = """
        global_defs {
            lvs_sync_daemon eth0 inst A id 5
        }
        vrrp_instance A {
            interface eth0
            virtual_router_id ROUTER
            version 3
            state BACKUP
            advert_int 0.5
            priority 100
            virtual_ipaddress {
                10.77.0.ADDRESS
                10.77.1.ADDRESS
            }
        }
        """;

    [Fact]
    public Task The_daemon_of_an_instance_changes_when_it_does_with_C() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        var report = new StringBuilder();
        var orders = new Dictionary<string, string>();
        foreach ((Host host, Software software, string number) in ((Host, Software, string)[])[(balancer.Director, Software.Ours, "201"), (balancer.Other, Software.C, "202")])
        {
            IpvsWire wire = IpvsWire.Watch(host);
            var director = Director.Start(host, software, Configuration.Replace("ROUTER", number, StringComparison.Ordinal).Replace("ADDRESS", number, StringComparison.Ordinal));
            string Daemons() => Command.Try("ip", ["netns", "exec", host.Namespace, "ipvsadm", "-L", "--daemon"]).Output;
            await Wait.Until("the master daemon runs", Balancer.Patience, () => host.Has($"10.77.1.{number}") && Daemons().Contains("master sync daemon", StringComparison.Ordinal), () => Daemons() + director.Log);
            int started = Changes(wire).Length;
            director.Stop();
            await Wait.Until("the addresses are gone", Balancer.Patience, () => !host.Has($"10.77.1.{number}"), () => director.Log);
            string[] all = Changes(wire);
            orders[software.Name] = $"{string.Join(' ', all[..started])} | stop: {string.Join(' ', all[started..])}";
            report.Append(CultureInfo.InvariantCulture, $"{software.Name,-6}{orders[software.Name]}\n");
        }

        Inside.Print("ipvs-sync-daemon-order.txt", report.ToString());
        Assert.Equal(orders[Software.C.Name], orders[Software.Ours.Name]);
    });

    // C begins by deleting addresses that an earlier life may have left.
    private static string[] Changes(IpvsWire wire) =>
        [.. wire.RequestsAndAddresses.Where(static name => !name.StartsWith("GET_", StringComparison.Ordinal)).SkipWhile(static name => name == "DELADDR")];
}
