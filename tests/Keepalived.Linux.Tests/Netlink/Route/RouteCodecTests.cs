using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Linux.Tests.Netlink.Route;

/// <summary>Links and addresses against messages recorded from iproute2 and the kernel (linux/rtnetlink.h, linux/if_addr.h).</summary>
public sealed class RouteCodecTests
{
    [Fact]
    public void A_link_recorded_from_the_kernel_reads_as_ip_showed_it()
    {
        NetlinkMessage message = First(Captures.LinkShown);

        Assert.True(RouteCodec.TryReadLink(in message, out LinkInfo link));

        Assert.Equal((3, "left", 1500u, (ushort)1), (link.Index, link.Name.ToString(), link.Mtu, link.HardwareType));
        Assert.Equal("7a:10:0f:b4:a8:93", link.Address.ToString());
        Assert.Equal("ff:ff:ff:ff:ff:ff", link.Broadcast.ToString());
        Assert.Equal(LinkFlags.Up | LinkFlags.Broadcast | LinkFlags.Running | LinkFlags.Multicast | LinkFlags.LowerUp, link.Flags);
        Assert.Equal((OperationalState.Up, "veth", 2, 0, 0u), (link.State, link.Kind.ToString(), link.ParentIndex, link.MasterIndex, link.Group));
    }

    [Fact]
    public void Addresses_recorded_from_the_kernel_read_as_ip_showed_them()
    {
        var reader = new NetlinkMessageReader(Captures.AddressesShown);
        var found = new List<AddressInfo>();
        while (reader.MoveNext())
        {
            NetlinkMessage message = reader.Current;
            Assert.True(RouteCodec.TryReadAddress(in message, out AddressInfo address));
            found.Add(address);
        }

        Assert.Equal(["2001:db8::1/128", "fe80::7810:fff:feb4:a893/64"], found.Select(address => address.ToString()));
        Assert.Equal(AddressFlags.NoDad | AddressFlags.Home | AddressFlags.Deprecated | AddressFlags.Permanent, found[0].Flags);
        Assert.Equal((0u, AddressInfo.Forever), (found[0].PreferredLifetime, found[0].ValidLifetime));
        Assert.Equal((AddressScope.Link, 3), (found[1].Scope, found[1].InterfaceIndex));
        Assert.True(found[1].Flags.HasFlag(AddressFlags.Tentative));
    }

    [Fact]
    public void Adding_an_IPv4_address_sends_what_ip_sends() => AssertSame(Captures.AddIPv4, new AddressInfo(3, InetAddress.Parse("192.0.2.1"), 24)
    {
        Broadcast = InetAddress.Parse("192.0.2.255"),
        Label = new KernelName("left:vip"),
        Scope = AddressScope.Link,
        PreferredLifetime = 100,
        ValidLifetime = 200,
        Flags = AddressFlags.NoPrefixRoute,
    });

    [Fact]
    public void Adding_an_IPv6_address_sends_what_ip_sends() => AssertSame(Captures.AddIPv6, new AddressInfo(3, InetAddress.Parse("2001:db8::1"), 128)
    {
        Flags = AddressFlags.NoDad | AddressFlags.Home,
        PreferredLifetime = 0,
    });

    [Fact]
    public void A_wireless_event_is_not_taken_for_a_link()
    {
        var writer = new NetlinkWriter(new byte[128], RouteAbi.NewLink, 0);
        writer.PutStructure(new RouteAbi.LinkHeader { Index = 3 });
        writer.PutName(RouteAbi.IflaName, new KernelName("wlan0"));
        writer.Put(RouteAbi.IflaWireless, [1, 2, 3, 4]);
        NetlinkMessage message = First(writer.Finish());

        Assert.False(RouteCodec.TryReadLink(in message, out _));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(7, false)] // AF_BRIDGE: a port's message, not a link's
    public void Only_messages_of_no_family_are_links(byte family, bool isLink)
    {
        byte[] octets = [.. Captures.LinkShown];
        octets[16] = family;
        NetlinkMessage message = First(octets);

        Assert.Equal(isLink, RouteCodec.TryReadLink(in message, out _));
    }

