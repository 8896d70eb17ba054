using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Links;

/// <summary>
/// Virtual MAC interfaces (RFC 9568 section 7.3): their names, addresses and settings are what C makes of the same file, all is restored at
/// the end, and a pair of directors hands the MAC address over.
/// </summary>
public sealed class VirtualMacTests
{
    private static readonly string[] s_links =
    [
        "ip -d link | grep -v promiscuity; ip -d link | grep -o 'promiscuity [0-9]*'", "ip -o addr | sort -k 2", "ip route show table all", "ip maddr | sort",
        "for i in all default eth0 eth1 $(ls /proc/sys/net/ipv4/conf | grep '[.]\\|my5'); do for f in ipv4/conf/$i/arp_ignore ipv4/conf/$i/arp_filter ipv4/conf/$i/arp_announce " +
        "ipv4/conf/$i/accept_local ipv4/conf/$i/rp_filter ipv4/conf/$i/promote_secondaries ipv4/conf/$i/forwarding ipv6/conf/$i/disable_ipv6 ipv6/conf/$i/addr_gen_mode " +
        "ipv6/conf/$i/accept_ra ipv6/conf/$i/autoconf; do echo $f $(cat /proc/sys/net/$f); done; done",
    ];

    [Fact]
    public async Task Interfaces_addresses_and_settings_are_those_that_C_makes_and_all_is_as_before_at_the_end()
    {
        const string Configuration = """
            vrrp_instance V6 {
                interface eth0
                state MASTER
                priority 200
                virtual_router_id 51
                version 3
                advert_int 0.1
                use_vmac
                virtual_ipaddress {
                    fe80::70:100/64
                    fd77::100/64
                }
            }
            vrrp_instance V {
                interface eth0
                state MASTER
                priority 200
                virtual_router_id 51
                version 3
                advert_int 0.1
                use_vmac
                vmac_xmit_base
                virtual_ipaddress {
                    10.77.0.100/24
                    10.77.0.101/24 dev eth0
                    10.78.0.100/24 dev eth1
                    10.78.0.107/24 dev eth1 use_vmac
                }
                virtual_ipaddress_excluded {
                    fd77::101/64
                }
            }
            vrrp_instance VA {
                interface eth0
                state MASTER
                priority 200
                virtual_router_id 52
                version 3
                advert_int 0.1
                use_vmac_addr
                virtual_ipaddress {
                    10.77.0.111/24
                    10.78.0.112/24 dev eth1
                }
                virtual_ipaddress_excluded {
                    fd77::102/64
                    fd78::102/64 dev eth1
                }
            }
            vrrp_instance VB {
                interface eth0
                state MASTER
                priority 200
                virtual_router_id 53
                version 3
                advert_int 0.1
                use_vmac my53 00:11:22:33:44
                virtual_ipaddress {
                    10.77.0.121/24
                }
            }

            """;
        await using var same = await SameState.Start(
            Configuration,
            host => host.Run("ip", "-o", "addr").Contains("10.77.0.121", StringComparison.Ordinal) && host.Run("ip", "-o", "addr").Contains("fd78::102", StringComparison.Ordinal)
                && host.Run("ip", "-o", "addr").Contains("10.78.0.107", StringComparison.Ordinal));

        same.Shows(s_links);

        foreach (Director director in same.Directors)
        {
            director.Stop();
        }

        // C's leaves arp_ignore behind when several instances share a base interface: only what ip shows is compared.
        same.Shows(s_links[..^1]);
        Assert.Equal(["0", "0"], [.. same.OurHost.Run("sysctl", "-n", "net.ipv4.conf.eth0.arp_ignore", "net.ipv4.conf.eth0.arp_filter").Split('\n', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.DoesNotContain("vrrp", same.OurHost.Run("ip", "link"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task A_pair_of_which_one_is_ours_hands_the_virtual_MAC_address_over(bool isIPv6, bool oursIsMaster)
    {
        Prerequisites.Peer();
        await using var lan = Lan.Create();
        Host[] hosts = [lan.AddHost("a", 1), lan.AddHost("b", 2)];
        var watcher = lan.AddHost("c", 3);
        string mac = isIPv6 ? "00:00:5e:00:02:33" : "00:00:5e:00:01:33";
        string virtualAddress = isIPv6 ? "fd77::100" : "10.77.0.100";
        var master = Director.Start(hosts[0], oursIsMaster ? Software.Ours : Software.C, Configuration(200, isIPv6));
        await Wait.Until("the first is master", SameState.Soon, () => hosts[0].Addresses("vrrp.51").Contains(virtualAddress), () => master.Log);
        var backup = Director.Start(hosts[1], oursIsMaster ? Software.C : Software.Ours, Configuration(100, isIPv6));
        await Wait.Until("the second is backup", SameState.Soon, () => backup.Log.Contains("BACKUP STATE", StringComparison.Ordinal), () => backup.Log);

        string known = watcher.Run("cat", "/sys/class/net/eth0/address").Trim();

        // Else the director asks for the watcher's address itself, from the base interface, and the watcher learns that one's: C's does the same.
        void Introduce(Host host) => host.Run("ip", "neigh", "replace", watcher.Address4, "lladdr", known, "dev", "eth0", "nud", "permanent");
        Array.ForEach(hosts, Introduce);
        string Story() => master.Log + backup.Log + string.Join('\n', hosts.Select(host => host.Run("ip", "-d", "addr")));
        await Wait.While("only the first is master", TimeSpan.FromSeconds(1), () => !hosts[1].Addresses("vrrp.51").Contains(virtualAddress), Story);
        Reaches(watcher, virtualAddress, mac, Story);

        master.PullThePlug();
        // Nobody removes a dead director's interface: as after a power cut, the machine is gone.
        hosts[0].LinkDown();
        await Wait.Until("the second takes over", SameState.Soon, () => hosts[1].Addresses("vrrp.51").Contains(virtualAddress), Story);
        Reaches(watcher, virtualAddress, mac, Story);

        hosts[0].LinkUp();
        Introduce(hosts[0]);
        master = Director.Start(hosts[0], oursIsMaster ? Software.Ours : Software.C, Configuration(200, isIPv6));
        await Wait.Until(
            "the first is master again", SameState.Soon,
            () => hosts[0].Addresses("vrrp.51").Contains(virtualAddress) && !hosts[1].Addresses("vrrp.51").Contains(virtualAddress), Story);
        Reaches(watcher, virtualAddress, mac, Story);
        master.Stop();
        backup.Stop();
        Assert.All(hosts, host => Assert.DoesNotContain("vrrp", host.Run("ip", "link"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_base_interface_that_returns_gets_its_virtual_one_again()
    {
        Prerequisites.Namespaces();
        await using var lan = Lan.Create();
        var host = lan.AddHost("a", 1);
        Make(host);
        var ours = Director.Start(host, Software.Ours, "global_defs {\n dynamic_interfaces\n }\n" + Configuration(200, isIPv6: false).Replace("interface eth0", "interface dyn0", StringComparison.Ordinal));
        await Wait.Until("ours is master", SameState.Soon, () => host.Addresses("vrrp.51").Contains("10.77.0.100"), () => ours.Log);

        host.Run("ip", "link", "del", "dyn0");
        await Wait.Until("ours is in fault", SameState.Soon, () => ours.Log.Contains("FAULT STATE", StringComparison.Ordinal), () => ours.Log);
        Make(host);
        await Wait.Until("ours is master again", SameState.Soon, () => host.Addresses("vrrp.51").Contains("10.77.0.100"), () => ours.Log);
        Assert.Equal("1", host.Run("cat", "/proc/sys/net/ipv4/conf/dyn0/arp_ignore").Trim());
        Assert.Equal("1", host.Run("cat", "/proc/sys/net/ipv6/conf/vrrp.51/disable_ipv6").Trim());

        static void Make(Host host) => host.Run(
            "sh", "-e", "-c", "ip link add dyn0 type veth peer name dyn1; ip addr add 10.79.0.1/24 dev dyn0; ip link set dyn1 up; ip link set dyn0 up");
    }

    [Fact]
    public async Task A_reverse_path_filter_of_the_whole_system_moves_to_the_interfaces_and_back()
    {
        Prerequisites.Namespaces();
        await using var lan = Lan.Create();
        var host = lan.AddHost("a", 1);
        host.Run("sysctl", "-q", "-w", "net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.lo.rp_filter=2", "net.ipv4.conf.eth0.rp_filter=0");
        var ours = Director.Start(host, Software.Ours, Configuration(200, isIPv6: false));
        await Wait.Until("ours is master", SameState.Soon, () => host.Addresses("vrrp.51").Contains("10.77.0.100"), () => ours.Log);

        Assert.Equal(["0", "1", "1", "2", "0"], Filters("all", "default", "eth0", "lo", "vrrp/51"));
        ours.Stop();
        Assert.Equal(["1", "0", "0", "2"], Filters("all", "default", "eth0", "lo"));

        string[] Filters(params string[] names) => [.. names.Select(name => host.Run("sysctl", "-n", $"net.ipv4.conf.{name}.rp_filter").Trim())];
    }

    private static void Reaches(Host watcher, string address, string mac, Func<string> story)
    {
        watcher.Run("ip", "neigh", "flush", "all");
        var ping = Command.Try("ip", ["netns", "exec", watcher.Namespace, "ping", "-c", "1", "-W", "3", address]);
        Assert.True(ping.ExitCode == 0, ping.Both + story());
        Assert.Contains(mac, watcher.Run("ip", "neigh", "show", address), StringComparison.Ordinal);
    }

    private static string Configuration(int priority, bool isIPv6) => $$"""
        vrrp_instance V {
            interface eth0
            state BACKUP
            priority {{priority}}
            virtual_router_id 51
            version 3
            advert_int 0.1
            use_vmac
            virtual_ipaddress {
                {{(isIPv6 ? "fe80::70:100/64\n fd77::100/64" : "10.77.0.100/24")}}
            }
        }

        """;
}
