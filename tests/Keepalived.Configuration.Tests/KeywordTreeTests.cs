using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

public sealed class KeywordTreeTests
{
    private readonly KeywordTree _tree = new();

    [Fact]
    public void A_second_registration_of_a_keyword_names_both_plugins()
    {
        Vrrp().Root.Keyword(new("a", "", ""), (_, _) => { });
        var conflict = Assert.Throws<KeywordConflictException>(() => Bfd().Root.Keyword(new("a", "", ""), (_, _) => { }));
        Assert.Contains("'vrrp'", conflict.Message, StringComparison.Ordinal);
        Assert.Contains("'bfd'", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_can_be_extended_before_its_owner_registers_it()
    {
        var seen = new List<string>();
        Bfd().Extend<object>("server/real").Keyword(new("BFD_CHECK", "", ""), (_, state) => seen.Add((string)state));
        Vrrp().Root.Block<string>(new("server", "", ""), (_, _) => "server").Block<string>(new("real", "", ""), (_, parent) => parent + "/real");
        Run("server { real { BFD_CHECK } }");
        Assert.Equal(["server/real"], seen);
    }

    [Fact]
    public void A_block_that_is_only_extended_is_unknown() => Assert.Contains("unknown keyword 'server'", Assert.Single(Extended()).Message, StringComparison.Ordinal);

    [Fact]
    public void An_extension_that_expects_another_state_is_refused_when_it_comes_second()
    {
        Vrrp().Root.Block<string>(new("server", "", ""), (_, _) => "");
        var conflict = Assert.Throws<KeywordConflictException>(() => Bfd().Extend<Version>("server"));
        Assert.Contains("'bfd' reads block 'server' as Version, but plugin 'vrrp' opens it with String", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_extension_that_expects_another_state_is_refused_when_it_comes_first()
    {
        Bfd().Extend<Version>("server");
        Assert.Throws<KeywordConflictException>(() => Vrrp().Root.Block<string>(new("server", "", ""), (_, _) => ""));
    }

    [Fact]
    public void A_retired_plugin_takes_its_keywords_with_it_and_leaves_those_of_others()
    {
        IKeywordBlock<IConfigurationSession> block = Vrrp().Root.Block<IConfigurationSession>(new("shared", "", ""), (_, session) => session);
        block.Keyword(new("mine", "", ""), (_, _) => { });
        Bfd().Extend<IConfigurationSession>("shared").Keyword(new("theirs", "", ""), (_, _) => { });
        _tree.Remove("bfd");
        Assert.Equal(["shared", "shared/mine"], KeywordListing.Of(_tree).Select(keyword => keyword.Path));
    }

    [Fact]
    public void The_listing_gives_path_arguments_default_and_owner_sorted()
    {
        IKeywordBlock<string> block = Vrrp().Root.Block<string>(new("server", "NAME { … }", "A server."), (_, _) => "");
        block.Keyword(new("weight", "INT 0..9", "Weight.") { Default = "1" }, (_, _) => { });
        _tree.Root.Keyword(new("child_wait_time", "SECONDS", "Patience."), (_, _) => { });
        var text = new StringWriter();
        KeywordListing.Write(_tree, text);
        Assert.Equal("child_wait_time\tSECONDS\t-\tkeepalived\nserver\tNAME { … }\t-\tvrrp\nserver/weight\tINT 0..9\t1\tvrrp\n", text.ToString());
    }

    [Fact]
    public void A_closer_gets_the_state_of_parent_and_child_after_the_last_line()
    {
        var seen = new List<string>();
        IKeywordBlock<List<string>> block = Vrrp().Root.Block<List<string>>(
            new("server", "", ""), (_, _) => [], (session, parent, child) => seen.AddRange([.. child, ReferenceEquals(session, parent).ToString()]));
        block.Lines(new("values", "", ""), (reader, state) => state.AddRange(reader.Rest()));
        Run("server { values { a b\n c } }");
        Assert.Equal(["a", "b", "c", "True"], seen);
    }

    [Fact]
    public void A_closer_that_throws_is_held_against_its_plugin()
    {
        Vrrp().Root.Block<string>(new("server", "", ""), (_, _) => "", (_, _, _) => throw new NotSupportedException("defect"));
        ConfigurationSession session = Run("server { }");
        Assert.IsType<NotSupportedException>(session.FailedOwners["vrrp"]);
        Assert.Equal(DiagnosticClass.Fatal, Assert.Single(session.Diagnostics).Class);
    }

    private IReadOnlyList<Diagnostic> Extended()
    {
        Bfd().Extend<object>("server").Keyword(new("BFD_CHECK", "", ""), (_, _) => { });
        return Run("server { BFD_CHECK }").Diagnostics;
    }

    private IKeywordTree Vrrp() => _tree.ForOwner("vrrp", PluginRoles.Vrrp);

    private IKeywordTree Bfd() => _tree.ForOwner("bfd", PluginRoles.Bfd);

    private ConfigurationSession Run(string text)
    {
        ExpandedConfiguration configuration = ConfigurationReader.Read("/k.conf", new ConfigurationReadOptions { FileSystem = new MemoryFiles().Add("/k.conf", text) });
        var session = new ConfigurationSession(PluginRoles.All, isTest: true, new AnyScript());
        ConfigurationWalk.Run(configuration, _tree, new KnownKeywords(), session, PluginRoles.All);
        return session;
    }
}
