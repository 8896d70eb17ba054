using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Ipvs.Tests;

/// <summary>Reads a configuration as the daemon does, with a checker <c>BOARD_CHECK</c> in the place of real ones, and a <c>bfd_instance</c> to-web1.</summary>
internal static class ConfigurationText
{
    public static (IpvsConfiguration Configuration, IReadOnlyList<Diagnostic> Findings) Read(string text, IScriptPolicy? scripts = null)
    {
        KeywordTree tree = Tree();
        var session = new ConfigurationSession(PluginRoles.Checker, isTest: true, scripts ?? new AnyScript());
        session.Get<Tracking.TrackedBfdInstances>().TryAdd(new("to-web1", default));
        ExpandedConfiguration expanded = ConfigurationReader.Read("/k.conf", new ConfigurationReadOptions { FileSystem = new OneFile(text) });
        ConfigurationWalk.Run(expanded, tree, new KnownKeywords(), session, PluginRoles.All);
        var configuration = (IpvsConfiguration)new IpvsPlugin().BuildConfiguration(session)!;
        Assert.Empty(session.FailedOwners);
        return (configuration, session.Diagnostics);
    }

    /// <summary>Reads a configuration that must be without findings, but for lint.</summary>
    public static IpvsConfiguration ReadClean(string text)
    {
        (IpvsConfiguration configuration, IReadOnlyList<Diagnostic> findings) = Read(text);
        Assert.Empty(findings.Where(finding => finding.Rule is null).Select(finding => finding.Message));
        return configuration;
    }

    public static KeywordTree Tree()
    {
        var tree = new KeywordTree();
        tree.Root.Block<IConfigurationSession>(new("global_defs", "{ … }", "Settings of the daemon."), (_, session) => session);
        new IpvsPlugin().RegisterKeywords(tree.ForOwner("ipvs", PluginRoles.Checker));
        IKeywordBlock<BoardCheckBuilder> check = tree.ForOwner("board", PluginRoles.Checker).AddChecker<BoardCheckBuilder>("BOARD_CHECK", "What the board says.");
        check.Keyword(new("label", "STRING", "Tells checkers apart."), (r, b) => b.Label = r.Word("label"));
        tree.ForOwner("board", PluginRoles.Checker).AddChecker<NewsCheckBuilder>("NEWS_CHECK", "Waits for news from the board.", CheckOptionSet.None);
        new Checkers.Bfd.BfdCheckerPlugin().RegisterKeywords(tree.ForOwner("checker-bfd", PluginRoles.Checker));
        return tree;
    }

    private sealed class OneFile(string text) : IConfigurationFileSystem
    {
        public string FullPath(string path) => path;

        public ConfigurationFileKind KindOf(string path) => path == "/k.conf" ? ConfigurationFileKind.Regular : ConfigurationFileKind.Missing;

        public Stream Open(string path) => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));

        public IEnumerable<string> Names(string directory) => ["k.conf"];
    }
}

/// <summary>Lets every script run, as root when a user is named.</summary>
internal sealed class AnyScript : IScriptPolicy
{
    public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session) => command.Program != "/missing";

    public ScriptUser? ResolveUser(IKeywordReader reader) => reader.Rest() is ["nobody-knows"] ? null : new(0, 0, false, "root");
}
