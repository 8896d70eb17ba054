using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Tests.Configuration;

/// <summary>Each lint rule speaks of the trap and is silent about its sane twin.</summary>
public sealed class LintTests
{
    private const string Scripts = "vrrp_script s {\n script /bin/s\n interval 2\n fall 3\n}\nvrrp_script fast {\n script /bin/s\n interval 1\n fall 2\n}\n";

    private static string[] Rules(string lines, string address = "192.0.2.1") => [.. ConfigurationText.Read(
        $"{Scripts}vrrp_instance V {{\n interface eth0\n virtual_router_id 7\n virtual_ipaddress {{ {address} }}\n{lines}\n}}",
        ConfigurationText.Ethernet("eth0"),
        ConfigurationText.Ethernet("eth1", 3)).Lint.Select(finding => finding.Rule!)];

    [Theory]
    [InlineData("strict_mode")]
    [InlineData("strict_mode\n version 3")]
    public void Strict_without_accept_answers_nobody(string lines) => Assert.Equal([LintRules.StrictWithoutAccept], Rules(lines));

    [Theory]
    [InlineData("strict_mode\n version 3\n accept")]
    [InlineData("strict_mode\n priority 255")]
    [InlineData("no_accept")]
    [InlineData("strict_mode\n no_accept")]
    public void Strict_that_accepts_or_says_that_it_does_not_is_meant(string lines) => Assert.Empty(Rules(lines));

    [Theory]
    [InlineData("state MASTER\n priority 150\n track_interface { eth1 weight 2 }")]
    [InlineData("state MASTER\n priority 150\n track_interface { eth1 weight -20 }")]
    [InlineData("priority 254\n track_interface { eth1 weight 10 }")]
    [InlineData("nopreempt\n track_interface { eth1 weight -60 }")]
    public void Weights_that_move_nothing(string lines) => Assert.Equal([LintRules.WeightMovesNothing], Rules(lines));

    [Theory]
    [InlineData("state MASTER\n priority 150\n track_interface { eth1 weight -60 }")]
    [InlineData("state MASTER\n priority 101\n track_interface { eth1 weight 2 }")]
    [InlineData("priority 90\n track_interface { eth1 weight 20 }")]
    [InlineData("nopreempt\n track_interface { eth1 }")]
    [InlineData("state MASTER\n priority 150\n track_interface { eth1 weight 60 reverse }")]
    public void Weights_that_move_something_or_are_faults(string lines) => Assert.Empty(Rules(lines));

    [Fact]
    public void Nopreempt_with_state_MASTER_is_forgotten() => Assert.Equal([LintRules.NopreemptWithMaster], Rules("state MASTER\n priority 150\n nopreempt"));

    [Theory]
    [InlineData("state BACKUP\n nopreempt")]
    [InlineData("state MASTER\n priority 150")]
    public void Nopreempt_with_state_BACKUP_is_right(string lines) => Assert.Empty(Rules(lines));

    [Theory]
    [InlineData("unicast_src_ip 192.0.2.8")]
    [InlineData("unicast_fault_no_peer\n unicast_peer { }")]
    [InlineData("check_unicast_src")]
    public void Unicast_without_peers(string lines) => Assert.Equal([LintRules.UnicastWithoutPeers], Rules(lines));

    [Theory]
    [InlineData("unicast_src_ip 192.0.2.8\n unicast_peer { 192.0.2.9 }")]
    [InlineData("mcast_src_ip 192.0.2.8")]
    public void Unicast_with_peers_and_multicast(string lines) => Assert.Empty(Rules(lines));

    [Fact]
    public void A_script_that_needs_longer_than_a_failover() => Assert.Equal([LintRules.ScriptSlowerThanFailover], Rules("track_script { s }"));

    [Theory]
    [InlineData("track_script { fast }")]
    [InlineData("advert_int 3\n track_script { s }")]
    public void A_script_that_notices_in_time(string lines) => Assert.Empty(Rules(lines));

    [Fact]
    public void Lint_never_changes_the_verdict() =>
        Assert.Equal(
            Keepalived.Configuration.DiagnosticVerdict.Usable,
            Keepalived.Configuration.DiagnosticVerdict.ExitCodeFor(ConfigurationText.Read("vrrp_instance V {\n interface eth0\n virtual_router_id 7\n virtual_ipaddress { 192.0.2.1 }\n nopreempt\n track_interface { eth1 weight 2 }\n}", ConfigurationText.Ethernet("eth0"), ConfigurationText.Ethernet("eth1", 3)).Lint, mainFileFound: true));
}
