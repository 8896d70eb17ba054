using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs.Tests.Configuration;

/// <summary>The corrections of section 14 of keepalived's behaviour: each is made, and each is reported where it is made.</summary>
public sealed class CompletionTests
{
    private const string Good = """
        virtual_server 10.0.0.1 80 {
            protocol TCP
            lvs_sched rr
            lvs_method NAT
            real_server 10.0.0.2 80 { weight 1
            }
        }
        """;

    [Fact]
    public void A_sound_virtual_server_has_no_findings()
    {
        VirtualServerDefinition server = Only(ConfigurationText.ReadClean(Good));

        Assert.Equal("[10.0.0.1]:tcp:80", server.Address.ToString());
        Assert.Equal("[10.0.0.2]:tcp:80", Assert.Single((IEnumerable<RealServerDefinition>)server.RealServers).Name);
    }

    [Theory]
    [InlineData("protocol TCP", "virtual server [10.0.0.1]:none:80 names no protocol: UDP is used")]
    [InlineData("lvs_sched rr", "virtual server [10.0.0.1]:tcp:80 names no scheduler: wlc is used")]
    [InlineData("lvs_method NAT", "virtual server [10.0.0.1]:tcp:80 names no forwarding method: NAT is used")]
    public void What_is_missing_is_filled_in_and_told(string line, string message) => AssertCorrected(Good.Replace(line, "", StringComparison.Ordinal), message);

    [Theory]
    [InlineData("ops", "virtual server [10.0.0.1]:tcp:80: only UDP can be scheduled packet by packet: ops is ignored")]
    [InlineData("quorum 5", "virtual server [10.0.0.1]:tcp:80: quorum 5 is more than all real servers weigh together: 1 is used")]
    [InlineData("hysteresis 7", "virtual server [10.0.0.1]:tcp:80: hysteresis 7 must be less than the quorum 1: 0 is used")]
    [InlineData("real_server 10.0.0.2 80 { weight 9\n }", "virtual server [10.0.0.1]:tcp:80: real server [10.0.0.2]:tcp:80 is there already: this one is left out")]
    [InlineData("sorry_server 10.0.0.2 80\n sorry_server_inhibit", "virtual server [10.0.0.1]:tcp:80: the sorry server is the real server [10.0.0.2]:tcp:80 too and takes over its inhibit setting")]
    [InlineData("sorry_server 10.0.0.9 81\n sorry_server_lvs_method DR", "sorry server 10.0.0.9 of virtual server [10.0.0.1]:tcp:80: DR cannot change ports: 80 is used instead of 81")]
    [InlineData("real_server 10.0.0.3 81 { lvs_method TUN\n }", "real server 10.0.0.3 of virtual server [10.0.0.1]:tcp:80: TUN cannot change ports: 80 is used instead of 81")]
    public void What_contradicts_itself_is_corrected_and_told(string line, string message) =>
        AssertCorrected(Good.Replace("lvs_sched rr", "lvs_sched rr\n" + line, StringComparison.Ordinal), message);

    [Fact]
    public void A_pool_that_weighs_nothing_is_told_as_it_never_has_a_quorum() => AssertCorrected(
        Good.Replace("weight 1", "weight 0", StringComparison.Ordinal),
        "virtual server [10.0.0.1]:tcp:80: quorum 1 is more than all real servers weigh together: they never reach it");

    [Fact]
    public void All_ports_without_persistence_gets_360_seconds() =>
        Assert.Equal(360u, Only(AssertCorrected(
            Good.Replace("10.0.0.1 80", "10.0.0.1 0", StringComparison.Ordinal),
            "virtual server [10.0.0.1]:tcp:0 takes all ports and must be persistent: persistence_timeout 360 is used")).Service.PersistenceTimeout);

    [Fact]
    public void A_mark_has_no_protocol_and_no_address_to_wait_for_and_DR_no_port()
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read("""
            virtual_server fwmark 3 {
                protocol TCP
                ha_suspend
                lvs_sched rr
                lvs_method DR
                real_server 10.0.0.2 80 { weight 1
                }
            }
            """);

