using System.Net;
using Keepalived.Bfd.Network;

namespace Keepalived.Bfd.Tests.Network;

public sealed class NeighborPathTests
{
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("255.255.255.255")]
    [InlineData("2001:db8::1")]
    [InlineData("fe80::1")]
    public void An_address_and_its_bytes_are_one_path(string text)
    {
        IPAddress address = IPAddress.Parse(text);
        Assert.Equal(NeighborPath.Of(address), NeighborPath.Of(address.GetAddressBytes()));
        Assert.Equal(text, NeighborPath.Of(address).ToString());
    }

    [Fact]
    public void Two_addresses_are_two_paths() =>
        Assert.NotEqual(NeighborPath.Of(IPAddress.Parse("192.0.2.1")), NeighborPath.Of(IPAddress.Parse("192.0.2.2")));
}
