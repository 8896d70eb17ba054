using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Generic;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Linux.Tests.Netlink;

/// <summary>Structures as C lays them out: one that is short by a few octets damages the stack, far from where it shows.</summary>
public sealed class NetlinkLayoutTests
{
    [Fact]
    public void Structures_have_the_size_C_gives_them()
    {
        Assert.Equal(12, Unsafe.SizeOf<NetlinkSocket.SocketAddress>()); // struct sockaddr_nl
        Assert.Equal(8, Unsafe.SizeOf<NetlinkSocket.PollDescriptor>()); // struct pollfd
        Assert.Equal(16, Unsafe.SizeOf<RouteAbi.LinkHeader>()); // struct ifinfomsg
        Assert.Equal(8, Unsafe.SizeOf<RouteAbi.AddressHeader>()); // struct ifaddrmsg
        Assert.Equal(16, Unsafe.SizeOf<RouteAbi.AddressLifetimes>()); // struct ifa_cacheinfo
        Assert.Equal(12, Unsafe.SizeOf<RouteAbi.NeighbourHeader>()); // struct ndmsg
        Assert.Equal(4, Unsafe.SizeOf<GenericAbi.Header>()); // struct genlmsghdr
        Assert.Equal(8, Unsafe.SizeOf<IpvsWriter.Flags>()); // struct ip_vs_flags
    }

    [Theory]
    [InlineData(nameof(NetlinkSocket.SocketAddress.Port), 4)]
    [InlineData(nameof(NetlinkSocket.SocketAddress.Groups), 8)]
    public void The_socket_address_has_its_fields_where_C_has_them(string field, int offset) =>
        Assert.Equal(offset, Marshal.OffsetOf<NetlinkSocket.SocketAddress>(field));
}
