using Keepalived.Configuration;

namespace Keepalived.Ipvs.Tests.Configuration;

/// <summary>Groups of virtual servers (section 14 of keepalived's behaviour): their lines, what they become in the kernel, what is refused.</summary>
public sealed class GroupTests
{
    [Theory]
    [InlineData("10.0.0.1 80", "10.0.0.1:80")]
    [InlineData("10.0.0.254-255 80", "10.0.0.254:80 10.0.0.255:80")]
    [InlineData("10.0.0.255-10.0.1.1 80", "10.0.0.255:80 10.0.1.0:80 10.0.1.1:80")]
    [InlineData("10.0.0.4/31 80", "10.0.0.4:80 10.0.0.5:80")]
    public void A_line_is_as_many_services_as_it_has_addresses(string line, string services) =>
        Assert.Equal(services.Split(' '), Only(ConfigurationText.ReadClean(With(line))).Services.Select(static service => $"{service.Key.Address}:{service.Key.Port}"));

    [Fact]
    public void A_range_of_IPv6_counts_in_hexadecimal() => Assert.Equal(
        ["2001:db8::fe", "2001:db8::ff", "2001:db8::100"],
        Only(ConfigurationText.ReadClean(With("2001:db8::fe-100 80", "2001:db8:1::2 80"))).Services.Select(static service => service.Key.Address.ToString()));

    [Theory]
    [InlineData("10.0.0.5-1 80")]
    [InlineData("10.0.0.1-256 80")]
    [InlineData("10.0.0.1/24 80")]
    [InlineData("10.0.0.0/33 80")]
    [InlineData("10.0.0.1-2001:db8::1 80")]
    [InlineData("10.0.0.1-x 80")]
    [InlineData("fwmark 0")]
    [InlineData("fwmark 1 inet7")]
    public void A_line_that_says_no_range_is_refused(string line)
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(With(line + "\n 10.0.0.9 80"));

        Diagnostic finding = Assert.Single(findings);
        Assert.Equal(2, finding.Location.Origin!.Line);
        Assert.NotNull(finding.Remedy);
        Assert.Single(Only(configuration).Services);
    }

    [Fact]
    public void A_group_without_entries_is_left_out_with_its_virtual_server()
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(With(""));

        Assert.Empty((IEnumerable<VirtualServerDefinition>)configuration.VirtualServers);
        Assert.Equal(
            ["virtual_server_group web has no usable entry: it is left out", "there is no virtual_server_group web: its virtual server is left out"],
            findings.Select(static finding => finding.Message));
    }

    [Fact]
    public void Marks_alone_have_no_protocol()
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(With("fwmark 7\n fwmark 8"));

        Assert.Contains("virtual server [web]:0 is chosen by mark: its protocol is ignored", findings.Select(static finding => finding.Message));
        Assert.Equal([7u, 8u], Only(configuration).Services.Select(static service => service.Key.Mark));
    }

    [Fact]
    public void A_mark_without_family_in_a_group_of_both_families_leaves_its_virtual_server_out()
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(With("10.0.0.1 80\n 2001:db8::1 80\n fwmark 7"));

        Assert.Empty((IEnumerable<VirtualServerDefinition>)configuration.VirtualServers);
        Assert.Contains(findings, static finding => finding.Message.Contains("a mark without a family", StringComparison.Ordinal));
    }

    [Fact]
    public void DR_to_another_port_is_told_and_kept_for_groups()
    {
        IReadOnlyList<Diagnostic> findings = ConfigurationText.Read(With("10.0.0.1 80", "10.0.1.2 81").Replace("NAT", "DR", StringComparison.Ordinal)).Findings;

        Assert.Equal("real server 10.0.1.2 of virtual server [web]:0: DR cannot change ports: port 81 is ignored for 10.0.0.1 80", Assert.Single(findings).Message);
    }

    [Fact]
    public void Each_service_of_a_group_gets_the_pool_and_loses_it()
    {
        var director = new Director(With("10.0.0.1-2 80\n 10.0.0.3 443", "10.0.1.2", "BOARD_CHECK {\n }"));
        director.Advance(0);
        // Port 0 is the port that the client asked for; keepalived writes it so for NAT.
        Assert.Equal(["10.0.1.2:0", "10.0.1.2:0", "10.0.1.2:0"], Destinations(director));

        director.Probes.Set("10.0.1.2", isUp: false);
        director.Advance(100);

        Assert.Empty(Destinations(director));
    }

    private static IEnumerable<string> Destinations(Director director) =>
        director.Kernel.Text.Split('\n').Where(static line => line.StartsWith("  ", StringComparison.Ordinal)).Select(static line => line.Trim().Split(' ')[0]);

    private static string With(string lines, string server = "10.0.1.2 80", string check = "") => $$"""
        virtual_server_group web {
         {{lines}}
        }
        virtual_server group web {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            real_server {{server}} {
                {{check}}
            }
        }
        """;

    private static VirtualServerDefinition Only(IpvsConfiguration configuration) => Assert.Single((IEnumerable<VirtualServerDefinition>)configuration.VirtualServers);
}
