using System.Globalization;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// "Services and servers that did not change are not touched": what the live daemon asks of IPVS over a reload, seen on the netlink socket. What C
/// asks is printed beside it, not asserted.
/// </summary>
public sealed class ReloadWireTests
{
    private const string Globals = """
        global_defs {
            lvs_timeouts tcp 700 tcpfin 70 udp 77
            lvs_sync_daemon eth0 id 5
        }
        virtual_server_group G {
            10.77.0.101-103 81
            fwmark 9
        }
        virtual_server group G {
            delay_loop 1
            lb_algo wrr
            lb_kind NAT
            protocol TCP
            real_server 10.78.0.11 80 {
                weight 2
                inhibit_on_failure
            }
        }
        virtual_server fd77::100 80 {
            lb_algo rr
            lb_kind DR
            protocol TCP
            persistence_timeout 50
            real_server fd78::11 80 {
                uthreshold 9
            }
        }

        """;

    [Fact]
    public Task A_reload_asks_IPVS_nothing_but_what_changed() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        foreach (int number in (int[])[11, 12, 13])
        {
            balancer.Serve(number);
        }

        // C lives in the other director's namespace, which reaches the same servers.
        var report = new StringBuilder();
        foreach ((Host host, Software software) in ((Host, Software)[])[(balancer.Director, Software.Ours), (balancer.Other, Software.C)])
        {
            IpvsWire wire = IpvsWire.Watch(host);
            string text = Globals + Balancer.Service();
            var director = Director.Start(host, software, text);
            await balancer.TableBecomes(director, 11, 12, 13);
            await Rests(wire, director);
            int before = wire.Requests.Count;
            Assert.True(before > 0, "the monitor saw nothing of the start");
            await Reload(director, wire, text);
            string[] unchanged = [.. wire.Requests.Skip(before)];

            before = wire.Requests.Count;
            int last = text.LastIndexOf("weight 1", StringComparison.Ordinal);
            await Reload(director, wire, string.Concat(text.AsSpan(0, last), "weight 7", text.AsSpan(last + 8)));
            string[] changed = [.. wire.Requests.Skip(before)];
            Assert.Equal(7, IpvsTable.RealServers(host, $"{Balancer.VirtualAddress}:80").GetValueOrDefault("10.78.0.13:80"));
            report.Append(CultureInfo.InvariantCulture, $"{software.Name,-6}the same file: {Counted(unchanged)}; one changed weight: {Counted(changed)}\n");
            if (software == Software.Ours)
            {
                Assert.Equal([], unchanged);
                Assert.Equal(["SET_DEST"], changed);
            }

            director.Stop();
        }

        Inside.Print("ipvs-reload-wire.txt", report.ToString());
    });

    private static string Counted(string[] requests) => requests.Length == 0
        ? "nothing"
        : string.Join(", ", requests.CountBy(static name => name).Select(static pair => $"{pair.Value} {pair.Key}"));

    private static async Task Reload(Director director, IpvsWire wire, string text)
    {
        int told = Told(director);
        director.Reload(text);
        await Wait.Until("the reload is told", Balancer.Patience, () => Told(director) > told, () => director.Log);
        await Rests(wire, director);
    }

    private static int Told(Director director) => director.Log.Split("Reloading").Length;

    /// <summary>Nothing for three seconds, three rounds of checks, is the end of a start or of a reload.</summary>
    private static Task Rests(IpvsWire wire, Director director)
    {
        int count = -1;
        return Wait.UntilItRests("nothing is asked any more", Balancer.Patience, TimeSpan.FromSeconds(3), () =>
        {
            (int previous, count) = (count, wire.Requests.Count);
            return previous == count;
        }, () => director.Log);
    }
}
