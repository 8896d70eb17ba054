using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

/// <summary>Several processes walk one configuration; what is wrong is said by one of them.</summary>
public sealed class SharedFindingTests
{
    private const string Both = "global_defs { shared 99 }\nvrrp_instance V { }\nvirtual_server { }\n";

    [Theory]
    [InlineData(PluginRoles.None, Both, 0)]
    [InlineData(PluginRoles.Vrrp, Both, 1)]
    [InlineData(PluginRoles.Checker, Both, 0)]
    [InlineData(PluginRoles.All, Both, 1)]
    [InlineData(PluginRoles.Checker, "global_defs { shared 99 }\nvirtual_server { }\n", 1)]
    [InlineData(PluginRoles.Vrrp, "global_defs { shared 99 }\n", 1)]
    public void A_keyword_of_a_plugin_in_two_processes_is_judged_by_the_first_that_is_started(PluginRoles role, string text, int findings) =>
        Assert.Equal(findings, Walk(role, text).Diagnostics.Count);

    [Fact]
    public void The_session_says_which_processes_are_started_as_far_as_the_command_line_allows()
    {
        Assert.Equal(PluginRoles.Vrrp | PluginRoles.Checker, Walk(PluginRoles.Vrrp, Both).StartedRoles);
        Assert.Equal(PluginRoles.Vrrp, Walk(PluginRoles.Vrrp, Both, PluginRoles.Vrrp | PluginRoles.Bfd).StartedRoles);
    }

    private static ConfigurationSession Walk(PluginRoles role, string text, PluginRoles allowed = PluginRoles.All)
    {
        var tree = new KeywordTree();
        tree.Root.Block<IConfigurationSession>(new("global_defs", "", ""), (_, session) => session);
        if (role != PluginRoles.None)
        {
            tree.ForOwner("notify", PluginRoles.Vrrp | PluginRoles.Checker).Extend<IConfigurationSession>("global_defs").Keyword(
                new("shared", "INT 1..9", ""), (reader, _) => reader.Integer("number", 1, 9));
        }

        KnownKeywords known = DemoKeywords.Known();
        known.Declare("notify", PluginRoles.Vrrp | PluginRoles.Checker, "global_defs", "shared");
        ExpandedConfiguration configuration = ConfigurationReader.Read("/k.conf", new ConfigurationReadOptions { FileSystem = new MemoryFiles().Add("/k.conf", text) });
        var session = new ConfigurationSession(role, isTest: role == PluginRoles.All, new AnyScript(), allowed);
        ConfigurationWalk.Run(configuration, tree, known, session, role);
        return session;
    }
}
