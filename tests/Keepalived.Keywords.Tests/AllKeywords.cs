// Tests of the configuration language as a whole. They load the host's keywords and those of every plugin under plugins/ into one tree, by the
// host's own loader, and compare it with keywords.tsv (every keyword path of keepalived 2.4, its shape, process and status) and with the case
// files under Cases/, which give each keyword a good and a bad value. They read configurations as -t does and start nothing.
using System.Text.RegularExpressions;
using Keepalived.Configuration;
using Keepalived.Host.CommandLine;
using Keepalived.Host.Configuration;
using Keepalived.Host.Plugins;
using Keepalived.Host.Scripts;
using Keepalived.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keepalived.Keywords.Tests;

/// <summary>The whole language: every plugin loaded, one tree. A plugin that fails is retired by a reading, so a new tree is made then.</summary>
internal static partial class AllKeywords
{
    private static readonly Lock _gate = new();
    private static readonly Lazy<PluginCatalog> _catalog = new(MakeCatalog);
    private static ReadingRoom? _room;

    /// <summary>The root of the repository.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Every plugin there is.</summary>
    internal static PluginCatalog Catalog => _catalog.Value;

    /// <summary>The tree of all keywords.</summary>
    internal static KeywordTree Tree => Room().Tree;

    /// <summary>All registered keywords by path.</summary>
    internal static Dictionary<string, ListedKeyword> Listed() =>
        KeywordListing.Of(Tree).ToDictionary(static keyword => keyword.Path, StringComparer.Ordinal);

    /// <summary>Reads a configuration as <c>-t</c> does: preprocessing, walk, every plugin's own validation.</summary>
    internal static Reading Read(string path, LintOptions? lint = null)
    {
        return Read(ConfigurationReader.Read(path, new ConfigurationReadOptions()), lint);
    }

    /// <summary>Reads what preprocessing made as <c>-t</c> does.</summary>
    internal static Reading Read(ExpandedConfiguration configuration, LintOptions? lint = null)
    {
        lock (_gate)
        {
            ReadingRoom room = lint is null ? Room() : MakeRoom(lint);
            Reading reading = room.Read(configuration, isTest: true, new ScriptPolicy());
            if (reading.Findings.Any(static finding => finding.Class == DiagnosticClass.Fatal && finding.Message.StartsWith("plugin '", StringComparison.Ordinal)))
            {
                _room = null;
            }

            return reading;
        }
    }

    /// <summary>Reads a text as <c>-t</c> does.</summary>
    internal static Reading ReadText(string text, LintOptions? lint = null)
    {
        using Scratch scratch = new();
        return Read(scratch.Write("keepalived.conf", text), lint);
    }

    /// <summary>What the keywords of a text took.</summary>
    internal static RecordedConfiguration Record(string text)
    {
        using Scratch scratch = new();
        return Record(ConfigurationReader.Read(scratch.Write("keepalived.conf", text), new ConfigurationReadOptions()));
    }

    /// <summary>What the keywords of a configuration took.</summary>
    internal static RecordedConfiguration Record(ExpandedConfiguration configuration)
    {
        lock (_gate)
        {
            return Room().Record(configuration);
        }
    }

    private static ReadingRoom Room()
    {
        lock (_gate)
        {
            return _room ??= MakeRoom(new LintOptions { AllOff = true });
        }
    }

    private static ReadingRoom MakeRoom(LintOptions lint)
    {
        PluginHost plugins = new(NullLogger.Instance);
        plugins.Load(Catalog, PluginRoles.All);
        return new ReadingRoom(Catalog, plugins, PluginRoles.All, new DaemonOptions { Lint = lint });
    }

    /// <summary>A plugin directory with links to the output folders of the plugins, which are called after their projects.</summary>
    private static PluginCatalog MakeCatalog()
    {
        DirectoryInfo output = new(AppContext.BaseDirectory);
        string directory = Directory.CreateTempSubdirectory("keywords-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(directory, recursive: true);
        foreach (string project in Directory.EnumerateFiles(Path.Combine(Root, "plugins"), "*.csproj", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(project);
            if (text.Contains("<EnableDynamicLoading>true", StringComparison.Ordinal))
            {
                string name = Path.GetFileNameWithoutExtension(project);
                string assembly = AssemblyName().Match(text) is { Success: true } match ? match.Groups[1].Value : name;
                Directory.CreateSymbolicLink(Path.Combine(directory, assembly), Path.Combine(output.Parent!.Parent!.FullName, name, output.Name));
            }
        }

        return PluginCatalog.Discover([directory], []);
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Plugins.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("These tests run from the output folder inside the repository.");
    }

    [GeneratedRegex("<AssemblyName>(.*?)</AssemblyName>")]
    private static partial Regex AssemblyName();
}
