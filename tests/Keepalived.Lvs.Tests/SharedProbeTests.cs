using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Configuration.Tests;
using Keepalived.Ipvs;
using Keepalived.Plugins;

namespace Keepalived.Lvs.Tests;

/// <summary>Which of the checks that ship with the daemon can share a probe (<c>checker_share_probes</c>).</summary>
public sealed class SharedProbeTests
{
    [Theory]
    [InlineData("TCP_CHECK { }")]
    [InlineData("HTTP_GET {\n url {\n path /\n status_code 200-299\n regex ok\n }\n url {\n path /b\n digest 640205b7b0fc66c1ea91c463fac6334d\n }\n }")]
    [InlineData("SSL_GET {\n enable_sni\n url {\n path /\n }\n }")]
    [InlineData("SMTP_CHECK {\n helo_name me\n }")]
    [InlineData("DNS_CHECK {\n type A\n name example.org\n }")]
    [InlineData("UDP_CHECK {\n payload 0102\n require_reply 01?2\n }")]
    [InlineData("PING_CHECK { }")]
    public void A_check_that_asks_over_the_network_is_shared_by_servers_that_have_it_alike(string check)
    {
        ConfiguredChecker[] checkers = Read(check, check);

        Assert.Equal(2, checkers.Length);
        Assert.All(checkers, checker => Assert.True(SharedProbes.Fits(checker.Definition)));
        Assert.Equal(SharedProbes.Question.Of(checkers[0]), SharedProbes.Question.Of(checkers[1]));
        Assert.Equal(SharedProbes.Question.Of(checkers[0]).GetHashCode(), SharedProbes.Question.Of(checkers[1]).GetHashCode());
    }

    [Theory]
    [InlineData("HTTP_GET {\n url {\n path /a\n }\n }", "HTTP_GET {\n url {\n path /b\n }\n }")]
    [InlineData("DNS_CHECK {\n name a.example\n }", "DNS_CHECK {\n name b.example\n }")]
    [InlineData("SMTP_CHECK {\n helo_name a\n }", "SMTP_CHECK {\n helo_name b\n }")]
    [InlineData("UDP_CHECK {\n payload 01\n }", "UDP_CHECK {\n payload 02\n }")]
    [InlineData("TCP_CHECK { }", "PING_CHECK { }")]
    public void Checks_that_ask_something_else_are_not(string one, string other)
    {
        ConfiguredChecker[] checkers = Read(one, other);

        Assert.NotEqual(SharedProbes.Question.Of(checkers[0]), SharedProbes.Question.Of(checkers[1]));
    }

    [Theory]
    [InlineData("MISC_CHECK {\n misc_path /bin/true\n }")]
    [InlineData("FILE_CHECK {\n track_file load\n }")]
    public void Scripts_and_checks_that_wait_to_be_told_are_not(string check)
    {
        ConfiguredChecker[] checkers = Read(check, check);

        Assert.Equal(2, checkers.Length);
        Assert.All(checkers, checker => Assert.False(SharedProbes.Fits(checker.Definition)));
    }

    private static ConfiguredChecker[] Read(string one, string other)
    {
        MemoryFiles files = new MemoryFiles().Add("/k.conf", Server(1, one) + Server(2, other));
        var checkers = new List<ConfiguredChecker>();
        ExpandedConfiguration text = ConfigurationReader.Read("/k.conf", new ConfigurationReadOptions { FileSystem = files });
        GoldenTests.Read(text, PluginRoles.All, record =>
        {
            if (record is IpvsConfiguration ipvs)
            {
                checkers.AddRange(ipvs.VirtualServers.SelectMany(server => server.RealServers.SelectMany(real => real.ConfigureCheckers(server.Address.ToString()))));
            }
        });
        return [.. checkers];
    }

    private static string Server(int number, string check) =>
        $"virtual_server 10.0.0.{number} 80 {{\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n real_server 10.0.1.1 80 {{\n {check}\n }}\n}}\n";
}
