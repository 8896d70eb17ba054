using Keepalived.Host.Configuration;
using Keepalived.Plugins;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Plugins;

/// <summary>
/// New versions of replaceable plugins, brought in by a reload as part of its transaction: loaded and asked for keywords and configuration before
/// the reload is decided; in the place of the old ones when it is accepted; gone without a trace when it is not. Loop thread only.
/// </summary>
internal sealed class PluginReplacement
{
    private readonly PluginHost _plugins;
    private readonly ReadingRoom _readings;
    private readonly ILogger _log;
    private readonly List<(LoadedPlugin Leaving, LoadedPlugin Coming)> _pairs = [];

    private PluginReplacement(PluginHost plugins, ReadingRoom readings, ILogger log)
    {
        _plugins = plugins;
        _readings = readings;
        _log = log;
    }

    /// <summary>The versions that go and those that come.</summary>
    public IReadOnlyList<(LoadedPlugin Leaving, LoadedPlugin Coming)> Pairs => _pairs;

    /// <summary>One of the new versions threw meanwhile.</summary>
    public bool HasFailed => _pairs.Exists(pair => !_plugins.Plugins.Contains(pair.Coming));

    /// <summary>Loads new versions of the plugins whose files are others than when they were loaded; null when there are none.</summary>
    internal static PluginReplacement? Begin(PluginHost plugins, ReadingRoom readings, ILogger log)
    {
        PluginReplacement? replacement = null;
        foreach (LoadedPlugin plugin in plugins.Plugins.ToArray())
        {
            if (plugin.FilesAtLoad is { } before && PluginFiles.Describe(plugin.Manifest.AssemblyPath) is { Length: > 0 } now && now != before)
            {
                replacement ??= new(plugins, readings, log);
                replacement.Load(plugin);
            }
        }

        return replacement;
    }

    /// <summary>The reload was refused: everything is as it was.</summary>
    internal void TakeBack()
    {
        foreach ((LoadedPlugin leaving, LoadedPlugin coming) in _pairs)
        {
            if (!_plugins.Exchange(coming, leaving))
            {
                _plugins.PutBack(leaving);
            }

            _readings.Exchange(coming, leaving);
            coming.Unload();
        }

        _pairs.Clear();
    }

    private void Load(LoadedPlugin leaving)
    {
        string path = leaving.Manifest.AssemblyPath;
        LoadedPlugin coming;
        try
        {
            PluginManifest? manifest = PluginManifestReader.Read(path);
            if (manifest is null || manifest.Name != leaving.Name || manifest.ContractVersion != PluginContract.Version
                || manifest.Roles != leaving.Manifest.Roles || !manifest.IsReplaceable)
            {
                _log.LogError(
                    "Plugin {Plugin}: the new {File} has another name, contract, process, or is not replaceable: version {Version} runs on; restart keepalived to change over",
                    leaving.Name, path, leaving.Manifest.Version);
                return;
            }

            coming = LoadedPlugin.Load(manifest, PluginFiles.VersionOf(leaving.OwnerName) + 1);
        }
        catch (Exception exception)
        {
            _log.LogError("Plugin {Plugin}: the new {File} cannot be loaded ({Reason}): version {Version} runs on", leaving.Name, path, exception.Message, leaving.Manifest.Version);
            return;
        }

        _plugins.Exchange(leaving, coming);
        if (_readings.Exchange(leaving, coming))
        {
            _pairs.Add((leaving, coming));
            return;
        }

        // It threw and was retired, which has been said.
        _plugins.PutBack(leaving);
        _readings.Exchange(coming, leaving);
        coming.Unload();
    }
}
