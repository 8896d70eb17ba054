using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

public sealed class FirstWalkTests
{
    [Fact]
    public void A_block_with_a_line_and_values_reaches_its_handlers()
    {
        var seen = new List<string>();
        var tree = new KeywordTree();
        IKeywordTree plugin = tree.ForOwner("demo", PluginRoles.Vrrp);
        IKeywordBlock<List<string>> block = plugin.Root.Block<List<string>>(
            new("vrrp_instance", "NAME { … }", "An instance."), (reader, _) => [reader.Word("name")], (_, _, list) => seen.AddRange(list));
        block.Keyword(new("priority", "INT 1..255", "Priority."), (reader, list) => list.Add("priority " + reader.Integer("priority", 1, 255)));
        block.Lines(new("virtual_ipaddress", "{ ADDRESS… }", "Addresses."), (reader, list) => list.Add(reader.Prefix("address").ToString()));
        MemoryFiles files = new MemoryFiles().Add("/etc/k.conf", "vrrp_instance \"V 1\" {\n priority 100\n virtual_ipaddress { 10.0.0.1/24 } priorty 7\n}\n");
        ExpandedConfiguration configuration = ConfigurationReader.Read("/etc/k.conf", new ConfigurationReadOptions { FileSystem = files });
        var session = new ConfigurationSession(PluginRoles.All, isTest: true, new AnyScript());
        ConfigurationWalk.Run(configuration, tree, new KnownKeywords(), session, PluginRoles.All);
        Assert.Equal(["V 1", "priority 100", "(10.0.0.1, 24)"], seen);
        Diagnostic finding = Assert.Single(session.Diagnostics);
        Assert.Equal("/etc/k.conf:3:36", finding.Location.ToString());
        Assert.Equal("did you mean 'priority'?", finding.Remedy);
    }
}
