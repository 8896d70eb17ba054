using Keepalived.Events;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tests.Runtime;

public sealed class ReloadTests
{
    [Fact]
    public void A_reload_without_a_change_does_nothing()
    {
        Lab lab = Lab.Master(Lab.Instance("notify_master \"/m\""));
        lab.Advance(0.5);
        int sent = lab.Network.Sent.Count;
        (int order, int runs, int events, int frames) = (lab.Order.Count, lab.Scripts.Runs.Count, lab.Events.All.Count, lab.Announcements.Frames.Count);
        lab.Reload("# moved down a line\n" + Lab.Instance("notify_master \"/m\""));
        Assert.Equal((order, runs, events, frames), (lab.Order.Count, lab.Scripts.Runs.Count, lab.Events.All.Count, lab.Announcements.Frames.Count));
        lab.Advance(0.5);
        Assert.Equal(sent + 1, lab.Network.Sent.Count);
        Assert.Equal(TimeSpan.FromSeconds(1), lab.Network.Sent[^1].At - lab.Network.Sent[^2].At);
    }

    [Fact]
    public void Addresses_come_and_go_while_the_others_stay()
    {
        Lab lab = Lab.Master(Lab.Instance(addresses: "10.0.0.100/24\n10.0.0.101/24"));
        lab.Order.Clear();
        lab.Announcements.Frames.Clear();
        lab.Reload(Lab.Instance(addresses: "10.0.0.100/24\n10.0.0.102/24"));
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Equal(["add 10.0.0.102", "del 10.0.0.101"], lab.Order.Where(o => !o.StartsWith("sent", StringComparison.Ordinal)).Order());
        Assert.NotEmpty(lab.Announcements.Frames);
        lab.Advance(1);
        Assert.True(VrrpDatagram.TryOpenIPv4(lab.Network.Sent[^1].Packet, out VrrpDatagram datagram));
        Assert.Equal(102, datagram.Message[15]);
    }

    [Fact]
    public void A_backup_takes_new_addresses_without_touching_the_kernel()
    {
        Lab lab = Lab.Started(Lab.Instance());
        lab.Reload(Lab.Instance(addresses: "10.0.0.100/24\n10.0.0.102/24"));
        Assert.Empty(lab.Order);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void A_renamed_instance_keeps_state_and_statistics()
    {
        Lab lab = Lab.Master(Lab.Instance());
        ulong sent = lab.Only.Router.Statistics.AdvertisementsSent;
        lab.Reload(Lab.Instance(name: "OTHER"));
        Assert.Equal("OTHER", lab.Only.Settings.Name);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        Assert.Equal(sent, lab.Only.Router.Statistics.AdvertisementsSent);
    }

    [Theory]
    [InlineData("", VrrpState.Fault)]
    [InlineData("notify_deleted", VrrpState.Deleted)]
    public void A_removed_master_says_goodbye_gives_its_addresses_back_and_is_told(string more, VrrpState told)
    {
        Lab lab = Lab.Master(Lab.Instance(more));
        lab.Reload(Lab.Instance().Replace("51", "99", StringComparison.Ordinal).Replace("100/24", "200/24", StringComparison.Ordinal));
        Assert.Equal(0, lab.Network.Sent[^1].Priority);
        Assert.False(lab.Has("10.0.0.100"));
        Assert.Contains(lab.Events.All.OfType<VrrpInstanceStateChanged>(), e => e.Previous == VrrpState.Master && e.State == told);
        Assert.DoesNotContain(VrrpState.Stop, lab.States);
        Assert.Equal(99, lab.Only.Settings.VirtualRouterId);
    }

    [Fact]
    public void Losing_the_last_instance_leaves_nothing_behind()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Reload("global_defs {\n}\n");
        lab.Advance(10);
        Assert.Empty(lab.Routers.Instances);
        Assert.Empty(lab.Addresses.Present);
    }

    [Fact]
    public void A_changed_priority_is_used_at_once_without_a_change_of_state()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Reload(Lab.Instance(priority: 120));
        lab.Advance(1);
        Assert.Equal(120, lab.Network.Sent[^1].Priority);
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Fact]
    public void Stopping_sends_priority_zero_removes_the_addresses_and_is_told()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Routers.Stop(keepsAddresses: false);
        lab.Advance(0);
        Assert.Equal(0, lab.Network.Sent[^1].Priority);
        Assert.Empty(lab.Addresses.Present);
        Assert.Equal(VrrpState.Stop, lab.States.Last());
    }

    [Fact]
    public void With_V_stopping_keeps_the_addresses()
    {
        Lab lab = Lab.Master(Lab.Instance());
        lab.Routers.Stop(keepsAddresses: true);
        lab.Advance(0);
        Assert.Equal(0, lab.Network.Sent[^1].Priority);
        Assert.True(lab.Has("10.0.0.100"));
    }
}
