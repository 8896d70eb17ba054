using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// nftables_ipvs with everything in one kernel: nftables marks the packets for a group's addresses, IPVS balances by the mark, and a client gets its
/// answers. Debian's user-mode Linux has IPVS and of nftables the family bridge alone, hence the bridge and the library before libc.
/// </summary>
public sealed class MarkTrafficTests
{
    private const string Configuration = """
        global_defs {
            nftables_ipvs marks
            nftables_ipvs_start_fwmark 50
        }
        virtual_server_group web {
            10.77.0.100 80
            10.77.0.101-102 8080
        }
        virtual_server group web {
            delay_loop 1
            lb_algo rr
            lb_kind NAT
            protocol TCP
            real_server 10.78.0.11 80 {
                TCP_CHECK {
                    connect_timeout 1
                    retry 0
                }
            }
            real_server 10.78.0.12 80 {
                TCP_CHECK {
                    connect_timeout 1
                    retry 0
                }
            }
        }

        """;

    [Fact]
    public Task A_groups_packets_are_marked_by_nftables_and_balanced_by_their_mark() => Inside.Run(async () =>
    {
        Interop.Tests.Prerequisites.Peer();
        if (Command.Find("gcc") is null || Command.Find("nft") is null)
        {
            Assert.Skip("needs the packages gcc and nftables");
        }

        await using var balancer = new Balancer();
        balancer.Serve(11);
        balancer.Serve(12);
        var library = Library(balancer);
        PutOnBridge(balancer.Director);
        var theirs = await Live(balancer, Software.C with { Path = $"env LD_PRELOAD={library} {Software.C.Path}" });
        var ours = await Live(balancer, Software.Ours with { Path = $"env LD_PRELOAD={library} {Software.Ours.Path}" });

        Assert.Equal(theirs, ours);
        Inside.Print("marks-and-ipvs.txt", ours);
    });

    /// <summary>A life from start to stop; what the kernel has meanwhile.</summary>
    private static async Task<string> Live(Balancer balancer, Software software)
    {
        var director = Director.Start(balancer.Director, software, Configuration);
        await Wait.Until("both servers serve", Balancer.Patience, () => Answers(balancer, "10.77.0.100", 80).SequenceEqual(["s11", "s12"]), () => State(balancer) + director.Log);
        Assert.Equal(["s11", "s12"], Answers(balancer, "10.77.0.101", 8080));
        Assert.Equal(["s11", "s12"], Answers(balancer, "10.77.0.102", 8080));
        Assert.Equal(["nobody"], Answers(balancer, "10.77.0.100", 8080));
        var state = State(balancer);

        // A server dies and is back.
        await balancer.Close(12);
        await Wait.Until("only the other serves", Balancer.Patience, () => Answers(balancer, "10.77.0.101", 8080).SequenceEqual(["s11"]), () => State(balancer) + director.Log);
        balancer.Serve(12);
        await Wait.Until("both serve again", Balancer.Patience, () => Answers(balancer, "10.77.0.102", 8080).SequenceEqual(["s11", "s12"]), () => State(balancer) + director.Log);
        director.Stop();
        Assert.Equal("", Run(balancer, "nft list tables").Trim());
        Assert.DoesNotContain("FWM", Run(balancer, "ipvsadm -Ln"), StringComparison.Ordinal);
        return state;
    }

    private static string State(Balancer balancer) => Run(balancer, "nft list ruleset") + Run(balancer, "ipvsadm -Sn");

    private static string Run(Balancer balancer, string command) => Command.Shell($"ip netns exec {balancer.Director.Namespace} {command}");

    private static string[] Answers(Balancer balancer, string address, int port) =>
        [.. Enumerable.Range(0, 4).Select(_ => WebClient.Fetch(balancer.Client, address, port, TimeSpan.FromSeconds(2)) ?? "nobody").Distinct().Order()];

    private static string Library(Balancer balancer)
    {
        var library = Path.Combine(balancer.Lan.Folder, "bridge-tables.so");
        Command.Shell($"gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o {library} {Repository.Path("tests/Keepalived.Kernel.Tests/Ipvs/bridge-tables.c")} -ldl");
        return library;
    }

    private static void PutOnBridge(Host host) => Command.Shell($"""
        ip -n {host.Namespace} link add br0 type bridge forward_delay 0 stp_state 0
        ip -n {host.Namespace} addr flush dev eth0
        ip -n {host.Namespace} link set eth0 master br0
        ip -n {host.Namespace} link set br0 up
        for a in {host.Address4}/24 {Balancer.VirtualAddress}/32 10.77.0.101/32 10.77.0.102/32 10.78.0.1/24; do ip -n {host.Namespace} addr add $a dev br0; done
        ip netns exec {host.Namespace} sysctl -q -w net.ipv4.conf.br0.send_redirects=0
        """);
}
