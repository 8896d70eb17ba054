using System.Net;

namespace Keepalived.Linux.Tests;

public sealed class InetAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", 4)]
    [InlineData("0.0.0.0", 4)]
    [InlineData("2001:db8::1", 16)]
    [InlineData("::", 16)]
    [InlineData("::ffff:192.0.2.1", 16)]
    public void An_address_reads_and_shows_as_itself(string text, int length)
    {
        InetAddress address = InetAddress.Parse(text);

        Assert.Equal((length, text), (address.Length, address.ToString()));
        Assert.Equal(IPAddress.Parse(text), address.ToIPAddress());
        Assert.Equal(address, InetAddress.FromIPAddress(IPAddress.Parse(text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.256")]
    [InlineData("3221225985")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("192.0.2.1/24")]
    [InlineData("host")]
    public void Anything_else_is_no_address(string text) => Assert.False(InetAddress.TryParse(text, out _));

    [Theory]
    [InlineData("192.0.2.129", 25, "192.0.2.128")]
    [InlineData("192.0.2.129", 0, "0.0.0.0")]
    [InlineData("192.0.2.129", 32, "192.0.2.129")]
    [InlineData("2001:db8::abcd", 64, "2001:db8::")]
    [InlineData("2001:db8::abcd", 0, "::")]
    [InlineData("2001:db8::abcd", 128, "2001:db8::abcd")]
    public void The_network_has_no_host_bits(string text, int prefixLength, string network) =>
        Assert.Equal(InetAddress.Parse(network), InetAddress.Parse(text).Network(prefixLength));

    [Theory]
    [InlineData("224.0.0.18", true, false)]
    [InlineData("239.255.255.255", true, false)]
    [InlineData("240.0.0.1", false, false)]
    [InlineData("ff02::12", true, false)]
    [InlineData("fe80::1", false, true)]
    [InlineData("febf::1", false, true)]
    [InlineData("fec0::1", false, false)]
    [InlineData("169.254.1.1", false, true)]
    public void Multicast_and_link_local_are_told(string text, bool multicast, bool linkLocal)
    {
        InetAddress address = InetAddress.Parse(text);

        Assert.Equal((multicast, linkLocal), (address.IsMulticast, address.IsLinkLocal));
    }

    [Fact]
    public void No_address_is_neither_family_and_equals_no_address()
    {
        InetAddress none = default;

        Assert.True(none.IsNone);
        Assert.NotEqual(none, InetAddress.Parse("0.0.0.0"));
        Assert.NotEqual(InetAddress.Parse("::"), InetAddress.Parse("0.0.0.0"));
        Assert.True(InetAddress.Parse("255.255.255.255") < InetAddress.Parse("::"));
    }
}
