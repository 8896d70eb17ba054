using Keepalived.Bfd.Protocol;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Bfd.Tests;

/// <summary>Section 15 of keepalived's behaviour: what a <c>bfd_instance</c> says, its defaults, and what is corrected or refused.</summary>
public sealed class BfdKeywordTests
{
    [Fact]
    public void A_session_needs_a_neighbour_only_and_the_rest_has_defaults()
    {
        BfdSessionSettings session = Only("neighbor_ip 192.0.2.9");

        Assert.Equal("192.0.2.9", session.Neighbor.ToString());
        Assert.Equal(TimeSpan.FromMilliseconds(10), session.MinimumReceive);
        Assert.Equal(TimeSpan.FromMilliseconds(10), session.MinimumTransmit);
        Assert.Equal(TimeSpan.FromSeconds(1), session.IdleTransmit);
        Assert.Equal((5, 255, (byte?)0), (session.DetectMultiplier, session.TimeToLive, session.LargestHops));
        Assert.True(session is { TellsVrrp: true, TellsCheckers: true, IsPassive: false, IsMultihop: false, Weight: 0, Source: null });
    }

    [Fact]
    public void The_hop_limit_of_IPv6_is_64_if_none_is_written() => Assert.Equal(64, Only("neighbour_ip 2001:db8::9").TimeToLive);

    [Fact]
    public void Every_keyword_lands_in_the_record()
    {
        BfdSessionSettings session = Only("""
            neighbor_ip 192.0.2.9
            source_ip 192.0.2.1
            min_rx 50.5
            min_tx 60
            idle_tx 2000
            multiplier 3
            passive
            hoplimit 64
            max_hops 5
            multihop
            weight -20 reverse
            vrrp
            """);

        Assert.Equal(TimeSpan.FromMicroseconds(50500), session.MinimumReceive);
        Assert.Equal(TimeSpan.FromMilliseconds(60), session.MinimumTransmit);
        Assert.Equal(TimeSpan.FromSeconds(2), session.IdleTransmit);
        Assert.Equal((3, 64, (byte?)5, -20), (session.DetectMultiplier, session.TimeToLive, session.LargestHops, session.Weight));
        Assert.True(session is { IsPassive: true, IsMultihop: true, IsReversed: true, TellsVrrp: true, TellsCheckers: false });
        Assert.Equal("192.0.2.1", session.Source!.ToString());
    }

    [Theory]
    [InlineData("max_hops -1")]
    [InlineData("max_hops 255")]
    public void Two_numbers_of_hops_accept_any_packet(string line) => Assert.Null(Only("neighbor_ip 192.0.2.9\n" + line).LargestHops);

    [Theory]
    [InlineData("min_rx 0")]
    [InlineData("min_tx 4294968")]
    [InlineData("idle_tx 999.999")]
    [InlineData("multiplier 0")]
    [InlineData("ttl 256")]
    [InlineData("max_hops -2")]
    [InlineData("weight 254")]
    public void A_number_out_of_range_keeps_the_default(string line)
    {
        (BfdConfiguration configuration, IReadOnlyList<Diagnostic> findings) = Read($"bfd_instance a {{\n neighbor_ip 192.0.2.9\n {line}\n}}");

        Assert.Equal(DiagnosticClass.InvalidNumber, Assert.Single(findings).Class);
        Assert.Equal(new BfdSessionSettings { Name = "a", Neighbor = configuration.Sessions[0].Neighbor }, Assert.Single((IEnumerable<BfdSessionSettings>)configuration.Sessions));
    }

    [Theory]
    [InlineData("bfd_instance a {\n}", "bfd_instance a has no neighbour: it is left out")]
    [InlineData("bfd_instance a {\n neighbor_ip 192.0.2.9\n source_ip ::1\n}", "bfd_instance a: source ::1 and neighbour 192.0.2.9 are of different families: it is left out")]
    [InlineData("bfd_instance a123456789012345678901234567890b {\n neighbor_ip 192.0.2.9\n}", "the name 'a123456789012345678901234567890b' has 32 characters: bfd_instance is left out")]
    public void What_cannot_run_is_left_out_with_a_remedy(string text, string message)
    {
        (BfdConfiguration configuration, IReadOnlyList<Diagnostic> findings) = Read(text);

        Diagnostic finding = Assert.Single(findings);
        Assert.Equal(message, finding.Message);
        Assert.NotNull(finding.Remedy);
        Assert.Empty((IEnumerable<BfdSessionSettings>)configuration.Sessions);
    }

    [Fact]
    public void Our_own_keywords_land_in_the_options_of_the_protocol()
    {
        BfdSessionOptions options = Only("neighbor_ip 192.0.2.9\nauth_type meticulous_sha1\nauth_key 1 old\nauth_key 2 hex:00ff\nauth_key_id 2\necho_rx 20\necho_tx 30.5").ToOptions();

        Assert.Equal((BfdAuthenticationType.MeticulousKeyedSha1, (byte)2, 2), (options.Authentication!.Type, options.Authentication.ActiveKey, options.Authentication.Keys.Count));
        Assert.Equal([0, 255], options.Authentication.Keys[1].Secret);
        Assert.Equal((TimeSpan.FromMilliseconds(20), TimeSpan.FromMicroseconds(30500)), (options.MinimumEchoReceive, options.EchoInterval));
    }

