using System.Text.Json;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Linux.Tests.Netlink.Route;

/// <summary>Addresses against the real kernel in a namespace; what is there is asserted through <c>ip -j addr</c>.</summary>
public sealed class AddressKernelTests : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly NetlinkConnection _connection;
    private readonly AddressClient _addresses;
    private readonly int _left;

    public AddressKernelTests()
    {
        _namespace.Ip("link", "set", "left", "up");
        _namespace.Ip("link", "set", "right", "up");
        _connection = new NetlinkConnection(_namespace.Enter(() => NetlinkSocket.Open(NetlinkFamily.Route)));
        _addresses = new AddressClient(_connection);
        _left = new LinkClient(_connection).List().Single(link => link.Name.Is("left")).Index;
    }

    public void Dispose()
    {
        _connection.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public void An_IPv4_address_appears_with_every_property_it_was_given()
    {
        _addresses.Add(new AddressInfo(_left, InetAddress.Parse("192.0.2.1"), 24)
        {
            Broadcast = InetAddress.Parse("192.0.2.255"),
            Scope = AddressScope.Link,
            Label = new KernelName("left:vip"),
            Flags = AddressFlags.NoPrefixRoute,
            PreferredLifetime = 100,
            ValidLifetime = 200,
            Protocol = AddressInfo.KeepalivedProtocol,
        });

        JsonElement shown = Shown("192.0.2.1");
        Assert.Equal(24, shown.GetProperty("prefixlen").GetInt32());
        Assert.Equal("192.0.2.255", shown.GetProperty("broadcast").GetString());
        Assert.Equal("link", shown.GetProperty("scope").GetString());
        Assert.Equal("left:vip", shown.GetProperty("label").GetString());
        Assert.True(shown.GetProperty("noprefixroute").GetBoolean());
        Assert.InRange(shown.GetProperty("preferred_life_time").GetInt64(), 90, 100);
        Assert.InRange(shown.GetProperty("valid_life_time").GetInt64(), 190, 200);
        Assert.Equal(AddressInfo.KeepalivedProtocol, _addresses.List().Single(a => a.Address == InetAddress.Parse("192.0.2.1")).Protocol);
    }

    [Fact]
    public void A_peer_address_has_the_prefix_length_of_the_peers_network()
    {
        _addresses.Add(new AddressInfo(_left, InetAddress.Parse("192.0.2.1"), 30) { Peer = InetAddress.Parse("198.51.100.2") });

        JsonElement shown = Shown("192.0.2.1");
        Assert.Equal("198.51.100.2", shown.GetProperty("address").GetString());
        Assert.Equal(30, shown.GetProperty("prefixlen").GetInt32());
        AddressInfo read = _addresses.List().Single(a => a.Address == InetAddress.Parse("192.0.2.1"));
        Assert.Equal(InetAddress.Parse("198.51.100.2"), read.Peer);
        _addresses.Delete(read);
        Assert.DoesNotContain("192.0.2.1", _namespace.Ip("-j", "addr"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_IPv6_address_of_no_preferred_lifetime_is_deprecated_and_skips_detection()
    {
        _addresses.Add(new AddressInfo(_left, InetAddress.Parse("2001:db8::1"), 128)
        {
            Flags = AddressFlags.NoDad | AddressFlags.Home,
            PreferredLifetime = 0,
            Protocol = AddressInfo.KeepalivedProtocol,
        });

        JsonElement shown = Shown("2001:db8::1");
        Assert.True(shown.GetProperty("nodad").GetBoolean());
        Assert.True(shown.GetProperty("deprecated").GetBoolean());
        Assert.True(shown.GetProperty("home").GetBoolean());
        Assert.Equal(0, shown.GetProperty("preferred_life_time").GetInt64());
        Assert.False(shown.TryGetProperty("tentative", out _));
        AddressInfo read = _addresses.List().Single(a => a.Address == InetAddress.Parse("2001:db8::1"));
        Assert.Equal(AddressInfo.Forever, read.ValidLifetime);
        Assert.True(read.Flags.HasFlag(AddressFlags.Deprecated | AddressFlags.Permanent));
    }

    [Fact]
    public void Adding_twice_exists_unless_it_may_replace()
    {
        var address = new AddressInfo(_left, InetAddress.Parse("192.0.2.1"), 32);
        _addresses.Add(address);

        var error = Assert.Throws<NetlinkException>(() => _addresses.Add(address));
        _addresses.Add(address with { PreferredLifetime = 50, ValidLifetime = 60 }, AddressAddMode.CreateOrReplace);

        Assert.Equal(NetlinkFailure.Exists, error.Failure);
        Assert.Contains("192.0.2.1/32", error.Message, StringComparison.Ordinal);
        Assert.InRange(Shown("192.0.2.1").GetProperty("valid_life_time").GetInt64(), 50, 60);
    }

    [Fact]
    public void Deleting_what_is_not_there_is_absent()
    {
        var error = Assert.Throws<NetlinkException>(() => _addresses.Delete(new AddressInfo(_left, InetAddress.Parse("192.0.2.9"), 32)));

        Assert.Equal(NetlinkFailure.Absent, error.Failure);
    }

    [Fact]
    public void An_address_on_an_interface_that_is_not_there_is_absent_by_name()
    {
        var error = Assert.Throws<NetlinkException>(() => _addresses.Add(new AddressInfo(9999, InetAddress.Parse("192.0.2.9"), 32)));

        Assert.Equal((NetlinkFailure.Absent, Errno.ENODEV), (error.Failure, error.Errno));
    }

    [Fact]
    public void The_kernels_own_words_reach_the_caller()
    {
        var replies = new RecordingReplies();
        NetlinkWriter request = _connection.Begin(RouteAbi.NewLink);
        request.PutStructure(new RouteAbi.LinkHeader { Index = _left });
        request.PutUInt32(RouteAbi.IflaMtu, 1);
        _connection.Queue(in request, replies);

        _connection.Complete(TimeSpan.FromSeconds(5));

        (_, Errno errno, string? text, _, _) = Assert.Single(replies.Ends);
        Assert.Equal(Errno.EINVAL, errno);
        Assert.Contains("mtu", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_gives_each_address_its_own_result_and_goes_on_after_a_refusal()
    {
        var replies = new RecordingReplies();
        for (int i = 0; i < 100; i++)
        {
            // The 50th is the 49th once more.
            var address = InetAddress.FromIPv4(0xC6336400u + (uint)(i == 50 ? 49 : i));
            _addresses.QueueAdd(new AddressInfo(_left, address, 32), AddressAddMode.CreateOnly, replies, i);
        }

        _connection.Complete(TimeSpan.FromSeconds(5));

        Assert.Equal([50L], replies.Ends.Where(end => end.Errno != Errno.None).Select(end => end.Token));
        Assert.Equal(99, AddressesShown().Count(a => a.GetProperty("local").GetString()!.StartsWith("198.51.100.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Listing_agrees_with_ip_about_every_address()
    {
        for (int i = 1; i <= 300; i++)
        {
            _addresses.QueueAdd(new AddressInfo(_left, InetAddress.FromIPv4(0x0A000000u + (uint)i), 32), AddressAddMode.CreateOnly, new RecordingReplies(), i);
        }

        _connection.Complete(TimeSpan.FromSeconds(5));

        IEnumerable<string> listed = _addresses.List().Select(a => a.ToString()).Order();
        IEnumerable<string> shown = AddressesShown().Select(a => $"{a.GetProperty("local").GetString()}/{a.GetProperty("prefixlen").GetInt32()}").Order();
        Assert.Equal(shown, listed);
    }

    private List<JsonElement> AddressesShown() =>
        [.. JsonDocument.Parse(_namespace.Ip("-j", "addr")).RootElement.EnumerateArray().SelectMany(link => link.GetProperty("addr_info").EnumerateArray())];

    private JsonElement Shown(string address) => AddressesShown().Single(a => a.GetProperty("local").GetString() == address);
}
