using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Plugins;

/// <summary>What every plugin's container starts with.</summary>
/// <param name="plugin">The plugin, which owns what it creates on the loop.</param>
/// <param name="services">Its container.</param>
internal delegate void HostServices(LoadedPlugin plugin, IServiceCollection services);

/// <summary>
/// The plugins of this process and the only place that calls them. An exception that escapes a call retires the plugin, by name, with what
/// to do; the others run on. Loop thread only, but for <see cref="Build"/>.
/// </summary>
internal sealed class PluginHost(ILogger log)
{
    // Replaced where a plugin leaves: a reading on another thread may be walking over it.
    private List<LoadedPlugin> _plugins = [];
    private readonly List<LoadedPlugin> _retired = [];
    private IReadOnlyList<string> _without = [];

    /// <summary>Called with a plugin that has just been retired, and whether it had been started.</summary>
    public Action<LoadedPlugin, bool>? Retired { get; set; }

    /// <summary>Makes the loop know on whose behalf a call into a plugin runs; null = nobody wants to know.</summary>
    public Func<IScheduler, IDisposable>? BeginFor { get; set; }

    /// <summary>True when a plugin of somebody else takes part.</summary>
    public bool HasForeign => _plugins.Exists(static plugin => !plugin.Manifest.IsShipped);

    /// <summary>The plugin that an assembly belongs to, even when it has been retired; null for the host's own.</summary>
    internal LoadedPlugin? OwnerOf(System.Reflection.Assembly assembly) =>
        _plugins.Find(plugin => plugin.Owns(assembly)) ?? _retired.Find(plugin => plugin.Owns(assembly));

    /// <summary>The plugins that take part.</summary>
    public IReadOnlyList<LoadedPlugin> Plugins => _plugins;

    /// <summary>Loads the plugins of some roles.</summary>
    /// <param name="catalog">The plugins there are.</param>
    /// <param name="roles">The roles.</param>
    /// <param name="without">Names of plugins that must not be loaded: they held the loop too often.</param>
    internal void Load(PluginCatalog catalog, PluginRoles roles, IReadOnlyList<string>? without = null)
    {
        _without = without ?? [];
        // Whoever listens comes first, so that it is there when the others begin to speak.
        Load(catalog, roles, areListeners: true);
        Load(catalog, roles, areListeners: false);
    }

    private void Load(PluginCatalog catalog, PluginRoles roles, bool areListeners)
    {
        foreach (PluginManifest manifest in catalog.Plugins)
        {
            if (manifest.IsListener != areListeners || (manifest.Roles & roles) == 0)
            {
                continue;
            }

            if (_without.Contains(manifest.Name))
            {
                log.LogError(
                    "Plugin {Plugin} is not loaded: it held the loop of this process too often; its checks are absent, its keywords mean nothing; put a version in its place that does not block and restart keepalived",
                    manifest.Name);
            }
            else
            {
                Load(manifest);
            }
        }
    }

    /// <summary>Lets every plugin add its keywords.</summary>
    /// <param name="treeOf">The tree as a plugin sees it.</param>
    /// <param name="failed">Called for a plugin that threw: what it had registered so far must go.</param>
    internal void RegisterKeywords(Func<LoadedPlugin, IKeywordTree> treeOf, Action<LoadedPlugin> failed)
    {
        foreach (LoadedPlugin plugin in Snapshot())
        {
            if (!Guard(plugin, nameof(IPlugin.RegisterKeywords), () => plugin.EntryPoint!.RegisterKeywords(treeOf(plugin))))
            {
                failed(plugin);
            }
        }
    }

    /// <summary>Lets one plugin add its keywords.</summary>
    /// <returns>False when it threw and was retired.</returns>
    internal bool RegisterKeywords(LoadedPlugin plugin, IKeywordTree tree) =>
        Guard(plugin, nameof(IPlugin.RegisterKeywords), () => plugin.EntryPoint!.RegisterKeywords(tree));

    /// <summary>Puts a plugin into the place of another; false when that one takes no part any more.</summary>
    internal bool Exchange(LoadedPlugin leaving, LoadedPlugin coming)
    {
        int index = _plugins.IndexOf(leaving);
        if (index >= 0)
        {
            List<LoadedPlugin> plugins = [.. _plugins];
            plugins[index] = coming;
            _plugins = plugins;
        }

        return index >= 0;
    }

    /// <summary>Puts a plugin back whose replacement has been retired meanwhile.</summary>
    internal void PutBack(LoadedPlugin plugin) => _plugins = [.. _plugins, plugin];

