using Keepalived.Events;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Tests.Runtime;

public sealed class RunningInstanceTests
{
    [Fact]
    public void A_lone_router_takes_over_after_the_master_down_interval_and_advertises_without_drift()
    {
        Lab lab = Lab.Started(Lab.Instance());
        lab.Advance(3.609);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        lab.Advance(3.391);

        // RFC 9568 section 6.1: 3 x 1 s + (256 - 100) / 256 s.
        TimeSpan takeover = TimeSpan.FromMicroseconds(3_609_375);
        Assert.Equal([takeover, takeover + TimeSpan.FromSeconds(1), takeover + TimeSpan.FromSeconds(2), takeover + TimeSpan.FromSeconds(3)], lab.Network.Sent.Select(s => s.At));
        Assert.All(lab.Network.Sent, s => Assert.Equal(100, s.Priority));
        Assert.True(lab.Has("10.0.0.100"));
    }

    [Fact]
    public void The_advertisement_of_a_new_master_leaves_before_the_kernel_works_on_addresses() =>
        Assert.Equal(["sent 1", "add 10.0.0.100"], Lab.Master(Lab.Instance()).Order);

    [Fact]
    public void Advertisements_due_in_one_turn_leave_with_one_call()
    {
        string second = Lab.Instance(name: "VI_2", addresses: "10.0.0.101/24").Replace("51", "52", StringComparison.Ordinal);
        Lab lab = Lab.Started(Lab.Instance() + second);
        lab.Advance(3.7);
        int before = lab.Network.Flushes;
        lab.Advance(1);
        Assert.Equal(4, lab.Network.Sent.Count);
        Assert.Equal(1, lab.Network.Flushes - before);
        Assert.Single(lab.Network.Channels);
    }

    [Fact]
    public void Thousands_of_addresses_reach_the_kernel_in_chunks()
    {
        string addresses = string.Join('\n', Enumerable.Range(0, 1000).Select(i => $"10.1.{i / 250}.{(i % 250) + 1}/32"));
        Lab lab = Lab.Master(Lab.Instance($"virtual_ipaddress_excluded {{\n{addresses}\n}}"));
        Assert.Equal(1001, lab.Addresses.Present.Count);
        Assert.InRange(lab.Addresses.LargestChunk, 1, 32);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Removing_its_own_addresses_is_no_loss_whichever_socket_speaks_first(bool newsFirst)
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Addresses.NewsFirst = newsFirst;
        lab.Hear(priority: 200);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        lab.Hear(priority: 0);
        lab.Advance(1);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.DoesNotContain(lab.Log.Lines, line => line.Contains("somebody else", StringComparison.Ordinal));
        Assert.True(lab.Has("10.0.0.100"));
    }

