using System.Text.Json;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Linux.Tests.Netlink.Route;

/// <summary>Routes, rules and links of our own against the real kernel; what is there is asserted through <c>ip -j</c>.</summary>
public sealed class RoutingKernelTests : INetlinkReplyHandler, IRoutingMonitorHandler, IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly NetlinkConnection _connection;
    private readonly RoutingClient _routing;
    private readonly int _left;
    private readonly List<Errno> _ends = [];
    private readonly List<RouteKey> _routesGone = [];
    private readonly List<RuleKey> _rulesGone = [];

    public RoutingKernelTests()
    {
        _namespace.Ip("link", "set", "left", "up");
        _namespace.Ip("link", "set", "right", "up");
        _namespace.Ip("addr", "add", "192.0.2.1/24", "dev", "left");
        _connection = new NetlinkConnection(_namespace.Enter(() => NetlinkSocket.Open(NetlinkFamily.Route)));
        _routing = new RoutingClient(_connection);
        _left = new LinkClient(_connection).List().Single(link => link.Name.Is("left")).Index;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public void A_route_has_every_property_it_was_given_and_its_removal_is_told_under_its_key()
    {
        var route = new RouteInfo(InetAddress.Parse("198.51.100.0"), 24)
        {
            Gateway = InetAddress.Parse("192.0.2.9"),
            PreferredSource = InetAddress.Parse("192.0.2.1"),
            InterfaceIndex = _left,
            Table = 1000,
            Metric = 7,
            TypeOfService = 16,
            Protocol = AddressInfo.KeepalivedProtocol,
            Metrics = [new(RouteMetricTypes.Mtu, 1400), new(RouteMetricTypes.HopLimit, 9)],
            LockedMetrics = 1 << RouteMetricTypes.Mtu,
            CongestionControl = "cubic",
        };
        using RoutingMonitor monitor = _namespace.Enter(() => RoutingMonitor.Open(this));
        _routing.QueueAdd(route, RouteAddMode.Prepend, this, 0);
        _connection.Complete(TimeSpan.FromSeconds(5));

        Assert.Equal([Errno.None], _ends);
        string shown = _namespace.Ip("route", "show", "table", "1000");
        Assert.Contains("198.51.100.0/24 tos 0x10 via 192.0.2.9 dev left proto keepalived src 192.0.2.1 metric 7 mtu lock 1400 hoplimit 9 congctl cubic", shown, StringComparison.Ordinal);

        _routing.QueueDelete(route, this, 0);
        _connection.Complete(TimeSpan.FromSeconds(5));
        monitor.OnReadable();

        Assert.Equal(RouteKey.Of(route), Assert.Single(_routesGone));
    }

    [Fact]
    public void A_default_route_of_IPv6_is_told_with_the_metric_that_the_kernel_gives_it()
    {
        var route = new RouteInfo(InetAddress.Parse("::"), 0) { InterfaceIndex = _left, Protocol = AddressInfo.KeepalivedProtocol };
        using RoutingMonitor monitor = _namespace.Enter(() => RoutingMonitor.Open(this));
        _routing.QueueAdd(route, RouteAddMode.CreateOnly, this, 0);
        _routing.QueueAdd(route, RouteAddMode.CreateOnly, this, 0);
        _connection.Complete(TimeSpan.FromSeconds(5));
        Assert.Equal([Errno.None, Errno.EEXIST], _ends);

        _namespace.Ip("-6", "route", "del", "default", "dev", "left");
        monitor.OnReadable();

        Assert.Equal(RouteKey.Of(route), Assert.Single(_routesGone));
    }

    [Fact]
    public void Next_hops_have_their_weights_and_a_refusal_comes_with_its_number()
    {
        var route = new RouteInfo(InetAddress.Parse("198.51.100.0"), 24)
        {
            NextHops = [new(_left, InetAddress.Parse("192.0.2.7"), 3), new(_left, InetAddress.Parse("192.0.2.8"), 256)],
        };
        _routing.QueueAdd(route, RouteAddMode.Prepend, this, 0);
        _routing.QueueDelete(new RouteInfo(InetAddress.Parse("203.0.113.0"), 24), this, 1);
        _connection.Complete(TimeSpan.FromSeconds(5));

        Assert.Equal([Errno.None, Errno.ESRCH], _ends);
        using JsonDocument document = JsonDocument.Parse(_namespace.Ip("-j", "route", "show", "198.51.100.0/24"));
        Assert.Equal([3, 256], document.RootElement[0].GetProperty("nexthops").EnumerateArray().Select(hop => hop.GetProperty("weight").GetInt32()));
    }

    [Fact]
    public void A_rule_has_every_property_it_was_given_and_its_removal_is_told_under_its_key()
    {
        var rule = new RuleInfo(IsIPv6: false, Action: 1, Priority: 77)
        {
            Source = InetAddress.Parse("198.51.100.0"),
            SourceLength = 24,
            InputInterface = new KernelName("left"),
            Table = 1000,
            Mark = 5,
            Mask = 0xFF,
            SourcePorts = (1, 5),
            Transport = 6,
            SuppressPrefixLength = 0,
            Protocol = AddressInfo.KeepalivedProtocol,
        };
        using RoutingMonitor monitor = _namespace.Enter(() => RoutingMonitor.Open(this));
        _routing.QueueAdd(rule, this, 0);
        _connection.Complete(TimeSpan.FromSeconds(5));

        Assert.Equal([Errno.None], _ends);
        Assert.Contains(
            "77:\tfrom 198.51.100.0/24 fwmark 0x5/0xff iif left ipproto tcp sport 1-5 lookup 1000 suppress_prefixlength 0 proto keepalived", _namespace.Ip("rule"), StringComparison.Ordinal);

        _namespace.Ip("rule", "del", "priority", "77");
        monitor.OnReadable();

        Assert.Equal(RuleKey.Of(rule), Assert.Single(_rulesGone));
    }

    [Fact]
    public void A_macvlan_in_private_mode_is_made_found_and_deleted()
    {
        var client = new LinkClient(_connection);
        client.Create(new VirtualLinkRequest(new KernelName("vrrp.51"), _left, new HardwareAddress([0, 0, 0x5E, 0, 1, 51]), Group: 7));

        LinkInfo link = client.Find(new KernelName("vrrp.51"))!;
        Assert.Equal((_left, 7u, "macvlan", "00:00:5e:00:01:33"), (link.ParentIndex, link.Group, link.Kind.ToString(), link.Address.ToString()));
        Assert.False(link.IsUp);
        Assert.Contains("macvlan mode private", _namespace.Ip("-d", "link", "show", "vrrp.51"), StringComparison.Ordinal);

        client.Delete(link.Index);
        Assert.Null(client.Find(new KernelName("vrrp.51")));
        NetlinkException failure = Assert.Throws<NetlinkException>(() => client.Delete(link.Index));
        Assert.Equal(NetlinkFailure.Absent, failure.Failure);
    }

    void INetlinkReplyHandler.Reply(long token, in NetlinkMessage message) => Assert.Fail("Changes have no answer but their end.");

    void INetlinkReplyHandler.Completed(long token, in NetlinkResult result) => _ends.Add(result.Errno);

    void IRoutingMonitorHandler.RouteRemoved(in RouteKey key, uint senderPort) => _routesGone.Add(key);

    void IRoutingMonitorHandler.RuleRemoved(in RuleKey key, uint senderPort) => _rulesGone.Add(key);

    void IRoutingMonitorHandler.Overrun() => Assert.Fail("Nothing is lost here.");
}
