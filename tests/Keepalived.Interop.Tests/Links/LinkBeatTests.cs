using Keepalived.Lab;

namespace Keepalived.Interop.Tests.Links;

/// <summary>Links that are polled, and receive buffers of netlink sockets, as the kernel shows them. Debian's keepalived is built without polling.</summary>
public sealed class LinkBeatTests
{
    private const string Instance = """
        vrrp_instance V {
            interface eth0
            virtual_router_id 51
            version 3
            advert_int 0.1
            virtual_ipaddress {
                10.77.0.100/24
            }
        }

        """;

    [Fact]
    public async Task A_polled_link_that_is_cut_is_a_fault_until_it_is_mended()
    {
        Prerequisites.Namespaces();
        await using var lan = Lan.Create();
        var host = lan.AddHost("a", 1);
        var ours = Director.Start(host, Software.Ours, "linkbeat_interfaces {\n eth0 ETHTOOL\n}\n" + Instance);
        await Wait.Until("ours is master", SameState.Soon, () => host.Has("10.77.0.100"), () => ours.Log);
        Assert.Contains("Interface eth0 is polled for its link by ETHTOOL", ours.Log, StringComparison.Ordinal);

        host.CableCut(true);
        await Wait.Until("ours is in fault", SameState.Soon, () => ours.Log.Contains("FAULT STATE", StringComparison.Ordinal) && !host.Has("10.77.0.100"), () => ours.Log);
        host.CableCut(false);
        await Wait.Until("ours is master again", SameState.Soon, () => host.Has("10.77.0.100"), () => ours.Log);
        Assert.Contains("Interface eth0 has lost its link, its driver says", ours.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receive_buffers_of_netlink_are_as_configured_and_follow_a_reload()
    {
        Prerequisites.Namespaces();
        if (Command.Find("ss") is null)
        {
            Assert.Skip("The program ss of iproute2 is missing");
        }

        await using var lan = Lan.Create();
        var host = lan.AddHost("a", 1);
        // The kernel counts twice what is asked for.
        var ours = Director.Start(host, Software.Ours, Configuration("vrrp_netlink_monitor_rcv_bufs 5000000\n vrrp_netlink_monitor_rcv_bufs_force on\n vrrp_netlink_cmd_rcv_bufs 65000"));
        await Wait.Until("ours is master", SameState.Soon, () => host.Has("10.77.0.100"), () => ours.Log);
        Assert.Contains("rb10000000", Buffers(), StringComparison.Ordinal);
        Assert.Contains("rb130000", Buffers(), StringComparison.Ordinal);

        ours.Reload(Configuration("vrrp_netlink_monitor_rcv_bufs 70000\n vrrp_netlink_cmd_rcv_bufs 60000"));
        await Wait.Until("they have changed", SameState.Soon, () => Buffers().Contains("rb140000", StringComparison.Ordinal) && Buffers().Contains("rb120000", StringComparison.Ordinal), () => Buffers() + ours.Log);
        Assert.DoesNotContain("rb10000000", Buffers(), StringComparison.Ordinal);

        string Buffers() => host.Run("ss", "-f", "netlink", "-n", "-m");
        static string Configuration(string globals) => $"global_defs {{\n {globals}\n}}\n{Instance}";
    }
}