    [Fact]
    public void An_address_removed_by_somebody_else_sends_the_master_to_backup_for_a_skew_and_comes_back()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.RemoveBySomebody("10.0.0.100");
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        lab.Advance(0.7);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.True(lab.Has("10.0.0.100"));
    }

    [Fact]
    public void An_untracked_address_may_be_removed_by_others()
    {
        Lab lab = Lab.Master(Lab.Instance(addresses: "10.0.0.100/24 no_track"));
        lab.RemoveBySomebody("10.0.0.100");
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Fact]
    public void Addresses_that_an_earlier_life_left_are_removed_at_start()
    {
        Lab lab = new(Lab.Instance());
        AddressInfo leftover = new(Lab.Interface, InetAddress.Parse("10.0.0.100"), 24);
        lab.Addresses.Present.Add(new(Lab.Interface, leftover.Address, 24));
        lab.Interfaces.AddressAdded(leftover);
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0);
        Assert.Equal(["del 10.0.0.100"], lab.Order);
        Assert.False(lab.Has("10.0.0.100"));
    }

    [Fact]
    public void A_virtual_address_is_never_the_source_of_advertisements()
    {
        Lab lab = new(Lab.Instance(), hasAddress: false);
        lab.Interfaces.AddressAdded(new(Lab.Interface, InetAddress.Parse("10.0.0.100"), 24));
        lab.Routers.Start(lab.Configuration);
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        lab.Interfaces.AddressAdded(Lab.OwnAddress);
        lab.Advance(0);
        Assert.Equal(InternetAddress.Parse("10.0.0.1"), lab.Only.Router.Source);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void A_master_whose_interface_goes_down_is_in_fault_and_returns_as_backup()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.SetLink(up: false);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        Assert.Equal(0, lab.Network.Sent[^1].Priority);
        Assert.False(lab.Has("10.0.0.100"));
        lab.SetLink(up: true);
        Assert.Equal([VrrpState.Backup, VrrpState.Master, VrrpState.Fault, VrrpState.Backup], lab.States);
    }

    [Fact]
    public void With_dont_track_primary_the_interface_may_go_down()
    {
        Lab lab = Lab.Master(Lab.Instance("dont_track_primary"));
        lab.SetLink(up: false);
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Fact]
    public void An_interface_that_vanishes_and_is_made_anew_gets_new_sockets()
    {
        Lab lab = Lab.Master(Lab.Instance());
        FakeChannel before = lab.Channel;
        lab.Interfaces.LinkRemoved(Lab.Eth0);
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        Assert.True(before.IsClosed);
        lab.Addresses.Present.Clear();

        lab.Interfaces.LinkChanged(ConfigurationText.Ethernet("eth0", index: 9));
        lab.Interfaces.AddressAdded(Lab.OwnAddress with { InterfaceIndex = 9 });
        lab.Advance(10);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Equal(9, lab.Network.Sent[^1].Channel.InterfaceIndex);
        Assert.Equal(9, Assert.Single(lab.Addresses.Present).InterfaceIndex);
    }

    [Fact]
    public void A_changed_source_address_is_followed_in_the_next_advertisement()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Interfaces.AddressRemoved(Lab.OwnAddress, senderPort: 0);
        lab.Interfaces.AddressAdded(Lab.OwnAddress with { Address = InetAddress.Parse("10.0.0.7") });
        lab.Advance(1);
        Assert.True(VrrpDatagram.TryOpenIPv4(lab.Network.Sent[^1].Packet, out VrrpDatagram datagram));
        Assert.Equal(InternetAddress.Parse("10.0.0.7"), datagram.Source);
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Fact]
    public void After_an_overrun_an_address_that_the_kernel_no_longer_tells_counts_as_removed()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Addresses.Present.Clear();
        lab.Interfaces.Overrun();
        lab.Interfaces.LinkChanged(Lab.Eth0);
        lab.Interfaces.AddressAdded(Lab.OwnAddress);
        lab.Interfaces.Synchronized();
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
        lab.Advance(1);
        Assert.True(lab.Has("10.0.0.100"));
    }

    [Fact]
    public void After_an_overrun_in_which_nothing_was_lost_nothing_happens()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Order.Clear();
        lab.Interfaces.Overrun();
        lab.Interfaces.LinkChanged(Lab.Eth0);
        lab.Interfaces.AddressAdded(Lab.OwnAddress);
        lab.Interfaces.AddressAdded(new(Lab.Interface, InetAddress.Parse("10.0.0.100"), 24) { Protocol = AddressInfo.KeepalivedProtocol });
        lab.Interfaces.Synchronized();
        lab.Advance(0);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Empty(lab.Order);
    }

    [Fact]
    public void Two_instances_with_one_identity_stay_in_fault()
    {
        Lab lab = Lab.Started(Lab.Instance() + Lab.Instance(name: "VI_2", addresses: "10.0.0.101/24"));
        lab.Advance(10);
        Assert.All(lab.Routers.Instances, i => Assert.Equal(VirtualRouterState.Fault, i.Router.State));
        Assert.Empty(lab.Network.Sent);
    }

    [Fact]
    public void A_router_whose_sockets_the_kernel_refuses_says_so_once_and_stays_in_fault()
    {
        Lab lab = new(Lab.Instance());
        lab.Network.RefusesToOpen = "open a raw socket";
        lab.Routers.Start(lab.Configuration);
        lab.SetLink(up: true);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        Assert.Single(lab.Log.Lines, line => line.Contains("cannot open its sockets", StringComparison.Ordinal));
    }

    [Fact]
    public void During_the_startup_delay_nothing_is_sent_or_heard()
    {
        Lab lab = Lab.Started("global_defs {\n vrrp_startup_delay 10\n}\n" + Lab.Instance());
        lab.Advance(5);
        lab.Hear(priority: 200);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Empty(lab.Network.Sent);
        lab.Advance(6);
        Assert.NotEmpty(lab.Network.Sent);
    }

    [Theory]
    [InlineData(30, 0, 10, 20)]
    [InlineData(30, 25, 10, 25)]
    [InlineData(30, 5, 31, 5)]
    [InlineData(0, 5, 1, 5)]
    public void The_delay_after_boot_counts_from_the_machines_start_and_the_longer_delay_holds(int boot, int startup, int uptime, int expected)
    {
        GlobalSettings globals = new() { DelayAfterBoot = TimeSpan.FromSeconds(boot), StartupDelay = TimeSpan.FromSeconds(startup) };

        Assert.Equal(TimeSpan.FromSeconds(expected), StartupSilence.Of(globals, TimeSpan.FromSeconds(uptime)));
    }

    [Theory]
    [InlineData("24860.12 91234.56\n", 24860.12)]
    [InlineData("7", 7)]
    public void Uptime_is_the_first_number_of_its_file(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), StartupSilence.ReadUptime(text));

    [Fact]
    public void A_bad_packet_is_logged_once_however_often_it_comes()
    {
        Lab lab = Lab.Started(Lab.Instance());
        for (int i = 0; i < 100; i++)
        {
            lab.Channel.Deliver(BadChecksum());
        }

        lab.Advance(0);
        Assert.Single(lab.Log.Lines, line => line.Contains("wrong checksum", StringComparison.Ordinal));
        Assert.Equal(100ul, lab.Only.Router.Statistics.ChecksumErrors);

        static byte[] BadChecksum()
        {
            Lab other = Lab.Master(Lab.Instance());
            byte[] packet = other.Network.Sent[0].Packet;
            packet[26] ^= 0xFF;
            return packet;
        }
    }

    [Fact]
    public void Failure_to_send_is_logged_once_until_the_state_changes()
    {
        Lab lab = Lab.Started(Lab.Instance());
        lab.Network.SendErrno = Errno.ENETUNREACH;
        lab.Advance(10);
        Assert.Single(lab.Log.Lines, line => line.Contains("cannot send advertisements", StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_router_id_is_logged_once_when_asked_for()
    {
        Lab lab = Lab.Started("global_defs {\n log_unknown_vrids\n}\n" + Lab.Instance());
        lab.Hear(priority: 100, id: 77);
        lab.Hear(priority: 100, id: 77);
        Assert.Single(lab.Log.Lines, line => line.Contains("virtual_router_id 77", StringComparison.Ordinal));
    }
}
