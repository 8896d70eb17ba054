using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Reporting;

namespace Keepalived.Vrrp.Tests.Reporting;

/// <summary>Routes and rules in dumps and JSON, against what keepalived 2.2.7 writes of the same lines.</summary>
public sealed class RoutingTextTests
{
    [Fact]
    public void Routes_are_worded_as_keepalived_words_them() => Assert.Equal(
        [
            "prepend 192.0.2.0/24 via inet 10.77.0.9 dev eth0 proto 18",
            "append 198.51.100.0/24 src 10.77.0.100 tos 16 via inet 10.77.0.254 dev eth0 table 7 proto 18 metric 5 onlink",
            "prepend 2001:db8::/32 via inet6 fe80::9 dev eth0 proto 18 expires 60sec pref high",
            "prepend 2001:db9::/32 dev eth0 proto 18 metric 77",
            "add blackhole 198.51.102.0/24 proto 4 no_track",
            "add unreachable 198.51.106.0/24 proto 18 no_track",
            "prepend 198.51.103.0/24 encap ip id 5 dst 192.0.2.9 ttl 3 dev eth0 proto 18 metric 9",
            "prepend 198.51.105.0/24 proto 18 nexthop via inet 10.77.0.7 dev eth0 weight 3 nexthop via inet 10.78.0.8 dev eth1 weight 5 no_track",
            "prepend 198.51.107.0/24 via inet 10.77.0.5 proto 18 no_track",
            "prepend 2001:dba::/32 proto 18 nexthop via inet6 fe80::7 dev eth0 weight 3 nexthop via inet6 fe80::8 dev eth1 weight 5 no_track",
            "prepend 198.51.110.0/24 dev eth0 proto 18 window 1000 ssthresh 30 cwnd lock 20 reordering 5 initrwnd 7",
            "add throw 198.51.111.0/24 table 9 proto 18 no_track",
            "add 198.51.112.0/24 src 10.77.0.100 dev eth0 proto 18",
            "prepend 0.0.0.0/0 via inet 10.77.0.254 dev eth0 table 300 proto 18",
            "add prohibit 2001:dbb::/32 proto 18 no_track",
        ],
        Read().Routes.Select(RoutingText.Describe));

    [Fact]
    public void Times_and_locks_are_told_as_they_were_configured() =>
        Assert.Equal(
            "prepend 198.51.101.0/24 dev eth0 proto 18 realms 1/2 congctl lock cubic rtt 5ms rttvar lock 2s rto_min 30 features ecn mtu lock 1400 advmss 1300 "
            + "hoplimit 9 initcwnd 3 quickack 1 fastopen_no_cookie 1",
            RoutingText.Describe(Read("198.51.101.0/24 dev eth0 mtu lock 1400 advmss 1300 rtt 5ms rttvar lock 2s rto_min 30 hoplimit 9 initcwnd 3 features ecn quickack 1 "
                + "congctl lock cubic fastopen_no_cookie 1 realms 1/2").Routes[0]));

    [Fact]
    public void Rules_are_worded_as_keepalived_words_them() => Assert.Equal(
        [
            "not from all priority 10 tos 0x10 fwmark 0x1/0xff iif eth0 oif eth1 suppress_prefixlen 0 suppress_ifgroup 0 protocol 18 realms 0/3 lookup 7",
            "from all to 2001:db8::/32 priority 11 tos 0x0 protocol 18 goto 50",
            "from all priority 12 tos 0x0 uidrange 5-9 protocol 18 ipproto 6 sport 1-5 dport 80-80 type blackhole",
            "from all priority 13 tos 0x0 l3mdev protocol 18 lookup 0",
            "from 198.51.100.0/24 priority 14 tos 0x0 protocol 18 nop",
            "from 198.51.101.0/24 priority 16384 tos 0x0 protocol 18 lookup 8",
            "from all to 10.9.0.0/16 priority 15 tos 0x0 protocol 18 type unreachable",
            "from all priority 16 tos 0x0 tunnel-id 77 protocol 18 lookup 1000",
            "from all priority 17 tos 0x0 fwmark 0x5 protocol 18 type prohibit",
            "from 2001:db8::/32 priority 18 tos 0x0 protocol 18 lookup 12",
        ],
        Read().Rules.Select(RoutingText.Describe));

    private const string Routes = """
        192.0.2.0/24 via 10.77.0.9 dev eth0
        198.51.100.0/24 via 10.77.0.254 dev eth0 src 10.77.0.100 tos 16 table 7 metric 5 onlink append
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
        """;

    private const string Rules = """
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
        """;

    private static InstanceSettings Read(string routes = Routes) => ConfigurationText.Read(
        $$"""
        global_defs {
            dynamic_interfaces
        }
        vrrp_instance V {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress {
                10.77.0.100/24
            }
            virtual_routes {
        {{routes}}
            }
            virtual_rules {
        {{Rules}}
            }
        }
        """,
        new SomeLinks(ConfigurationText.Ethernet("eth0"))).Parsed!.Instances[0];
}
