using Keepalived.Checkers.Http;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Scripts;

namespace Keepalived.Checkers.Tests.Http;

/// <summary>Reads an <c>HTTP_GET</c> block through the keyword tree.</summary>
internal static class HttpText
{
    /// <summary>The checker of a block that must be without findings.</summary>
    public static CheckerDefinition Check(string block)
    {
        (CheckerDefinition? definition, IReadOnlyList<Diagnostic> findings) = Read($"HTTP_GET {{\n{block}\n}}");
        Assert.Empty(findings.Select(finding => finding.Message));
        return definition!;
    }

    public static (CheckerDefinition? Definition, IReadOnlyList<Diagnostic> Findings) Read(string text)
    {
        KeywordTree tree = new();
        var server = new Server();
        IKeywordBlock<Server> parent = tree.Root.Block<Server>(new("virtual_server", "", "Service."), (_, _) => server);
        parent.Block<Server>(new("real_server", "", "Server."), (_, _) => server);
        new HttpCheckerPlugin().RegisterKeywords(tree.ForOwner("checker-http", PluginRoles.Checker));
        new Keepalived.Checkers.Tcp.TcpCheckerPlugin().RegisterKeywords(tree.ForOwner("checker-tcp", PluginRoles.Checker));
        var session = new ConfigurationSession(PluginRoles.Checker, isTest: true, new NoScripts());
        ExpandedConfiguration expanded = ConfigurationReader.Read(
            "/k.conf", new ConfigurationReadOptions { FileSystem = new OneFile($"virtual_server {{\nreal_server {{\n{text}\n}}\n}}\n") });
        ConfigurationWalk.Run(expanded, tree, new KnownKeywords(), session, PluginRoles.All);
        Assert.Empty(session.FailedOwners);
        return (server.Definition, session.Diagnostics);
    }

    private sealed class Server : ICheckedServer
    {
        public CheckerDefinition? Definition { get; private set; }

        public void AddChecker(CheckerDefinition definition, SourceLocation location) => Definition = definition;
    }

    private sealed class NoScripts : IScriptPolicy
    {
        public bool Validate(ScriptCommand command, SourceLocation location, IConfigurationSession session) => false;

        public ScriptUser? ResolveUser(IKeywordReader reader) => null;
    }

    private sealed class OneFile(string text) : IConfigurationFileSystem
    {
        public string FullPath(string path) => path;

        public ConfigurationFileKind KindOf(string path) => path == "/k.conf" ? ConfigurationFileKind.Regular : ConfigurationFileKind.Missing;

        public Stream Open(string path) => new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));

        public IEnumerable<string> Names(string directory) => ["k.conf"];
    }
}
