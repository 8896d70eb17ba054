using System.Xml.Linq;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests;

/// <summary>The IPVS plugin's own tests against a kernel that has IPVS.</summary>
public sealed class IpvsInsideTests
{
    [Fact]
    public void The_IPVS_plugins_kernel_tests_pass_on_a_kernel_with_ip_vs()
    {
        if (UserModeKernel.WhyNot is { } reason)
        {
            Assert.Skip(reason);
        }

        // Debian's user-mode kernel is built without nftables of IPv4 and IPv6.
        XElement report = TestProgram.Find("Keepalived.Ipvs.Tests").RunInside("-namespace", "Keepalived.Ipvs.Tests.Kernel", "-trait-", "Kernel=nf_tables");

        Assert.Equal("0", report.Attribute("failed")?.Value);
        Assert.Equal("0", report.Attribute("errors")?.Value);
        Assert.Equal("0", report.Attribute("skipped")?.Value);
        Assert.Contains(report.Descendants("test"), test => test.Attribute("type")!.Value.EndsWith(".RealKernelTests", StringComparison.Ordinal));
    }
}
