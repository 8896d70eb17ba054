using Keepalived.Configuration;

namespace Keepalived.Ipvs.Tests.Configuration;

/// <summary>The lint rules of virtual servers: each fires where it is meant to, is silent beside it, and changes no verdict.</summary>
public sealed class LintTests
{
    [Fact]
    public void A_sound_virtual_server_is_left_in_peace() => Assert.Empty(Rules(Service(1, "", Check(""))));

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void A_server_that_many_virtual_servers_probe_is_mentioned_once(int services, bool fires) => Assert.Equal(
        fires ? ["probed-often"] : [], Rules(string.Concat(Enumerable.Range(1, services + (fires ? 3 : 0)).Select(static i => Service(i, "", Check(""))))));

    [Theory]
    [InlineData("delay_loop 3\n connect_timeout 4", true)]
    [InlineData("delay_loop 4\n connect_timeout 4", false)]
    public void A_probe_that_outlasts_its_interval_is_mentioned(string lines, bool fires) =>
        Assert.Equal(fires ? ["check-longer-than-interval"] : [], Rules(Service(1, lines, Check(""))));

    [Theory]
    [InlineData("retry 41", true)]
    [InlineData("retry 40", false)]
    public void A_check_that_takes_minutes_to_notice_is_mentioned(string line, bool fires) => Assert.Equal(
        fires ? ["late-detection"] : [], Rules(Service(1, "delay_loop 60\n connect_timeout 5\n delay_before_retry 0.75\n " + line, Check(""))));

    [Theory]
    [InlineData("quorum 3\n hysteresis 1", true)]
    [InlineData("quorum 2\n hysteresis 1", false)]
    public void A_quorum_that_can_never_be_regained_is_mentioned(string lines, bool fires) =>
        Assert.Equal(fires ? ["quorum-out-of-reach"] : [], Rules(Service(1, lines, "weight 3\n " + Check(""))));

    [Fact]
    public void A_server_without_a_check_among_others_that_have_one_is_mentioned()
    {
        string text = Service(1, "real_server 10.0.0.99 80 { weight 1\n }", Check(""));

        Assert.Equal(["unchecked-server"], Rules(text));
        Assert.Empty(Rules(Service(1, "real_server 10.0.0.99 80 { weight 1\n }", "")));
    }

    [Fact]
    public void Lint_never_changes_the_verdict()
    {
        IReadOnlyList<Diagnostic> findings = ConfigurationText.Read(Service(1, "quorum 3\n hysteresis 1", "weight 3")).Findings;

        Assert.Single(findings);
        Assert.Equal(0, DiagnosticVerdict.ExitCodeFor(findings, mainFileFound: true));
    }

    private static string Check(string lines) => $"BOARD_CHECK {{ {lines}\n }}";

    private static string Service(int number, string lines, string server) =>
        $"virtual_server 10.1.0.{number} 80 {{\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n {lines}\n real_server 10.0.0.2 80 {{\n {server}\n }}\n}}\n";

    private static IEnumerable<string> Rules(string text)
    {
        IReadOnlyList<Diagnostic> findings = ConfigurationText.Read(text).Findings;
        Assert.All(findings, static finding => Assert.NotNull(finding.Rule));
        return findings.Select(static finding => finding.Rule!);
    }
}