    /// <summary>Lets every plugin turn what its handlers read into its configuration. On any thread.</summary>
    /// <param name="session">What they read.</param>
    /// <param name="failures">The plugins that have failed so far, which are left out; those that fail here join them.</param>
    internal PluginConfigurations Build(IConfigurationSession session, List<PluginFailure> failures)
    {
        PluginConfigurations built = new();
        foreach (LoadedPlugin plugin in Snapshot())
        {
            if (failures.Exists(failure => failure.Plugin == plugin.OwnerName))
            {
                continue;
            }

            try
            {
                built[plugin] = plugin.EntryPoint!.BuildConfiguration(session);
            }
#pragma warning disable CA1031 // Whatever a plugin throws retires it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures.Add(new(plugin.OwnerName, nameof(IPlugin.BuildConfiguration), exception));
            }
        }

        return built;
    }

    /// <summary>Starts every plugin with its configuration.</summary>
    /// <param name="schedulerOf">The loop for a plugin.</param>
    /// <param name="hostServices">Adds the host's services to a plugin's container.</param>
    /// <param name="configurations">What the plugins built.</param>
    internal void Start(Func<string, IScheduler> schedulerOf, HostServices hostServices, PluginConfigurations configurations)
    {
        foreach (LoadedPlugin plugin in Snapshot())
        {
            Start(plugin, schedulerOf, hostServices, configurations);
        }
    }

    /// <summary>Starts one plugin with its configuration.</summary>
    internal void Start(LoadedPlugin plugin, Func<string, IScheduler> schedulerOf, HostServices hostServices, PluginConfigurations configurations)
    {
        plugin.Scheduler ??= schedulerOf(plugin.OwnerName);
        Guard(plugin, nameof(IPlugin.Start), () => plugin.Start(services => hostServices(plugin, services), configurations[plugin]));
    }

    /// <summary>Stops one plugin that takes no part any more.</summary>
    internal Task StopOneAsync(LoadedPlugin plugin, CancellationToken limit) => StopAsync(plugin, limit);

    /// <summary>Gives every started plugin its new configuration.</summary>
    internal void Reload(PluginConfigurations configurations)
    {
        foreach (LoadedPlugin plugin in Snapshot())
        {
            if (plugin.IsStarted)
            {
                Guard(plugin, nameof(IPlugin.Reload), () => plugin.EntryPoint!.Reload(configurations[plugin]));
            }
        }
    }

    /// <summary>Asks every started plugin, one after the other, to write the state of a kind.</summary>
    internal async Task DumpAsync(DumpKind kind, TextWriter writer)
    {
        foreach (LoadedPlugin plugin in Snapshot())
        {
            ValueTask dump = default;
            if (!plugin.IsStarted || !Guard(plugin, nameof(IPlugin.Dump), () => dump = plugin.EntryPoint!.DumpAsync(kind, writer)))
            {
                continue;
            }

            try
            {
                await dump;
            }
            catch (Exception exception)
            {
                Retire(plugin, nameof(IPlugin.Dump), exception);
            }
        }
    }

    /// <summary>Stops all started plugins at the same time and waits for each, until the token is cancelled; then those that listen.</summary>
    /// <param name="limit">Cancelled when the time is over.</param>
    /// <param name="allIsSaid">Called in between: nobody has more to tell to those that listen.</param>
    internal async Task StopAsync(CancellationToken limit, Action? allIsSaid = null)
    {
        LoadedPlugin[] stopping = Snapshot();
        await Task.WhenAll(stopping.Where(static plugin => !plugin.Manifest.IsListener).Select(plugin => StopAsync(plugin, limit)));
        allIsSaid?.Invoke();
        await Task.WhenAll(stopping.Where(static plugin => plugin.Manifest.IsListener).Select(plugin => StopAsync(plugin, limit)));
    }

    /// <summary>Retires a plugin whose callback on the loop threw.</summary>
    internal void RetireOwner(string name, Exception exception) => RetireOwner(name, exception, null);

    /// <summary>Retires a plugin that threw.</summary>
    /// <param name="name">The plugin.</param>
    /// <param name="exception">What it threw.</param>
    /// <param name="call">Where; null for a callback.</param>
    internal void RetireOwner(string name, Exception exception, string? call)
    {
        if (_plugins.Find(candidate => candidate.OwnerName == name) is { } plugin)
        {
            Retire(plugin, call ?? "a callback", exception);
        }
    }

    private void Load(PluginManifest manifest)
    {
        try
        {
            _plugins.Add(LoadedPlugin.Load(manifest));
        }
        catch (Exception exception)
        {
            PluginProblem problem = Explain(manifest, exception);
            log.LogError("{Problem}", problem.ToString());
        }
    }

    private static PluginProblem Explain(PluginManifest manifest, Exception exception)
    {
        Exception cause = exception is System.Reflection.TargetInvocationException { InnerException: { } inner } ? inner : exception;
        return cause switch
        {
            FileNotFoundException { FileName: { } missing } => new(
                manifest.Name, $"it needs {missing}, which is not there", "put that assembly into the plugin's folder"),
            BadImageFormatException => new(manifest.Name, $"its image is broken: {cause.Message}", "install it again"),
            TypeLoadException or MissingMethodException => new(
                manifest.Name, $"it does not fit this host: {cause.Message}", "rebuild it against this host's Keepalived.Abstractions"),
            _ => new(manifest.Name, $"it could not be loaded: {cause.GetType().Name}: {cause.Message}", "report this to its author"),
        };
    }

    private async Task StopAsync(LoadedPlugin plugin, CancellationToken limit)
    {
        if (!plugin.IsStarted)
        {
            return;
        }

        SynchronizationContext? previous = SynchronizationContext.Current;
        try
        {
            SynchronizationContext.SetSynchronizationContext(plugin.Scheduler?.SynchronizationContext ?? previous);
            ValueTask stop = plugin.EntryPoint!.StopAsync(limit);
            SynchronizationContext.SetSynchronizationContext(previous);
            await stop;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            log.LogWarning("Plugin {Plugin} did not stop in time", plugin.Name);
        }
        catch (Exception exception)
        {
            SynchronizationContext.SetSynchronizationContext(previous);
            Retire(plugin, nameof(IPlugin.StopAsync), exception);
        }
    }

    private bool Guard(LoadedPlugin plugin, string call, Action action)
    {
        SynchronizationContext? previous = SynchronizationContext.Current;
        try
        {
            // What the plugin awaits in here comes back on its own behalf.
            SynchronizationContext.SetSynchronizationContext(plugin.Scheduler?.SynchronizationContext);
            using IDisposable? owned = plugin.Scheduler is { } scheduler ? BeginFor?.Invoke(scheduler) : null;
            action();
            return true;
        }
        catch (Exception exception)
        {
            Retire(plugin, call, exception);
            return false;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
        }
    }

    private void Retire(LoadedPlugin plugin, string call, Exception exception)
    {
        if (!_plugins.Contains(plugin))
        {
            return;
        }

        _plugins = [.. _plugins.Where(other => other != plugin)];
        _retired.Add(plugin);

        Exception cause = exception is FileNotFoundException or System.Reflection.TargetInvocationException ? exception.GetBaseException() : exception;
        if (cause is FileNotFoundException { FileName: { } missing })
        {
            log.LogError(
                "Plugin {Plugin}: it needs {Missing}, which is not there; put that assembly into the plugin's folder", plugin.Name, missing);
        }
        else
        {
            log.LogError(
                "Plugin {Plugin}: {Call} threw {Type}: {Message}; it takes no further part, the other plugins run on; report this to its author",
                plugin.Name, call, cause.GetType().Name, cause.Message);
            log.LogDebug("{Trace}", cause.ToString());
        }

        bool wasStarted = plugin.IsStarted;
        plugin.Retire();
        Retired?.Invoke(plugin, wasStarted);
    }

    // Guarded calls may retire a plugin, which changes the list.
    private LoadedPlugin[] Snapshot() => [.. _plugins];
}

/// <summary>A plugin that threw during a reading.</summary>
/// <param name="Plugin">Its name as an owner.</param>
/// <param name="Call">What it was doing; null for a keyword's handler.</param>
/// <param name="Exception">What it threw.</param>
internal readonly record struct PluginFailure(string Plugin, string? Call, Exception Exception);

/// <summary>What each plugin built from one reading of the configuration.</summary>
internal sealed class PluginConfigurations
{
    private readonly Dictionary<LoadedPlugin, object?> _byPlugin = [];

    /// <summary>A plugin's configuration; null when it built none.</summary>
    public object? this[LoadedPlugin plugin]
    {
        get => _byPlugin.GetValueOrDefault(plugin);
        set => _byPlugin[plugin] = value;
    }
}
