using Keepalived.Interop.Tests.Links;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Links;

/// <summary>
/// Interfaces of kinds that many kernels lack (VRF, ipvlan), against C keepalived 2.2.7: the same state from the same file, and a hand-over in
/// both roles.
/// </summary>
public sealed class LinkKindTests
{
    // One slow CPU inside: a bound, not an expectation.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly string[] s_links = ["ip -d link | grep -v promiscuity", "ip -o addr | sort -k 2", "ip route show table all", "ip rule"];

    private const string Blue = """
        ip link add blue type vrf table 10
        ip link set blue up
        ip link set eth0 master blue
        """;

    [Fact]
    public Task A_virtual_MAC_interface_belongs_to_the_VRF_of_its_base_as_with_C() => Inside.Run(HasKinds, async () =>
    {
        await using var same = await SameState.Start(
            Configuration("interface eth0\n use_vmac\n", 200, "10.77.0.100/24"), host => host.Addresses("vrrp.51").Contains("10.77.0.100"), Blue);
        Assert.Contains("master blue", same.OurHost.Run("ip", "link", "show", "vrrp.51"), StringComparison.Ordinal);
        same.Shows(s_links);
        Array.ForEach(same.Directors, director => director.Stop());
        same.Shows(s_links);
    });

    [Fact]
    public Task Ipvlan_interfaces_are_those_that_C_makes() => Inside.Run(HasKinds, async () =>
    {
        string configuration = Configuration("interface eth0\n use_ipvlan ipv51 bridge 10.77.0.51/24\n", 200, "10.77.0.100/24")
            + Configuration("interface eth1\n use_ipvlan vepa 10.78.0.52/24\n", 200, "10.78.0.100/24", 52);
        await using var same = await SameState.Start(
            configuration, host => host.Run("ip", "-o", "addr").Contains("10.77.0.100", StringComparison.Ordinal) && host.Run("ip", "-o", "addr").Contains("10.78.0.100", StringComparison.Ordinal));
        same.Shows(s_links);
        Array.ForEach(same.Directors, director => director.Stop());
        same.Shows(s_links);
    });

    [Fact]
    public Task Unicast_in_a_VRF_goes_from_ours_to_C_and_back() => HandsOver(isVrf: true);

    [Fact]
    public Task Multicast_on_an_ipvlan_goes_from_ours_to_C_and_back() => HandsOver(isVrf: false);

    private static Task HandsOver(bool isVrf, [System.Runtime.CompilerServices.CallerMemberName] string name = "") => Inside.Run(
        HasKinds,
        async () =>
        {
            Interop.Tests.Prerequisites.Peer();
            await using var lan = Lan.Create();
            Host[] hosts = [lan.AddHost("a", 1), lan.AddHost("b", 2)];
            // 2.2.7 knows vrf only beside an interface, so it is in none.
            string Of(int index, int priority) => isVrf
                ? Configuration($"{(index == 0 ? "vrf blue" : "interface eth0")}\n unicast_src_ip {hosts[index].Address4}\n unicast_peer {{\n {hosts[1 - index].Address4}\n }}\n", priority, "10.77.0.100/24 dev eth0")
                : Configuration($"interface eth0\n use_ipvlan 10.77.0.{51 + index}/24\n", priority, "10.77.0.100/24");
            if (isVrf)
            {
                hosts[0].Run("sh", "-e", "-c", Blue);
            }

            var master = Director.Start(hosts[0], Software.Ours, Of(0, 200));
            await Wait.Until("the first is master", s_patience, () => hosts[0].Has("10.77.0.100"), () => master.Log);
            var backup = Director.Start(hosts[1], Software.C, Of(1, 100));
            string Story() => master.Log + backup.Log;
            await Wait.Until("the second is backup", s_patience, () => backup.Log.Contains("BACKUP STATE", StringComparison.Ordinal), Story);
            await Wait.While("only the first is master", TimeSpan.FromSeconds(2), () => hosts[0].Has("10.77.0.100") && !hosts[1].Has("10.77.0.100"), Story);
            master.Stop();
            await Wait.Until("the second takes over", s_patience, () => hosts[1].Has("10.77.0.100") && !hosts[0].Has("10.77.0.100"), Story);
            master = Director.Start(hosts[0], Software.Ours, Of(0, 200));
            await Wait.Until("the first is master again", s_patience, () => hosts[0].Has("10.77.0.100") && !hosts[1].Has("10.77.0.100"), Story);
        },
        name);

    private static string Configuration(string link, int priority, string address, int id = 51) => $$"""
        vrrp_instance V{{id}} {
            {{link}}
            virtual_router_id {{id}}
            priority {{priority}}
            version 3
            advert_int 0.5
            virtual_ipaddress {
                {{address}}
            }
        }

        """;

    private static bool HasKinds() => Command.Try("sh", ["-c", "ip link add kprobe1 type vrf table 4711 && ip link del kprobe1 && ip link add link lo name kprobe2 type ipvlan mode l2; s=$?; ip link del kprobe2 2>/dev/null; exit $s"]).ExitCode == 0;
}
