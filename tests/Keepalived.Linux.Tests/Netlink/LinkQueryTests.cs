using Keepalived.Linux.Links;
using Keepalived.Linux.Netlink;

namespace Keepalived.Linux.Tests.Netlink;

/// <summary>Questions to drivers, on a veth pair: its driver knows ethtool's question and has no transceiver.</summary>
public sealed class LinkQueryTests
{
    [Fact]
    public void A_veth_has_a_link_while_its_peer_is_up()
    {
        using var space = new TestNamespace();
        using LinkQuery query = space.Enter(LinkQuery.Open);
        var left = new KernelName("left");
        space.Ip("link", "set", "left", "up");
        Assert.Equal(Errno.EOPNOTSUPP, query.TryAsk(left, LinkQueryMethod.Mii, out bool isUp));
        Assert.False(isUp);
        WaitUntilBothSay(query, left, isUp: false);

        space.Ip("link", "set", "right", "up");
        WaitUntilBothSay(query, left, isUp: true);
    }

    // The kernel works a change of carrier into the flags a little later.
    private static void WaitUntilBothSay(LinkQuery query, KernelName link, bool isUp) => Assert.True(SpinWait.SpinUntil(
        () => query.TryAsk(link, LinkQueryMethod.Ethtool, out bool asked) == Errno.None && asked == isUp
            && query.TryAsk(link, LinkQueryMethod.Flags, out bool flag) == Errno.None && flag == isUp,
        TimeSpan.FromSeconds(10)));

    [Fact]
    public void An_interface_that_does_not_exist_is_told_apart()
    {
        using var space = new TestNamespace();
        using LinkQuery query = space.Enter(LinkQuery.Open);
        Assert.All(Enum.GetValues<LinkQueryMethod>(), method => Assert.Equal(Errno.ENODEV, query.TryAsk(new KernelName("none"), method, out _)));
    }

    [Fact]
    public void A_receive_buffer_has_a_default_and_is_never_empty()
    {
        Assert.Equal((NetlinkReceiveBuffer.DefaultOctets, true), (default(NetlinkReceiveBuffer).Octets, default(NetlinkReceiveBuffer).MayExceedLimit));
        Assert.Equal((4096, false), (new NetlinkReceiveBuffer(4096, false).Octets, new NetlinkReceiveBuffer(4096, false).MayExceedLimit));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NetlinkReceiveBuffer(0, true));
    }
}
