using System.Reflection;
using System.Runtime.Loader;

namespace Keepalived.Host.Plugins;

/// <summary>
/// A plugin's own assemblies. The contract and what its signatures name are shared with the host, so that types agree; everything else that
/// lies in the plugin's folder is private to it, so that two plugins may bring two versions of one library. Not collectible unless the plugin
/// is replaceable: a collectible context ignores ReadyToRun code and takes seven times as long to load (docs/decisions).
/// </summary>
internal sealed class PluginLoadContext : AssemblyLoadContext
{
    private readonly string _assemblyPath;
    private readonly bool _hasPrivateFiles;
    private AssemblyDependencyResolver? _resolver;

    public PluginLoadContext(PluginManifest manifest)
        : base(manifest.Name, manifest.IsReplaceable)
    {
        _assemblyPath = manifest.AssemblyPath;
        _hasPrivateFiles = HasPrivateFiles(_assemblyPath);
    }

    /// <summary>True for the assemblies that every plugin shares with the host.</summary>
    internal static bool IsShared(string? name) => name
        is "Keepalived.Abstractions"
        or "Keepalived.Linux"
        or "Microsoft.Extensions.DependencyInjection.Abstractions"
        or "Microsoft.Extensions.Logging.Abstractions";

    /// <summary>Loads the plugin's main assembly.</summary>
    internal Assembly LoadMain() => LoadFrom(_assemblyPath);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (!_hasPrivateFiles || IsShared(assemblyName.Name))
        {
            return null; // The default context has it: the framework's, or the host's.
        }

        string? path = Resolver.ResolveAssemblyToPath(assemblyName);
        return path is null ? null : LoadFrom(path);
    }

    // A replaceable plugin's file is not mapped but copied: whoever writes a new version over it must not change the code that runs.
    private Assembly LoadFrom(string path)
    {
        if (!IsCollectible)
        {
            return LoadFromAssemblyPath(path);
        }

        using MemoryStream image = new(File.ReadAllBytes(path), writable: false);
        return LoadFromStream(image);
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        string? path = _hasPrivateFiles ? Resolver.ResolveUnmanagedDllToPath(unmanagedDllName) : null;
        return path is null ? nint.Zero : LoadUnmanagedDllFromPath(path);
    }

    // Reading deps.json costs about a millisecond; most plugins bring nothing of their own and never need it.
    private AssemblyDependencyResolver Resolver => _resolver ??= new(_assemblyPath);

    private static bool HasPrivateFiles(string assemblyPath)
    {
        string folder = Path.GetDirectoryName(assemblyPath)!;
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder))
        {
            ReadOnlySpan<char> name = Path.GetFileName(entry.AsSpan());
            bool isCode = name.EndsWith(".dll", StringComparison.Ordinal) || name.EndsWith(".so", StringComparison.Ordinal);
            if (name.SequenceEqual("runtimes") || (isCode && entry != assemblyPath && !IsShared(Path.GetFileNameWithoutExtension(name).ToString())))
            {
                return true;
            }
        }

        return false;
    }
}
