using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs.Tests.Kernel;

/// <summary>The same requests against a kernel that has IPVS; it runs inside user-mode Linux where this machine's has not.</summary>
[Trait("Kernel", "ip_vs")]
public sealed class RealKernelTests
{
    private const string Configuration = """
        virtual_server 192.0.2.1 80 {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            delay_loop 10
            sorry_server 192.0.2.9 80
            real_server 192.0.2.2 80 {
                weight 3
                BOARD_CHECK { }
            }
            real_server 192.0.2.3 80 {
                lvs_method TUN
                uthreshold 10
                BOARD_CHECK { }
            }
        }
        virtual_server fwmark 4242 {
            lvs_sched rr
            lvs_method DR
            real_server 2001:db8::2 { weight 2
            }
        }
        """;

    [Fact]
    public void Services_and_servers_are_made_changed_kept_and_removed()
    {
        using NetlinkConnection connection = Open(out IpvsClient client);
        NetlinkKernelTable? table = null;
        var director = new Director(Configuration, scheduler => table = NetlinkKernelTable.Open(scheduler, new IpvsSettings()));
        table!.Complete();
        Assert.Equal(["192.0.2.2:80 3 Masquerade 0", "192.0.2.3:80 1 Tunnel 10"], Servers(client));

        director.Probes.Set("192.0.2.2", false);
        director.Probes.Set("192.0.2.3", false);
        director.Advance(1);
        table.Complete();
        Assert.Equal(["192.0.2.9:80 1 Masquerade 0"], Servers(client));

        director.Reload(Configuration.Replace("weight 2", "weight 7", StringComparison.Ordinal));
        table.Complete();
        Assert.Equal("[2001:db8::2]:0", Assert.Single(client.ListDestinations(IpvsServiceKey.ForMark(4242, ipv6: true))).Destination.ToString());

        director.Stop();
        Assert.DoesNotContain(client.ListServices(), status => status.Service.Key == Key || status.Service.Key.Mark == 4242);
        Assert.DoesNotContain(director.Messages, message => message.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_start_over_the_table_of_a_first_that_was_killed_finds_it_as_it_should_be()
    {
        using NetlinkConnection connection = Open(out IpvsClient client);
        var killed = new Director(Configuration, static scheduler => NetlinkKernelTable.Open(scheduler, new IpvsSettings()));
        killed.Stop(keepServices: true);

        var director = new Director(Configuration, static scheduler => NetlinkKernelTable.Open(scheduler, new IpvsSettings()));
        director.Advance(0.5);

        Assert.Equal(["192.0.2.2:80 3 Masquerade 0", "192.0.2.3:80 1 Tunnel 10"], Servers(client));
        Assert.DoesNotContain(director.Messages, message => message.Contains("Removing", StringComparison.Ordinal));
        director.Stop();
    }

    private static IpvsServiceKey Key => IpvsServiceKey.ForAddress(IpvsProtocol.Tcp, InetAddress.Parse("192.0.2.1"), 80);

    private static IEnumerable<string> Servers(IpvsClient client) => client.ListDestinations(Key)
        .Select(status => $"{status.Destination} {status.Destination.Weight} {status.Destination.Forwarding} {status.Destination.UpperThreshold}").Order();

    private static NetlinkConnection Open(out IpvsClient client)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var connection = new NetlinkConnection(NetlinkSocket.Open(NetlinkFamily.Generic));
        try
        {
            client = IpvsClient.Open(connection);
            return connection;
        }
        catch (NetlinkException exception) when (exception.Failure == NetlinkFailure.FamilyMissing)
        {
            connection.Dispose();
            Assert.Skip("this kernel has no ip_vs: run it inside user-mode Linux");
            throw;
        }
    }
}
