using Keepalived.Lab;

namespace Keepalived.Demo;

/// <summary>Part two: a director with IPVS in front of two real servers; one of them dies and returns. Needs a kernel with IPVS.</summary>
internal sealed class BalancingPart(Screen screen, Lan lan)
{
    private const string VirtualAddress = "10.77.0.100";
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);
    private Host _director = null!;
    private Host _client = null!;
    private Host _backend = null!;
    private Director _daemon = null!;

    public async Task Run()
    {
        Build();
        screen.Title($"A director with {VirtualAddress} in front of two real servers, checked every second (NAT, round robin)");
        WebServer.Start(_backend, "10.78.0.11", 80, "s1");
        var second = WebServer.Start(_backend, "10.78.0.12", 80, "s2");
        _daemon = Director.Start(_director, Software.Ours, Configuration);
        await Wait.Until("the director has the virtual address", s_soon, () => _director.Has(VirtualAddress), () => _daemon.Log);
        await Table("10.78.0.11:80", "10.78.0.12:80");
        Ask("s1", "s2");

        screen.Title("The real server s2 dies");
        await second.DisposeAsync();
        await Table("10.78.0.11:80");
        Ask("s1");

        screen.Title("The real server s2 returns");
        WebServer.Start(_backend, "10.78.0.12", 80, "s2");
        await Table("10.78.0.11:80", "10.78.0.12:80");
        Ask("s1", "s2");
    }

    private void Build()
    {
        _director = lan.AddHost("director", 1);
        _client = lan.AddHost("client", 9);
        _backend = lan.AddHost("servers", 50);
        Command.Shell($"""
            ip netns exec {_director.Namespace} sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
            ip -n {_director.Namespace} addr add 10.78.0.1/24 dev eth0
            ip -n {_backend.Namespace} addr del {_backend.Address4}/24 dev eth0
            ip -n {_backend.Namespace} addr add 10.78.0.11/24 dev eth0
            ip -n {_backend.Namespace} addr add 10.78.0.12/24 dev eth0
            ip -n {_backend.Namespace} route add default via 10.78.0.1
            """);
    }

    private async Task Table(params string[] wanted)
    {
        var time = await Wait.Until(
            $"IPVS sends to {string.Join(" and ", wanted)}", s_soon,
            () => IpvsTable.RealServers(_director, $"{VirtualAddress}:80").Keys.Order().SequenceEqual(wanted),
            () => IpvsTable.Raw(_director) + _daemon.Log);
        screen.Good($"after {time.TotalSeconds:0.0} s ipvsadm -Ln shows");
        screen.Block(IpvsTable.Raw(_director));
    }

    /// <summary>Eight requests from the client through the virtual address: all the named servers answer, and nobody else.</summary>
    private void Ask(params string[] wanted)
    {
        var answers = Enumerable.Range(0, 8).Select(_ => WebClient.Fetch(_client, VirtualAddress, 80, TimeSpan.FromSeconds(5)) ?? "nobody").ToList();
        if (!answers.Distinct().Order().SequenceEqual(wanted))
        {
            throw new InvalidOperationException($"the client's requests reached {string.Join(' ', answers)} instead of {string.Join(" and ", wanted)}");
        }

        screen.Good($"eight requests of the client: {string.Join(' ', answers)}");
    }

    private static string Configuration => $$"""
        vrrp_instance web {
            state BACKUP
            interface eth0
            virtual_router_id 51
            priority 200
            version 3
            advert_int 0.1
            virtual_ipaddress {
                {{VirtualAddress}}/24
            }
        }
        virtual_server {{VirtualAddress}} 80 {
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
}
