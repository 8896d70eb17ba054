using Keepalived.Linux;
using Keepalived.Linux.Links;
using Keepalived.Vrrp.Protocol;
using Keepalived.Vrrp.Tests.Runtime;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary>Link-beat polling: every second by MII, ETHTOOL or IOCTL, through a whole daemon in virtual time.</summary>
public sealed class LinkBeatTests : ILinkQuestions
{
    private readonly HashSet<LinkQueryMethod> _unknown = [];
    private readonly List<LinkQueryMethod> _asked = [];
    private bool _hasLink = true;

    [Theory]
    [InlineData("linkbeat_use_polling\n", "")]
    [InlineData("linkbeat_interfaces {\n eth0\n}\n", "")]
    [InlineData("", "linkbeat_use_polling")]
    public void A_lost_link_is_noticed_within_a_second_though_the_kernel_says_nothing(string before, string inside)
    {
        Lab lab = Master(before + Lab.Instance(inside));
        _hasLink = false;
        lab.Advance(1);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
        Assert.Contains("Interface eth0 has lost its link, its driver says", lab.Log.Lines);

        _hasLink = true;
        lab.Advance(1);
        Assert.Equal(VirtualRouterState.Backup, lab.State);
    }

    [Fact]
    public void A_link_that_is_not_configured_to_be_polled_is_not()
    {
        Lab lab = Master("global_defs {\n dynamic_interfaces\n}\nlinkbeat_interfaces {\n eth9\n}\n" + Lab.Instance());
        lab.Advance(10);
        Assert.Empty(_asked);
    }

    [Fact]
    public void Drivers_are_asked_once_a_second_whoever_depends_on_the_link()
    {
        Lab lab = Master("linkbeat_use_polling\n" + Lab.Instance() + Lab.Instance(name: "VI_2").Replace("id 51", "id 52", StringComparison.Ordinal));
        _asked.Clear();
        lab.Advance(10);
        Assert.Equal(10, _asked.Count);
    }

    [Fact]
    public void A_delay_waits_the_loss_of_a_polled_link_out()
    {
        Lab lab = Master("interface_up_down_delays {\n eth0 1.9\n}\nlinkbeat_use_polling\n" + Lab.Instance());
        _hasLink = false;
        lab.Advance(1);
        _hasLink = true;
        lab.Advance(3);
        Assert.Equal(VirtualRouterState.Master, lab.State);
        _hasLink = false;
        lab.Advance(2.95);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void An_interface_that_is_not_wanted_up_is_down_whatever_its_driver_says()
    {
        Lab lab = Master("linkbeat_use_polling\n" + Lab.Instance());
        lab.SetLink(up: false);
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    [Fact]
    public void The_kernels_own_flag_does_not_count_for_a_polled_link()
    {
        Lab lab = Master("linkbeat_use_polling\n" + Lab.Instance());
        lab.Interfaces.LinkChanged(Lab.Eth0 with { Flags = Lab.Eth0.Flags & ~Keepalived.Linux.Netlink.Route.LinkFlags.Running });
        lab.Advance(2);
        Assert.Equal(VirtualRouterState.Master, lab.State);
    }

    [Theory]
    [InlineData("", new LinkQueryMethod[0], LinkQueryMethod.Mii)]
    [InlineData("", new[] { LinkQueryMethod.Mii }, LinkQueryMethod.Ethtool)]
    [InlineData("", new[] { LinkQueryMethod.Mii, LinkQueryMethod.Ethtool }, LinkQueryMethod.Flags)]
    [InlineData("ETHTOOL", new LinkQueryMethod[0], LinkQueryMethod.Ethtool)]
    [InlineData("IOCTL", new LinkQueryMethod[0], LinkQueryMethod.Flags)]
    [InlineData("MII", new[] { LinkQueryMethod.Mii }, LinkQueryMethod.Ethtool)]
    public void The_way_is_the_configured_one_or_the_first_that_the_driver_knows(string configured, LinkQueryMethod[] unknown, LinkQueryMethod expected)
    {
        _unknown.UnionWith(unknown);
        Lab lab = Master($"linkbeat_interfaces {{\n eth0 {configured}\n}}\n" + Lab.Instance());
        _asked.Clear();
        lab.Advance(1);
        Assert.Equal([expected], _asked);
        Assert.Equal(configured == "MII", lab.Log.Lines.Any(line => line.Contains("cannot be polled by MII (", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_reload_begins_and_ends_polling_and_keeps_what_it_knows()
    {
        Lab lab = Master("linkbeat_use_polling\n" + Lab.Instance());
        lab.Reload("linkbeat_use_polling\n" + Lab.Instance(priority: 120));
        Assert.Single(lab.Log.Lines, "Interface eth0 is polled for its link by MII");
        lab.Reload(Lab.Instance());
        _asked.Clear();
        _hasLink = false;
        lab.Advance(5);
        Assert.Empty(_asked);
        Assert.Equal(VirtualRouterState.Master, lab.State);

        lab.Reload("linkbeat_interfaces {\n eth0 ETHTOOL\n}\n" + Lab.Instance());
        Assert.Equal(VirtualRouterState.Fault, lab.State);
    }

    Errno ILinkQuestions.TryAsk(KernelName name, LinkQueryMethod method, out bool isUp)
    {
        Assert.True(name.Is("eth0"));
        _asked.Add(method);
        isUp = _hasLink && !_unknown.Contains(method);
        return _unknown.Contains(method) ? Errno.EOPNOTSUPP : Errno.None;
    }

    void IDisposable.Dispose()
    {
        // Nothing is open.
    }

    private Lab Master(string configuration)
    {
        Lab lab = new(configuration, drivers: this);
        lab.Routers.Start(lab.Configuration);
        Assert.True(lab.Loop.RunUntil(() => lab.Routers.Instances[0].Router.State == VirtualRouterState.Master, TimeSpan.FromSeconds(10)));
        lab.Advance(0);
        return lab;
    }
}
