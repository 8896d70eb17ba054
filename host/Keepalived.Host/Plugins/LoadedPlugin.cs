using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace Keepalived.Host.Plugins;

/// <summary>One plugin in this process: its context, its entry point, its container and whether it still takes part.</summary>
internal sealed class LoadedPlugin
{
    private readonly PluginLoadContext _context;
    private PluginServices? _services;

    private LoadedPlugin(PluginManifest manifest, PluginLoadContext context, IPlugin entryPoint)
    {
        Manifest = manifest;
        _context = context;
        EntryPoint = entryPoint;
    }

    /// <summary>What its metadata says.</summary>
    public PluginManifest Manifest { get; }

    /// <summary>Name for logs.</summary>
    public string Name => Manifest.Name;

    /// <summary>Its entry point; null once it is retired or unloaded, so that nothing keeps its context alive.</summary>
    public IPlugin? EntryPoint { get; private set; }

    /// <summary>The loop on its behalf; null until it is about to be started.</summary>
    public IScheduler? Scheduler { get; set; }

    /// <summary>True after <see cref="IPlugin.Start"/> has returned.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>True when a keyword of it in the configuration is the reason to run this process.</summary>
    public bool IsReasonForProcess => Array.Exists(Manifest.Keywords, static declared => declared.StartsProcess);

    /// <summary>Loads the assembly into a context of its own and constructs the entry point.</summary>
    /// <exception cref="Exception">Whatever the loader or the constructor throws.</exception>
    internal static LoadedPlugin Load(PluginManifest manifest)
    {
        PluginLoadContext context = new(manifest);
        Type type = context.LoadMain().GetType(manifest.EntryPoint, throwOnError: true)!;
        if (!typeof(IPlugin).IsAssignableFrom(type))
        {
            throw new InvalidOperationException($"its entry point {type.FullName} does not implement {typeof(IPlugin).FullName}");
        }

        return new(manifest, context, (IPlugin)Activator.CreateInstance(type)!);
    }

    /// <summary>Builds its container from the host's services and its own, and starts it.</summary>
    internal void Start(Action<IServiceCollection> addHostServices, object? configuration)
    {
        ServiceCollection services = new();
        addHostServices(services);
        EntryPoint!.ConfigureServices(services);
        _services = PluginServices.Over(services);
        EntryPoint.Start(_services, configuration);
        IsStarted = true;
    }

    /// <summary>Lets go of the plugin: no call reaches it any more.</summary>
    internal void Retire()
    {
        EntryPoint = null;
        IsStarted = false;
    }

    /// <summary>
    /// Disposes the container and, of a replaceable plugin, asks the run time to unload the context, which happens once nothing refers to it.
    /// </summary>
    /// <returns>A reference that dies when the context has gone.</returns>
    internal WeakReference Unload()
    {
        Retire();
        Scheduler = null;
        _services?.Dispose();
        _services = null;
        if (_context.IsCollectible)
        {
            _context.Unload();
        }

        return new WeakReference(_context, trackResurrection: true);
    }
}
