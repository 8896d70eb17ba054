using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Links;

/// <summary>Routes, rules and static addresses: the kernel's tables are what C makes of the same file, they follow the role, and what others remove returns.</summary>
public sealed class RoutingTests
{
    private static readonly string[] s_tables =
    [
        "ip route show table all", "ip -6 route show table all | grep -v ^multicast | sort", "ip rule", "ip -6 rule", "ip -o addr show dev eth0 | sort -k 4", "ip -o addr show dev eth1 | sort -k 4",
    ];

    private const string Instance = """
        vrrp_instance VI_1 {
            state MASTER
            interface eth0
            virtual_router_id 51
            priority 200
            version 3
            advert_int 0.1
            virtual_ipaddress {
                10.77.0.100/24
            }

        """;

    private const string Static = """
        static_ipaddress {
            10.77.0.200/24 dev eth0
            fd77::200/64 dev eth0
            10.78.0.200/32 dev eth1 label eth1:x scope link
            10.78.0.201/24 brd + dev eth1
        }
        static_routes {
            203.0.113.0/24 via 10.78.0.9 dev eth1
            2001:db8:5::/48 dev eth1 metric 7
        }
        static_rules {
            from 203.0.113.0/24 table 20 priority 200
        }

        """;

    private const string Routing = """
            virtual_routes {
                192.0.2.0/24 via 10.77.0.9 dev eth0
                198.51.100.0/24 via 10.77.0.254 dev eth0 src 10.77.0.100 tos 16 table 7 metric 5 onlink append
                198.51.101.0/24 dev eth0 mtu lock 1400 advmss 1300 rtt 5ms rttvar lock 2s rto_min 30 hoplimit 9 initcwnd 3 features ecn quickack 1 congctl lock cubic fastopen_no_cookie 1 realms 1/2
                2001:db8::/32 via fe80::9 dev eth0 pref high expires 60
                2001:db9::/32 dev eth0 metric 77
                blackhole 198.51.102.0/24 no_track protocol static
                unreachable 198.51.106.0/24
                198.51.103.0/24 dev eth0 encap ip id 5 dst 192.0.2.9 ttl 3 metric 9
                198.51.105.0/24 nexthop via 10.77.0.7 dev eth0 weight 3 nexthop via 10.78.0.8 dev eth1 weight 5
                198.51.107.0/24 via 10.77.0.5
                2001:dba::/32 nexthop via fe80::7 dev eth0 weight 3 nexthop via fe80::8 dev eth1 weight 5
                198.51.110.0/24 dev eth0 window 1000 reordering 5 cwnd lock 20 ssthresh 30 initrwnd 7
                throw 198.51.111.0/24 table 9
                198.51.112.0/24 src 10.77.0.100 dev eth0 add
                default via 10.77.0.254 dev eth0 table 300
                prohibit 2001:dbb::/32
            }
            virtual_rules {
                not iif eth0 oif eth1 tos 0x10 fwmark 1/0xff realms 3 lookup 7 order 10 suppress_prefixlength 0 sup_group default
                to 2001:db8::/32 type goto 50 preference 11
                uidrange 5-9 ipproto tcp sport 1-5 dport 80-80 blackhole preference 12
                l3mdev preference 13
                from 198.51.100.0/24 nop priority 14
                from 198.51.101.0/24 table 8
                to 10.9.0.0/16 unreachable priority 15
                tunnel-id 77 table 1000 priority 16
                fwmark 5 prohibit priority 17
                from 2001:db8::/32 table 12 priority 18
            }

        """;

    [Fact]
    public async Task Every_route_rule_and_static_address_is_in_the_kernel_as_C_puts_it_there_and_gone_at_the_end()
    {
        await using var same = await SameState.Start(Static + Instance + Routing + "}\n", host => host.Run("ip", "rule").Contains("12:", StringComparison.Ordinal));

        same.Shows(s_tables);
        Assert.DoesNotContain("cannot add", same.Ours.Log, StringComparison.Ordinal);

        foreach (Director director in same.Directors)
        {
            director.Stop();
        }

        same.Shows(s_tables);
        Assert.Empty(same.OurHost.Run("sh", "-c", "ip route show table all proto 18; ip -6 route show table all proto 18; ip rule | grep keepalived || :; ip -6 rule | grep keepalived || :"));
    }

    [Fact]
    public async Task They_come_and_go_with_the_role()
    {
        Prerequisites.Peer();
        await using var lan = Lan.Create();
        Host[] hosts = [lan.AddHost("a", 1), lan.AddHost("b", 2)];
        const string Both = "    virtual_routes {\n 192.0.2.0/24 via 10.77.0.9 dev eth0\n }\n virtual_rules {\n from 192.0.2.0/24 table 7 priority 10\n }\n}\n";
        var ours = Director.Start(hosts[0], Software.Ours, Instance + Both);
        await Wait.Until("ours is master", SameState.Soon, () => HasBoth(hosts[0]), () => ours.Log);

        var peer = Director.Start(hosts[1], Software.C, Instance.Replace("200", "254", StringComparison.Ordinal) + Both);
        await Wait.Until("C preempts", SameState.Soon, () => HasBoth(hosts[1]) && HasNone(hosts[0]), () => ours.Log + peer.Log);

        peer.PullThePlug();
        await Wait.Until("ours takes over", SameState.Soon, () => HasBoth(hosts[0]), () => ours.Log);
    }

