using System.Text;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Testing;

/// <summary>
/// What the daemon makes of a checker's block: the lines are read by the daemon's own reader, inside a <c>real_server</c> block that has no
/// other keywords.
/// <code>
/// CheckerReading reading = CheckerReading.Of(new GreetingPlugin(), """
///     GREETING_CHECK {
///         expect 220
///     }
///     """);
/// Assert.Equal(["checker.conf:2:12: …"], reading.Findings);
/// </code>
/// </summary>
public sealed class CheckerReading
{
    private const string File = "checker.conf";

    private CheckerReading(IReadOnlyList<CheckerDefinition> checkers, IReadOnlyList<Diagnostic> diagnostics)
    {
        Checkers = checkers;
        Diagnostics = diagnostics;
    }

    /// <summary>The checkers of the real server, in order.</summary>
    public IReadOnlyList<CheckerDefinition> Checkers { get; }

    /// <summary>What was found, in order of place.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>The same as lines <c>checker.conf:LINE:COLUMN: message; remedy</c>.</summary>
    public IReadOnlyList<string> Findings =>
        [.. Diagnostics.Select(static d => $"{d.Location}: {d.Message}{(d.Remedy is { } remedy ? "; " + remedy : "")}")];

    /// <summary>Reads lines of a <c>real_server</c> block.</summary>
    /// <param name="plugin">The plugin whose keywords are known.</param>
    /// <param name="lines">The lines.</param>
    /// <exception cref="InvalidOperationException">The plugin threw; the inner exception says what.</exception>
    public static CheckerReading Of(IPlugin plugin, string lines)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var files = new TextFiles(new(StringComparer.Ordinal)
        {
            ["/keepalived.conf"] = $"virtual_server {{\nreal_server {{\ninclude {File}\n}}\n}}\n",
            ["/" + File] = lines,
        });
        ExpandedConfiguration configuration = ConfigurationReader.Read(
            "keepalived.conf", new() { ConfigId = "test", FileSystem = files, EnvironmentVariable = static _ => null });
        var tree = new KeywordTree();
        var found = new List<(CheckerDefinition Definition, SourceLocation Location)>();
        tree.Root.Block<Pool>(new("virtual_server", "{ … }", ""), static (_, _) => new Pool())
            .Block<ServerUnderTest>(new("real_server", "{ … }", ""), (_, _) => new ServerUnderTest(found));
        plugin.RegisterKeywords(tree.ForOwner("plugin", PluginRoles.Checker));

        var session = new ConfigurationSession(PluginRoles.Checker, isTest: true, new AnyScript());
        ConfigurationWalk.Run(configuration, tree, new KnownKeywords(), session, PluginRoles.Checker);
        foreach ((string owner, Exception thrown) in session.FailedOwners)
        {
            throw new InvalidOperationException($"A keyword handler of the {owner} threw {thrown.GetType().Name}: {thrown.Message}", thrown);
        }

        plugin.BuildConfiguration(session);
        List<CheckerDefinition> kept = [];
        foreach ((CheckerDefinition definition, SourceLocation location) in found)
        {
            if (definition is not ILateValidation late || late.Validate(session, location))
            {
                kept.Add(definition);
            }
        }

        return new(kept, session.Diagnostics);
    }

    private sealed class Pool;

    private sealed class ServerUnderTest(List<(CheckerDefinition Definition, SourceLocation Location)> found) : ICheckedServer
    {
        public void AddChecker(CheckerDefinition definition, SourceLocation location) => found.Add((definition, location));
    }

    /// <summary>Files that exist only in a test.</summary>
    private sealed class TextFiles(Dictionary<string, string> files) : IConfigurationFileSystem
    {
        public string FullPath(string path) => Path.GetFullPath(path, "/");

        public ConfigurationFileKind KindOf(string path) =>
            files.ContainsKey(FullPath(path)) ? ConfigurationFileKind.Regular
            : FullPath(path) == "/" ? ConfigurationFileKind.Directory : ConfigurationFileKind.Missing;

        public Stream Open(string path) => new MemoryStream(Encoding.UTF8.GetBytes(files[FullPath(path)]));

        public IEnumerable<string> Names(string directory) => files.Keys.Select(static path => path[1..]);
    }

    private sealed class AnyScript : Scripts.IScriptPolicy
    {
        public bool Validate(Scripts.ScriptCommand command, SourceLocation location, IConfigurationSession session) => true;

        public Scripts.ScriptUser? ResolveUser(IKeywordReader reader)
        {
            reader.Rest();
            return null;
        }
    }
}