    [Theory]
    [InlineData(33)]
    [InlineData(255)]
    public void An_IPv4_prefix_length_beyond_32_is_refused(byte prefixLength)
    {
        byte[] octets = [.. Captures.AddIPv4];
        octets[17] = prefixLength;
        NetlinkMessage message = First(octets);

        Assert.False(RouteCodec.TryReadAddress(in message, out _));
    }

    [Fact]
    public void Random_addresses_come_back_as_they_were_written()
    {
        var random = new Random(20260821);
        for (int i = 0; i < 2000; i++)
        {
            AddressInfo address = RandomAddress(random);
            NetlinkMessage message = First(Write(in address));

            Assert.True(RouteCodec.TryReadAddress(in message, out AddressInfo read));
            Assert.Equal(address, read);
        }
    }

    [Fact]
    public void Damaged_messages_are_refused_or_read_the_same_again()
    {
        var random = new Random(20260822);
        int understood = 0;
        for (int i = 0; i < 5000; i++)
        {
            byte[] octets = Fuzz.Damage(random, random.Next(3) switch { 0 => Captures.AddressesShown, 1 => Captures.AddIPv4, _ => Captures.LinkShown });
            var reader = new NetlinkMessageReader(octets);
            while (reader.MoveNext())
            {
                NetlinkMessage message = reader.Current;
                _ = RouteCodec.TryReadLink(in message, out _);
                _ = RouteCodec.TryReadNeighbour(in message, out _);
                if (RouteCodec.TryReadAddress(in message, out AddressInfo address))
                {
                    understood++;
                    NetlinkMessage again = First(Write(in address));
                    Assert.True(RouteCodec.TryReadAddress(in again, out AddressInfo same));
                    Assert.Equal(address, same);
                }
            }
        }

        Assert.InRange(understood, 500, 5000);
    }

    private static void AssertSame(byte[] recorded, AddressInfo address)
    {
        var kernel = FakeKernel.Agreeing();
        using var connection = new NetlinkConnection(kernel);

        new AddressClient(connection).Add(address);

        FakeRequest sent = Assert.Single(kernel.Requests);
        NetlinkMessage expected = First(recorded);
        Assert.Equal((expected.Type, expected.Flags), (sent.Type, sent.Flags));
        Assert.Equal(recorded[16..24], sent.Payload[..8]);
        // iproute2 leaves IFA_FLAGS out below 0x100, and so do we: the header carries them.
        Assert.Equal(AttributeTree.Describe(recorded.AsSpan(24)), AttributeTree.Describe(sent.Payload.AsSpan(8)));
    }

    private static byte[] Write(in AddressInfo address)
    {
        var writer = new NetlinkWriter(new byte[1024], RouteAbi.NewAddr, 0);
        RouteCodec.WriteAddress(ref writer, in address);
        RouteCodec.WriteAddressProperties(ref writer, in address);
        return writer.Finish().ToArray();
    }

    private static NetlinkMessage First(ReadOnlySpan<byte> datagram)
    {
        var reader = new NetlinkMessageReader(datagram);
        Assert.True(reader.MoveNext());
        return reader.Current;
    }

    private static AddressInfo RandomAddress(Random random)
    {
        bool ipv6 = random.Next(2) == 0;
        InetAddress own = Fuzz.Address(random, ipv6);
        return new AddressInfo(random.Next(1, int.MaxValue), own, (byte)random.Next(own.Length * 8 + 1))
        {
            Peer = random.Next(3) == 0 ? Fuzz.Address(random, ipv6) : default,
            Broadcast = !ipv6 && random.Next(2) == 0 ? Fuzz.Address(random, false) : default,
            Scope = (AddressScope)random.Next(256),
            Label = random.Next(2) == 0 ? Fuzz.Name(random) : default,
            Flags = (AddressFlags)random.Next(0x1000),
            PreferredLifetime = random.Next(2) == 0 ? AddressInfo.Forever : (uint)random.Next(1000),
            ValidLifetime = random.Next(2) == 0 ? AddressInfo.Forever : (uint)random.Next(1000),
            Protocol = (byte)random.Next(256),
        };
    }
}
