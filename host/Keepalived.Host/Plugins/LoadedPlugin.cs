using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace Keepalived.Host.Plugins;

/// <summary>One plugin in this process: its context, its entry point, its container and whether it still takes part.</summary>
internal sealed class LoadedPlugin
{
    private PluginLoadContext? _context;
    private PluginServices? _services;

    private LoadedPlugin(PluginManifest manifest, PluginLoadContext context, IPlugin entryPoint)
    {
        Manifest = manifest;
        _context = context;
        EntryPoint = entryPoint;
        OwnerName = manifest.Name;
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

    /// <summary>Its name on the loop and on the event bus; differs from the plugin's when it takes the place of an earlier version.</summary>
    public string OwnerName { get; private init; }

    /// <summary>What its files were when it was loaded; null when it is not replaceable.</summary>
    public string? FilesAtLoad { get; private init; }

    /// <summary>On whose behalf its checkers run; made when the first of them is.</summary>
    internal Checking.CheckerScope? CheckerScope { get; set; }

    /// <summary>True when a keyword of it in the configuration is the reason to run a process of this role.</summary>
    public bool IsReasonFor(PluginRoles role) => Array.Exists(Manifest.Keywords, declared => declared.StartsProcess && (declared.Starts & role) != 0);

    /// <summary>True when an assembly belongs to it.</summary>
    internal bool Owns(System.Reflection.Assembly assembly) => System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(assembly) is { } context && context == _context;

    /// <summary>Loads the assembly into a context of its own and constructs the entry point.</summary>
    /// <exception cref="Exception">Whatever the loader or the constructor throws.</exception>
    /// <param name="manifest">What its metadata says.</param>
    /// <param name="version">How many of this name came before it in this process.</param>
    internal static LoadedPlugin Load(PluginManifest manifest, int version = 0)
    {
        string? files = manifest.IsReplaceable ? PluginFiles.Describe(manifest.AssemblyPath) : null;
        PluginLoadContext context = new(manifest);
        Type type = context.LoadMain().GetType(manifest.EntryPoint, throwOnError: true)!;
        if (!typeof(IPlugin).IsAssignableFrom(type))
        {
            throw new InvalidOperationException($"its entry point {type.FullName} does not implement {typeof(IPlugin).FullName}");
        }

        IPlugin entryPoint = (IPlugin)Activator.CreateInstance(type)!;
        return version == 0 && files is null
            ? new(manifest, context, entryPoint)
            : new(manifest, context, entryPoint) { FilesAtLoad = files, OwnerName = PluginFiles.OwnerName(manifest.Name, version) };
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

    /// <summary>Closes what its checks have open; nobody who waits for it is told.</summary>
    internal void EndChecks()
    {
        (CheckerScope?.Sockets as IDisposable)?.Dispose();
        (CheckerScope?.Files as IDisposable)?.Dispose();
    }

    /// <summary>
    /// Disposes the container and, of a replaceable plugin, asks the run time to unload the context, which happens once nothing refers to it.
    /// </summary>
    /// <returns>A reference that dies when the context has gone.</returns>
    internal WeakReference Unload()
    {
        Retire();
        Scheduler = null;
        EndChecks();
        CheckerScope = null;
        _services?.Dispose();
        _services = null;
        WeakReference reference = new(_context, trackResurrection: true);
        if (_context is { IsCollectible: true } context)
        {
            context.Unload();
        }

        _context = null;
        return reference;
    }
}
