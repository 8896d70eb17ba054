using System.Text;
using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

public sealed class ScaleTests
{
    [Fact]
    public void A_configuration_of_37298_real_servers_reaches_its_handlers()
    {
        ConfigurationSession session = Walk(LargeConfiguration.Read(), PluginRoles.Checker);
        Assert.Equal(LargeConfiguration.RealServers, session.Get<Seen>().ToString().Split("real_server").Length - 1);
        Assert.Empty(session.Diagnostics);
    }

    [Fact]
    public void The_text_of_a_large_configuration_is_held_once()
    {
        ExpandedConfiguration configuration = LargeConfiguration.Read();
        Assert.True(configuration.Text.Length < LargeConfiguration.Text.Length, "comments and indentation are cut");
        Assert.Equal(configuration.Text.Length, configuration.Lines.ToArray().Sum(line => line.Length));
    }

    [Fact]
    public void A_process_skips_the_blocks_of_another_role_without_making_objects()
    {
        ExpandedConfiguration configuration = LargeConfiguration.Read();
        Walk(configuration, PluginRoles.Vrrp);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Walk(configuration, PluginRoles.Vrrp);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 2_000_000, $"{allocated} bytes for {configuration.Lines.Length} lines");
    }

    [Fact]
    public void The_root_scan_says_which_processes_a_configuration_needs()
    {
        KnownKeywords known = DemoKeywords.Known();
        Assert.Equal(PluginRoles.Vrrp | PluginRoles.Checker, known.RolesToStart(RootScan.Run(LargeConfiguration.Read())));
        Assert.Equal(PluginRoles.Vrrp, known.RolesToStart(Scan("global_defs { virtual_server }\n zork { virtual_server 1 2 { } }\nvrrp_instance V { }\n")));
        Assert.Equal(PluginRoles.None, known.RolesToStart(Scan("static_ipaddress { }\n")));
        Assert.Equal(["a", "vrrp_instance"], Scan("a\na\n    vrrp_instance V { inner }\nvrrp_instance W { }\n").Keywords);
    }

    [Theory]
    [InlineData("a {\n b \"}\" {\n }\n}\nc\n")]
    [InlineData("a {\n b { c { d }}\n}c\n")]
    [InlineData("a { b {\n}\n$X=e }\n} c\n")]
    [InlineData("a { ~SEQ(I, 1, 3) b $I {\n}\n} c\n")]
    [InlineData("a {\n}\n} c\n")]
    public void A_block_is_skipped_to_its_own_brace_whatever_stands_in_it(string text) => Assert.Equal("c", Scan(text).Keywords[^1]);

    [Fact]
    public void A_child_that_is_handed_a_configuration_knows_its_root_without_looking()
    {
        ExpandedConfiguration read = LargeConfiguration.Read();
        using var content = new MemoryStream();
        read.Write(content);
        content.Position = 0;

        Assert.Equal(RootScan.Run(read).Keywords, ExpandedConfiguration.Read(content).Scan!.Keywords);
    }

    private static RootScan Scan(string text) => RootScan.Run(ConfigurationReader.Read(
        "/k.conf", new ConfigurationReadOptions { FileSystem = new MemoryFiles().Add("/k.conf", Encoding.ASCII.GetBytes(text)) }));

    private static ConfigurationSession Walk(ExpandedConfiguration configuration, PluginRoles roles)
    {
        var session = new ConfigurationSession(roles, isTest: false, new AnyScript());
        ConfigurationWalk.Run(configuration, DemoKeywords.Build(roles), DemoKeywords.Known(), session, roles);
        return session;
    }
}