    [Fact]
    public async Task What_others_remove_is_put_back_unless_it_says_no_track()
    {
        Prerequisites.Namespaces();
        await using var lan = Lan.Create();
        var host = lan.AddHost("a", 1);
        var ours = Director.Start(host, Software.Ours, "static_routes {\n 203.0.113.0/24 via 10.77.0.9 dev eth0\n }\nstatic_ipaddress {\n 10.77.0.200/24 dev eth0\n }\n" + Instance +
            "    virtual_routes {\n 192.0.2.0/24 via 10.77.0.9 dev eth0\n 192.0.3.0/24 via 10.77.0.9 dev eth0 no_track\n }\n virtual_rules {\n from 192.0.2.0/24 table 7 priority 10\n from 192.0.3.0/24 table 7 priority 11 no_track\n }\n}\n");
        await Wait.Until("ours is master", SameState.Soon, () => HasBoth(host), () => ours.Log);

        host.Run("ip", "route", "del", "192.0.3.0/24");
        host.Run("ip", "rule", "del", "priority", "11");
        host.Run("ip", "route", "del", "192.0.2.0/24");
        host.Run("ip", "route", "del", "203.0.113.0/24");
        host.Run("ip", "rule", "del", "priority", "10");
        host.Run("ip", "addr", "del", "10.77.0.200/24", "dev", "eth0");

        await Wait.Until("they are back", SameState.Soon, () => HasBoth(host) && Routes(host).Contains("203.0.113.0/24", StringComparison.Ordinal) && host.Has("10.77.0.200"), () => ours.Log);
        Assert.DoesNotContain("192.0.3.0", Routes(host) + host.Run("ip", "rule"), StringComparison.Ordinal);
        Assert.Matches(@"process \d+ \([^)]+\) removed route 192\.0\.2\.0/24[^:]*: putting it back", ours.Log);

        host.LinkDown();
        await Wait.Until("the address is gone", SameState.Soon, () => !host.Has("10.77.0.100"), () => ours.Log);
        host.LinkUp();
        await Wait.Until("all is back after the link's return", SameState.Soon, () => HasBoth(host) && Routes(host).Contains("203.0.113.0/24", StringComparison.Ordinal) && host.Has("10.77.0.200"), () => ours.Log);
    }

    [Fact]
    public async Task A_reload_adds_what_is_new_and_removes_what_is_gone()
    {
        Prerequisites.Namespaces();
        await using var lan = Lan.Create();
        var host = lan.AddHost("a", 1);
        var ours = Director.Start(host, Software.Ours, Instance + "    virtual_routes {\n 192.0.2.0/24 via 10.77.0.9 dev eth0\n }\n virtual_rules {\n from 192.0.2.0/24 table 7 priority 10\n }\n}\n");
        await Wait.Until("ours is master", SameState.Soon, () => HasBoth(host), () => ours.Log);

        ours.Reload("static_routes {\n 203.0.113.0/24 via 10.77.0.9 dev eth0\n }\n" + Instance + "    virtual_routes {\n 192.0.4.0/24 via 10.77.0.9 dev eth0\n }\n}\n");
        await Wait.Until("the new ones are there", SameState.Soon, () => Routes(host).Contains("192.0.4.0/24", StringComparison.Ordinal) && Routes(host).Contains("203.0.113.0/24", StringComparison.Ordinal) && HasNone(host), () => ours.Log);
        Assert.True(host.Has("10.77.0.100"));

        ours.Reload(Instance + "}\n");
        await Wait.Until("all are gone", SameState.Soon, () => !Routes(host).Contains("proto", StringComparison.Ordinal), () => ours.Log + Routes(host));
        Assert.DoesNotContain("FAULT", ours.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_instance_is_in_fault_while_an_interface_of_a_tracked_route_or_address_is_down()
    {
        await using var same = await SameState.Start(
            Instance.Replace("10.77.0.100/24", "10.77.0.100/24\n 10.78.0.100/24 dev eth1", StringComparison.Ordinal) + "}\n", host => host.Has("10.77.0.100") && host.Addresses("eth1").Contains("10.78.0.100"));

        foreach (Host host in same.Hosts)
        {
            host.Run("ip", "link", "set", "eth1", "down");
        }

        await Wait.Until("both are in fault", SameState.Soon, () => same.Hosts.All(host => !host.Has("10.77.0.100")), same.Story);
        foreach (Host host in same.Hosts)
        {
            host.Run("ip", "link", "set", "eth1", "up");
        }

        await Wait.Until("both are master again", SameState.Soon, () => same.Hosts.All(host => host.Has("10.77.0.100")), same.Story);
    }

    private static bool HasBoth(Host host) =>
        Routes(host).Contains("192.0.2.0/24", StringComparison.Ordinal) && host.Run("ip", "rule").Contains("from 192.0.2.0/24 lookup 7", StringComparison.Ordinal);

    private static bool HasNone(Host host) => !Routes(host).Contains("192.0.2.0/24", StringComparison.Ordinal) && !host.Run("ip", "rule").Contains("192.0.2.0", StringComparison.Ordinal);

    private static string Routes(Host host) => host.Run("ip", "route", "show", "proto", "18");
}
