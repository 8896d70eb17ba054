using Keepalived.Plugins;

namespace Keepalived.Host.Plugins;

/// <summary>
/// The plugins that are there: a plugin is a folder <c>NAME</c> with the assembly <c>NAME.dll</c> in one of the plugin directories. What
/// cannot be used is kept as a problem with its remedy and costs the others nothing.
/// </summary>
internal sealed class PluginCatalog
{
    private readonly List<PluginManifest> _plugins = [];
    private readonly List<PluginProblem> _problems = [];

    /// <summary>The usable plugins, in order of directory and folder name.</summary>
    public IReadOnlyList<PluginManifest> Plugins => _plugins;

    /// <summary>What was found and cannot be used.</summary>
    public IReadOnlyList<PluginProblem> Problems => _problems;

    /// <summary>The directories that are always looked into: beside the host, then the system's.</summary>
    internal static string[] DefaultDirectories => [Path.Combine(AppContext.BaseDirectory, "plugins"), "/usr/lib/keepalived/plugins"];

    /// <summary>Looks for plugins; directories that do not exist are skipped unless the operator named them.</summary>
    internal static PluginCatalog Discover(IEnumerable<string> named, IEnumerable<string> defaults)
    {
        PluginCatalog catalog = new();
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string directory in named)
        {
            string path = Path.GetFullPath(directory);
            if (!Directory.Exists(path))
            {
                catalog._problems.Add(new(directory, "the directory does not exist", "correct --plugin-dir"));
            }
            else if (seen.Add(path))
            {
                catalog.AddDirectory(path);
            }
        }

        foreach (string directory in defaults)
        {
            if (seen.Add(directory) && Directory.Exists(directory))
            {
                catalog.AddDirectory(directory);
            }
        }

        return catalog;
    }

    private void AddDirectory(string directory)
    {
        string[] folders = Directory.GetDirectories(directory);
        Array.Sort(folders, StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            AddFolder(folder);
        }
    }

    private void AddFolder(string folder)
    {
        string name = Path.GetFileName(folder);
        string assembly = Path.Combine(folder, name + ".dll");
        try
        {
            if (!File.Exists(assembly))
            {
                _problems.Add(new(name, $"the folder {folder} holds no {name}.dll", "name the assembly as its folder, or move the folder away"));
            }
            else if (PluginManifestReader.Read(assembly) is { } manifest)
            {
                Add(manifest);
            }
            else
            {
                _problems.Add(new(name, $"{assembly} is not marked as a plugin", "add [assembly: KeepalivedPlugin(…)] to it"));
            }
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            _problems.Add(new(name, $"{assembly} cannot be read: {exception.Message}", "install it again, built for .NET 10"));
        }
    }

    private void Add(PluginManifest manifest)
    {
        if (manifest.ContractVersion != PluginContract.Version)
        {
            _problems.Add(new(
                manifest.Name,
                $"it was built for contract version {manifest.ContractVersion}, this host has version {PluginContract.Version}",
                "rebuild it against this host's Keepalived.Abstractions"));
        }
        else if (manifest.Roles == PluginRoles.None || (manifest.Roles & ~PluginRoles.All) != 0 || manifest.Name.Length == 0)
        {
            _problems.Add(new(
                manifest.Name.Length == 0 ? manifest.AssemblyPath : manifest.Name,
                "it declares no name or no process that exists",
                "correct its KeepalivedPlugin attribute"));
        }
        else if (_plugins.Find(other => other.Name == manifest.Name) is { } first)
        {
            _problems.Add(new(
                manifest.Name,
                $"{manifest.AssemblyPath} has the name of {first.AssemblyPath}, which came first",
                "remove one of them"));
        }
        else
        {
            _plugins.Add(manifest);
        }
    }
}
