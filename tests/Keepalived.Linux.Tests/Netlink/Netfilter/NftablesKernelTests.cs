using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Netfilter;

namespace Keepalived.Linux.Tests.Netlink.Netfilter;

/// <summary>Batches of nftables against the real kernel; what is there is asserted through <c>nft</c>.</summary>
[Trait("Kernel", "nf_tables")]
public sealed class NftablesKernelTests : IDisposable
{
    private const NftablesFamily Family = NftablesFamily.IPv4;

    private readonly TestNamespace _namespace = new();
    private readonly NetlinkSocket _socket;

    public NftablesKernelTests()
    {
        if (!File.Exists("/usr/sbin/nft") && !File.Exists("/sbin/nft"))
        {
            Assert.Skip("The package nftables is missing");
        }

        try
        {
            _socket = _namespace.Enter(() => NetlinkSocket.Open(NetlinkFamily.Netfilter));
        }
        catch (LinuxException error) when (error.Errno == Errno.EPROTONOSUPPORT)
        {
            _namespace.Dispose();
            Assert.Skip($"this kernel has no nftables: {error.Message}");
            throw;
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public void Sets_chains_and_rules_are_shown_by_nft_as_they_were_written()
    {
        const NftablesFamily IPv6 = NftablesFamily.IPv6;
        var batch = new NftablesBatch();
        batch.AddTable(IPv6, "t");
        batch.AddSet(IPv6, "t", "s", NftablesType.IPv6Address.Then(NftablesType.InterfaceIndex));
        batch.ChangeElement(IPv6, "t", "s", isAdd: true, [0xFE, 0x80, .. new byte[13], 9, 1, 0, 0, 0]);
        batch.AddChain(IPv6, "t", "c", NftablesHook.Output, -7);
        batch.AddRule(IPv6, "t", "c", new NftablesRule().LoadNetwork(8, 16).Load(NftablesMeta.OutputIndex, 2).Lookup("s").Count().Then(NftablesVerdict.Drop));
        batch.Send(_socket);

        string shown = Show();
        Assert.Contains("type ipv6_addr . iface_index", shown, StringComparison.Ordinal);
        Assert.Contains("fe80::9 . \"lo\"", shown, StringComparison.Ordinal);
        Assert.Contains("type filter hook output priority filter - 7; policy accept;", shown, StringComparison.Ordinal);
        Assert.Contains("ip6 saddr . oif @s counter packets 0 bytes 0 drop", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_of_which_one_step_is_refused_changes_nothing_and_says_which()
    {
        var batch = new NftablesBatch();
        batch.AddTable(Family, "t");
        batch.DeleteTable(Family, "absent");

        NetlinkException failure = Assert.Throws<NetlinkException>(() => batch.Send(_socket));

        Assert.Equal(NetlinkFailure.Absent, failure.Failure);
        Assert.Contains("step 3", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Show());
    }

    [Fact]
    public void Thousands_of_elements_fit_into_one_batch()
    {
        var batch = new NftablesBatch();
        batch.AddTable(Family, "t");
        batch.AddSet(Family, "t", "s", NftablesType.IPv4Address);
        for (int i = 0; i < 2000; i++)
        {
            batch.ChangeElement(Family, "t", "s", isAdd: true, [10, 0, (byte)(i >> 8), (byte)(i & 0xFF)]);
        }

        batch.Send(_socket);

        Assert.Contains("10.0.7.207", Show(), StringComparison.Ordinal);
    }

    private string Show() => _namespace.Enter(() => ToolRunner.Run("nft", "list", "ruleset"));
}
