using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Linux.Tests.Netlink.Route;

/// <summary>The monitor against the real kernel: what <c>ip</c> does is what the handler is told.</summary>
public sealed class RouteMonitorKernelTests : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly TestNamespace _namespace = new();
    private readonly RecordingMonitorHandler _told = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void What_exists_at_the_start_is_told_before_synchronized()
    {
        _namespace.Ip("addr", "add", "192.0.2.1/24", "dev", "left");
        using RouteMonitor monitor = Start();

        Assert.True(monitor.IsSynchronized);
        Assert.Equal("synchronized", _told.Events[^1]);
        Assert.Contains("link left", _told.Events);
        Assert.Contains("link lo", _told.Events);
        Assert.Contains("address 192.0.2.1/24", _told.Events);
    }

    [Fact]
    public void A_links_flags_follow_up_and_carrier()
    {
        using RouteMonitor monitor = Start();
        _namespace.Ip("link", "set", "left", "up");
        Until(monitor, () => _told.Links["left"].IsUp);
        Assert.False(_told.Links["left"].Flags.HasFlag(LinkFlags.LowerUp));

        _namespace.Ip("link", "set", "right", "up");
        Until(monitor, () => _told.Links["left"] is { IsOperational: true, State: OperationalState.Up });

        LinkInfo left = _told.Links["left"];
        Assert.True(left.Flags.HasFlag(LinkFlags.LowerUp | LinkFlags.Multicast | LinkFlags.Running));
        Assert.Equal(OperationalState.Up, left.State);
        Assert.Equal((1500u, (ushort)1, "veth", _told.Links["right"].Index), (left.Mtu, left.HardwareType, left.Kind.ToString(), left.ParentIndex));
        Assert.Contains(left.Address.ToString(), _namespace.Ip("link", "show", "left"), StringComparison.Ordinal);
        Assert.Equal("ff:ff:ff:ff:ff:ff", left.Broadcast.ToString());
    }

    [Fact]
    public void Additions_of_one_socket_are_spared_and_everything_else_is_told()
    {
        using RouteMonitor monitor = Start();
        using NetlinkSocket socket = _namespace.Enter(() => NetlinkSocket.Open(NetlinkFamily.Route));
        monitor.IgnoreAdditionsOf(socket.Port);
        var addresses = new AddressClient(new NetlinkConnection(socket));
        int left = _told.Links["left"].Index;
        addresses.Add(new AddressInfo(left, InetAddress.Parse("192.0.2.7"), 24));
        addresses.Add(new AddressInfo(left, InetAddress.Parse("2001:db8::7"), 64));
        _namespace.Ip("addr", "add", "192.0.2.8/24", "dev", "left");
        _namespace.Ip("addr", "del", "192.0.2.7/24", "dev", "left");

        Until(monitor, () => _told.Events.Contains("no address 192.0.2.7/24"));

        Assert.Contains("address 192.0.2.8/24", _told.Events);
        Assert.Contains("address 2001:db8::7/64", _told.Events);
        Assert.DoesNotContain("address 192.0.2.7/24", _told.Events);
    }

    [Fact]
    public void Addresses_come_and_go()
    {
        using RouteMonitor monitor = Start();
        _namespace.Ip("addr", "add", "2001:db8::5/64", "dev", "left", "nodad");
        _namespace.Ip("addr", "add", "192.0.2.5/24", "dev", "left");
        Until(monitor, () => _told.Events.Contains("address 2001:db8::5/64") && _told.Events.Contains("address 192.0.2.5/24"));

        _namespace.Ip("addr", "del", "192.0.2.5/24", "dev", "left");

        Until(monitor, () => _told.Events.Contains("no address 192.0.2.5/24"));
    }

    [Fact]
    public void A_link_that_goes_is_told_with_its_name()
    {
        using RouteMonitor monitor = Start();

        _namespace.Ip("link", "del", "left");

        Until(monitor, () => _told.Events.Contains("no link left") && _told.Events.Contains("no link right"));
    }

    [Fact]
    public void A_port_that_leaves_a_bridge_is_no_link_that_goes()
    {
        if (!ToolRunner.TryRun("ip", ["-n", _namespace.Name, "link", "add", "bridge0", "type", "bridge"], out string why))
        {
            Assert.Skip($"the kernel has no bridge: {why}");
        }

        _namespace.Ip("link", "set", "left", "master", "bridge0");
        using RouteMonitor monitor = Start();
        Assert.Equal(_told.Links["bridge0"].Index, _told.Links["left"].MasterIndex);

        _namespace.Ip("link", "set", "left", "nomaster");
        _namespace.Ip("link", "set", "left", "mtu", "1400");
        Until(monitor, () => _told.Links["left"].Mtu == 1400);

        Assert.Equal(0, _told.Links["left"].MasterIndex);
        Assert.DoesNotContain("no link left", _told.Events);
    }

    [Fact]
    public void Neighbours_are_told_when_they_are_watched()
    {
        _namespace.Ip("link", "set", "left", "up");
        using RouteMonitor monitor = Start(RouteTopics.Neighbours);

        _namespace.Ip("neigh", "add", "192.0.2.77", "lladdr", "02:00:00:00:00:77", "dev", "left");

        Until(monitor, () => _told.Events.Contains("neighbour 192.0.2.77 02:00:00:00:00:77"));
    }

    [Fact]
    public void News_that_overran_a_small_receive_buffer_are_made_good_by_a_resynchronisation()
    {
        NetlinkSocket socket = _namespace.Enter(() => NetlinkSocket.Open(NetlinkFamily.Route, new NetlinkReceiveBuffer(4096, mayExceedLimit: false)));
        using var monitor = new RouteMonitor(new NetlinkConnection(socket), _told, RouteTopics.Addresses);
        monitor.Start();
        monitor.WaitUntilSynchronized(Silence);

        string batch = string.Concat(Enumerable.Range(1, 200).Select(i => $"addr add 10.9.0.{i}/32 dev left\n"));
        Assert.True(ToolRunner.TryRun("ip", ["-n", _namespace.Name, "-batch", "-"], out string output, batch), output);
        Until(monitor, () => _told.Events.Contains("overrun") && monitor.IsSynchronized);

        string[] afterOverrun = [.. _told.Events.Skip(_told.Events.IndexOf("overrun"))];
        Assert.All(Enumerable.Range(1, 200), i => Assert.Contains($"address 10.9.0.{i}/32", afterOverrun));
    }

    [Fact]
    public void Setting_a_link_up_is_what_ip_shows()
    {
        using var connection = new NetlinkConnection(_namespace.Enter(() => NetlinkSocket.Open(NetlinkFamily.Route)));
        var links = new LinkClient(connection);
        int left = links.List().Single(link => link.Name.Is("left")).Index;

        links.SetUp(left, true);
        Assert.Contains(",UP", _namespace.Ip("link", "show", "left"), StringComparison.Ordinal);
        links.SetUp(left, false);
        Assert.DoesNotContain(",UP", _namespace.Ip("link", "show", "left"), StringComparison.Ordinal);
    }

    private RouteMonitor Start(RouteTopics topics = RouteTopics.Links | RouteTopics.Addresses)
    {
        RouteMonitor monitor = _namespace.Enter(() => RouteMonitor.Open(_told, topics));
        monitor.Start();
        monitor.WaitUntilSynchronized(Silence);
        return monitor;
    }

    private static void Until(RouteMonitor monitor, Func<bool> reached)
    {
        for (int turns = 0; turns < 400 && !reached(); turns++)
        {
            monitor.OnReadable();
            if (!reached())
            {
                Thread.Sleep(5);
            }
        }

        Assert.True(reached(), "The monitor was not told in time.");
    }
}

/// <summary>Keeps what a monitor told, as lines and as the latest state of each link.</summary>
internal sealed class RecordingMonitorHandler : IRouteMonitorHandler
{
    internal List<string> Events { get; } = [];

    internal Dictionary<string, LinkInfo> Links { get; } = [];

    public void LinkChanged(LinkInfo link)
    {
        Links[link.Name.ToString()] = link;
        Events.Add($"link {link.Name}");
    }

    public void LinkRemoved(LinkInfo link) => Events.Add($"no link {link.Name}");

    public void AddressAdded(in AddressInfo address) => Events.Add($"address {address}");

    public void AddressRemoved(in AddressInfo address, uint senderPort) => Events.Add($"no address {address}");

    public void NeighbourChanged(in NeighbourInfo neighbour) => Events.Add($"neighbour {neighbour.Address} {neighbour.Hardware}");

    public void Overrun() => Events.Add("overrun");

    public void Synchronized() => Events.Add("synchronized");

    public void SynchronizationFailed(NetlinkException error) => Events.Add($"failed {error.Errno}");
}
