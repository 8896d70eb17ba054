using System.Globalization;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs;

/// <summary>
/// The keywords of <c>global_defs</c> that concern IPVS: each in a start of its own beside C keepalived from the same file, with a stranger's
/// service in the table; what <c>ipvsadm</c> shows is compared while both run and after both have stopped.
/// </summary>
public sealed class GlobalMatrixTests
{
    private const string Service = """
        virtual_server 10.77.0.100 80 {
            lb_algo rr
            lb_kind NAT
            protocol TCP
            real_server 10.78.0.11 80 {
            }
        }
        """;

    private const string Instance = """
        vrrp_instance A {
            interface v0
            virtual_router_id 77
            version 3
            advert_int 0.1
            priority 100
            virtual_ipaddress {
                10.79.0.9
            }
        }
        """;

    private static readonly (string Keywords, string Text, string Settled)[] s_cases =
    [
        ("lvs_timeouts, lvs_flush, lvs_flush_on_stop, lvs_sync_daemon id maxlen port ttl group",
            $"global_defs {{\n    lvs_timeouts tcp 700 tcpfin 70 udp 77\n    lvs_flush\n    lvs_flush_on_stop\n    lvs_sync_daemon eth0 id 5 maxlen 1300 port 8850 ttl 3 group 224.0.0.85\n}}\n{Service}",
            "backup sync daemon"),
        ("lvs_sync_daemon inst, MASTER; lvs_flush_on_stop VS", $"global_defs {{\n    lvs_flush_on_stop VS\n    lvs_sync_daemon eth0 inst A\n}}\n{Instance}\n{Service}", "master sync daemon"),
        ("lvs_sync_daemon inst id, BACKUP", $"global_defs {{\n    lvs_sync_daemon eth0 inst A id 9\n}}\n{Instance.Replace("priority 100", "priority 100\n    down_timer_adverts 100\n    state BACKUP", StringComparison.Ordinal).Replace("advert_int 0.1", "advert_int 2", StringComparison.Ordinal)}\n{Service}", "backup sync daemon"),
        ("lvs_sync_daemon_interface", $"{Instance.Replace("interface v0", "interface v0\n    lvs_sync_daemon_interface eth0", StringComparison.Ordinal)}\n{Service}", "master sync daemon"),
        ("net_namespace_ipvs", $"net_namespace_ipvs NAMESPACE\n{Service}", "10.77.0.100:80"),
    ];

    [Fact]
    public Task Every_global_keyword_makes_the_state_that_C_makes_of_it() => Inside.Run(async () =>
    {
        await using var balancer = new Balancer();
        foreach (Host host in (Host[])[balancer.Director, balancer.Other])
        {
            Command.Shell($"""
                ip -n {host.Namespace} link add v0 type veth peer name v1
                ip -n {host.Namespace} link set v0 up
                ip -n {host.Namespace} link set v1 up
                ip -n {host.Namespace} addr add 10.79.0.1/24 dev v0
                ip netns add {Away(host)}
                ip -n {Away(host)} link set lo up
                """);
        }

        var matrix = new StringBuilder();
        var differences = new StringBuilder();
        try
        {
            foreach ((string keywords, string text, string settled) in s_cases)
            {
                (string[] theirs, string[] ours) = await Run(balancer, text, settled);
                string[] names = ["running", "stopped"];
                matrix.Append(CultureInfo.InvariantCulture, $"{keywords,-90}");
                for (int i = 0; i < names.Length; i++)
                {
                    matrix.Append(CultureInfo.InvariantCulture, $" {names[i]} {(theirs[i] == ours[i] ? "equal  " : "DIFFERS")}");
                    if (theirs[i] != ours[i])
                    {
                        differences.Append(CultureInfo.InvariantCulture, $"--- {keywords}, {names[i]}\nC:\n{theirs[i]}\nours:\n{ours[i]}\n");
                    }
                }

                matrix.Append('\n');
            }
        }
        finally
        {
            Command.Try("ip", ["netns", "del", Away(balancer.Director)]);
            Command.Try("ip", ["netns", "del", Away(balancer.Other)]);
        }

        Inside.Print("ipvs-globals-matrix.txt", matrix.ToString());
        Assert.True(differences.Length == 0, differences.ToString());
    });

    private static async Task<(string[] Theirs, string[] Ours)> Run(Balancer balancer, string text, string settled)
    {
        foreach (Host host in (Host[])[balancer.Director, balancer.Other])
        {
            Command.Shell($"""
                ip netns exec {host.Namespace} ipvsadm -C
                ip netns exec {host.Namespace} ipvsadm --set 900 120 300
                ip netns exec {host.Namespace} ipvsadm -A -t 10.77.0.250:99 -s rr
                """);
        }

        var ours = Director.Start(balancer.Director, Software.Ours, text.Replace("NAMESPACE", Away(balancer.Director), StringComparison.Ordinal));
        var theirs = Director.Start(balancer.Other, Software.C, text.Replace("NAMESPACE", Away(balancer.Other), StringComparison.Ordinal));
        string[] theirStates = new string[2];
        string[] ourStates = new string[2];
        await Wait.Until($"C has done it: {settled}", Balancer.Patience, () => (theirStates[0] = State(balancer.Other)).Contains(settled, StringComparison.Ordinal) && theirStates[0].Contains("10.78.0.11", StringComparison.Ordinal),
            () => theirStates[0] + theirs.Log);
        // What C reaches ours may be on the way to; what differs for good is told below.
        string last = "";
        for (int i = 0; i < 40 && (last = ourStates[0] = State(balancer.Director)) != (theirStates[0] = State(balancer.Other)); i++)
        {
            Thread.Sleep(250);
        }

        ours.Stop();
        theirs.Stop();
        (theirStates[1], ourStates[1]) = (State(balancer.Other), State(balancer.Director));
        return (theirStates, ourStates);
    }

    /// <summary>Tables, daemons and time-outs, of the host's own namespace and of the one that net_namespace_ipvs names.</summary>
    private static string State(Host host)
    {
        var text = new StringBuilder();
        foreach (string space in (string[])[host.Namespace, Away(host)])
        {
            text.Append(string.Join('\n', Show(space, "-Sn").Split('\n').Order(StringComparer.Ordinal))).Append('\n');
            text.Append(Show(space, "-L --daemon")).Append(Show(space, "-L --timeout"));
        }

        return text.ToString();
    }

    private static string Show(string space, string arguments) =>
        Command.Try("ip", ["netns", "exec", space, "ipvsadm", .. arguments.Split(' ')]).Output;

    private static string Away(Host host) => host.Namespace + "-away";
}
