using System.Xml.Linq;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests;

/// <summary>The netlink tests once more on a kernel that has IPVS: Linux 6.1, older than most machines that run these tests.</summary>
public sealed class NetlinkInsideTests
{
    [Fact]
    public void Netlink_and_IPVS_tests_pass_on_a_kernel_with_ip_vs()
    {
        if (UserModeKernel.WhyNot is { } reason)
        {
            Assert.Skip(reason);
        }

        var program = TestProgram.Find("Keepalived.Linux.Tests");

        // Debian's user-mode kernel is built without nftables of IPv4 and IPv6.
        XElement report = program.RunInside("-namespace", "Keepalived.Linux.Tests.Netlink*", "-trait-", "Kernel=nf_tables");

        Assert.Equal("0", report.Attribute("failed")?.Value);
        Assert.Equal("0", report.Attribute("errors")?.Value);
        // A test that skips inside is one that runs nowhere.
        Assert.Equal("0", report.Attribute("skipped")?.Value);
        Assert.Contains(report.Descendants("test"), test => test.Attribute("type")!.Value.EndsWith(".IpvsKernelTests", StringComparison.Ordinal));
    }
}