    [Theory]
    [InlineData("auth_key 1 x", "bfd_instance to-web1 has keys and no auth_type: it is left out")]
    [InlineData("auth_type md5", "bfd_instance to-web1 has an auth_type and no key: it is left out")]
    [InlineData("auth_type md5\nauth_key 1 x\nauth_key_id 2", "bfd_instance to-web1 is to send with key 2, which is not there: it is left out")]
    [InlineData("auth_type md5\nauth_key 1 12345678901234567", "bfd_instance to-web1 has a key 1 of 17 octets: it is left out")]
    public void A_session_whose_authentication_cannot_work_does_not_run_without_it(string lines, string message)
    {
        (BfdConfiguration configuration, IReadOnlyList<Diagnostic> findings) = Read($"bfd_instance to-web1 {{\nneighbor_ip 192.0.2.9\n{lines}\n}}");

        Assert.Equal(message, Assert.Single(findings).Message);
        Assert.Empty((IEnumerable<BfdSessionSettings>)configuration.Sessions);
    }

    [Fact]
    public void There_is_no_echo_over_several_hops()
    {
        (BfdConfiguration configuration, IReadOnlyList<Diagnostic> findings) = Read("bfd_instance a {\nneighbor_ip 192.0.2.9\nmultihop\necho_tx 50\n}");

        Assert.Contains("there is no echo over several hops", Assert.Single(findings).Message, StringComparison.Ordinal);
        Assert.False(configuration.Sessions[0].UsesEcho);
    }

    [Fact]
    public void A_name_and_a_neighbour_are_there_once()
    {
        (BfdConfiguration configuration, IReadOnlyList<Diagnostic> findings) = Read("""
            bfd_instance a { neighbor_ip 192.0.2.9
            }
            bfd_instance a { neighbor_ip 192.0.2.8
            }
            bfd_instance b { neighbor_ip 192.0.2.9
            }
            """);

        Assert.Equal("a", Assert.Single((IEnumerable<BfdSessionSettings>)configuration.Sessions).Name);
        Assert.Equal(
            ["bfd_instance a is there already: this one is left out", "bfd_instance b has the neighbour of a, 192.0.2.9: it is left out"],
            findings.Select(static finding => finding.Message));
    }

    [Fact]
    public void More_hops_than_the_TTL_are_cut_as_keepalived_does()
    {
        (BfdConfiguration configuration, IReadOnlyList<Diagnostic> findings) = Read("bfd_instance a {\n neighbor_ip 192.0.2.9\n ttl 5\n max_hops 6\n}");

        Assert.Equal((byte?)5, configuration.Sessions[0].LargestHops);
        Assert.Equal((DiagnosticClass.GeneralError, 4), (findings[0].Class, findings[0].Location.Origin!.Line));
    }

    [Theory]
    [InlineData("min_rx 20000")]
    [InlineData("multiplier 11")]
    public void What_makes_detection_late_is_mentioned_and_accepted(string line)
    {
        IReadOnlyList<Diagnostic> findings = Read($"bfd_instance a {{\n neighbor_ip 192.0.2.9\n {line}\n}}").Findings;

        Assert.Equal((DiagnosticClass.Ok, 0), (Assert.Single(findings).Class, DiagnosticVerdict.ExitCodeFor(findings, mainFileFound: true)));
    }

    private static BfdSessionSettings Only(string lines)
    {
        (BfdConfiguration configuration, IReadOnlyList<Diagnostic> findings) = Read($"bfd_instance to-web1 {{\n{lines}\n}}");
        Assert.Empty(findings.Select(static finding => finding.Message));
        return Assert.Single((IEnumerable<BfdSessionSettings>)configuration.Sessions);
    }

    private static (BfdConfiguration Configuration, IReadOnlyList<Diagnostic> Findings) Read(string text)
    {
        var plugin = new BfdPlugin();
        var tree = new KeywordTree();
        plugin.RegisterKeywords(tree.ForOwner("bfd", PluginRoles.Bfd));
        var session = new ConfigurationSession(PluginRoles.All, isTest: true, new NoScripts());
        ExpandedConfiguration expanded = ConfigurationReader.Read("/k.conf", new ConfigurationReadOptions { FileSystem = new OneFile(text) });
        ConfigurationWalk.Run(expanded, tree, new KnownKeywords(), session, PluginRoles.All);
        var configuration = (BfdConfiguration)plugin.BuildConfiguration(session)!;
        Assert.Empty(session.FailedOwners);

        return (configuration, session.Diagnostics);
    }

    private sealed class OneFile(string text) : IConfigurationFileSystem
    {
        public string FullPath(string path) => path;

        public ConfigurationFileKind KindOf(string path) => path == "/k.conf" ? ConfigurationFileKind.Regular : ConfigurationFileKind.Missing;

        public Stream Open(string path) => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));

        public IEnumerable<string> Names(string directory) => ["k.conf"];
    }

    private sealed class NoScripts : IScriptPolicy
    {
        public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session) => false;

        public ScriptUser? ResolveUser(IKeywordReader reader) => null;
    }
}