        Assert.Equal(
            [
                "virtual server FWM 3 is chosen by mark: its protocol is ignored",
                "real server 10.0.0.2 of virtual server FWM 3: DR cannot change ports: port 80 is ignored",
                "virtual server FWM 3 is chosen by mark and has no address to wait for: ha_suspend is ignored",
            ],
            findings.Where(finding => finding.Class == DiagnosticClass.GeneralError).Select(finding => finding.Message));
        Assert.Equal("[10.0.0.2]:none:0", Only(configuration).RealServers[0].Name);
    }

    [Fact]
    public void The_family_of_a_mark_is_that_of_its_servers()
    {
        IpvsConfiguration configuration = ConfigurationText.ReadClean("virtual_server fwmark 3 {\n lvs_sched rr\n lvs_method NAT\n real_server 2001:db8::2 80 { weight 1\n }\n}");

        Assert.True(Only(configuration).Address.Key.IsIPv6);
    }

    [Theory]
    [InlineData("virtual_server 10.0.0.1 80 {\n protocol TCP\n}", "virtual server [10.0.0.1]:tcp:80 has no real server: it is left out")]
    [InlineData("virtual_server 10.0.0.1 80 {\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n real_server 2001:db8::1 80 { weight 1\n }\n}", "virtual server [10.0.0.1]:tcp:80 has no usable real server: it is left out")]
    [InlineData("virtual_server fwmark 0 {\n lvs_sched rr\n}", "mark 0 is what packets without a mark carry: the virtual server is left out")]
    public void What_cannot_run_is_left_out_with_an_error(string text, string message)
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(text);

        Assert.Empty(configuration.VirtualServers.AsSpan().ToArray());
        Assert.Contains(findings, finding => finding.Message == message && finding.Severity == DiagnosticSeverity.Error);
    }

    [Fact]
    public void A_server_of_the_other_family_is_left_out_unless_there_is_a_tunnel()
    {
        string mixed = Good.Replace("real_server", "real_server 2001:db8::1 80 { weight 1\n }\n real_server", StringComparison.Ordinal);
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(mixed);

        Assert.Single(Only(configuration).RealServers.AsSpan().ToArray());
        Assert.Equal("real server 2001:db8::1 is of another address family than virtual server [10.0.0.1]:tcp:80: it is left out", Assert.Single(findings).Message);
        Assert.Equal("/k.conf:5:5", findings[0].Location.ToString());

        Assert.Equal(2, Only(ConfigurationText.ReadClean(mixed.Replace("lvs_method NAT", "lvs_method TUN", StringComparison.Ordinal))).RealServers.Count);
    }

    [Fact]
    public void The_real_servers_of_two_equal_virtual_servers_serve_one_service_as_in_keepalived()
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(
            Good + "\n" + Good + "\n" + Good.Replace("10.0.0.2 80", "10.0.0.3 80", StringComparison.Ordinal));

        Assert.Equal(["[10.0.0.2]:tcp:80", "[10.0.0.3]:tcp:80"], Only(configuration).RealServers.Select(static server => server.Name));
        Assert.Equal(2, findings.Count(static finding => finding.Class == DiagnosticClass.Ok && finding.Message.Contains("is there already", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_forwarding_method_holds_for_the_real_servers_below_it()
    {
        (IpvsConfiguration configuration, _) = ConfigurationText.Read(
            Good.Replace("real_server", "real_server 10.0.0.9 81 { weight 1 }\n lvs_method DR\n real_server", StringComparison.Ordinal));

        Assert.Equal(["NAT", "DR"], Only(configuration).RealServers.Select(static server => server.Forwarding.ToString()));
    }

    [Fact]
    public void A_server_without_port_has_the_virtual_servers() =>
        Assert.Equal("[10.0.0.2]:tcp:80", Only(ConfigurationText.ReadClean(Good.Replace("10.0.0.2 80", "10.0.0.2", StringComparison.Ordinal))).RealServers[0].Name);

    [Fact]
    public void A_check_goes_to_the_port_as_written_even_where_IPVS_cannot_use_it()
    {
        (IpvsConfiguration configuration, _) = ConfigurationText.Read(
            Good.Replace("NAT", "DR", StringComparison.Ordinal).Replace("10.0.0.2 80 { weight 1", "10.0.0.2 8080 { BOARD_CHECK { }", StringComparison.Ordinal));

        Assert.Equal("10.0.0.2:8080", Only(configuration).RealServers[0].ConfigureCheckers("service")[0].Target.EndPoint.ToString());
    }

    [Fact]
    public void A_script_that_may_not_run_is_left_out() =>
        Assert.Null(Only(ConfigurationText.ReadClean(Good.Replace("weight 1", "notify_up /missing", StringComparison.Ordinal))).RealServers[0].NotifyUp);

    [Fact]
    public void A_tunnel_has_its_type_port_and_checksums()
    {
        string text = Good.Replace("weight 1", "lvs_method TUN type gue port 6080 remcsum", StringComparison.Ordinal);

        ForwardingMethod method = Only(ConfigurationText.ReadClean(text)).RealServers[0].Forwarding;

        Assert.Equal(new ForwardingMethod(IpvsForwarding.Tunnel, IpvsTunnelType.Gue, 6080, IpvsTunnelFlags.RemoteChecksum), method);
    }

    private static IpvsConfiguration AssertCorrected(string text, string message)
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = ConfigurationText.Read(text);
        Assert.Single(configuration.VirtualServers.AsSpan().ToArray());
        Diagnostic finding = Assert.Single(findings, finding => finding.Message == message);
        Assert.Equal(DiagnosticClass.GeneralError, finding.Class);
        Assert.NotNull(finding.Remedy);
        Assert.NotNull(finding.Location.Origin);
        return configuration;
    }

    private static VirtualServerDefinition Only(IpvsConfiguration configuration) => Assert.Single((IEnumerable<VirtualServerDefinition>)configuration.VirtualServers);
}
