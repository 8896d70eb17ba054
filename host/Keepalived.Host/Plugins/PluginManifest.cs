using Keepalived.Plugins;

namespace Keepalived.Host.Plugins;

/// <summary>What a plugin's metadata says of it; reading it loads and runs nothing of the plugin.</summary>
/// <param name="Name">Name for logs and lists.</param>
/// <param name="Roles">The processes that load it.</param>
/// <param name="EntryPoint">Full name of the type that implements <see cref="IPlugin"/>.</param>
/// <param name="ContractVersion">The contract that it was built against.</param>
/// <param name="IsReplaceable">May live in a collectible context.</param>
/// <param name="IsListener">Started before the others and stopped after them.</param>
/// <param name="AssemblyPath">Absolute path of its assembly.</param>
/// <param name="Version">Version of its assembly.</param>
/// <param name="Keywords">The keywords that it declares for blocks it shares with others.</param>
internal sealed record PluginManifest(
    string Name,
    PluginRoles Roles,
    string EntryPoint,
    int ContractVersion,
    bool IsReplaceable,
    bool IsListener,
    string AssemblyPath,
    Version Version,
    DeclaredKeywords[] Keywords)
{
    /// <summary>It ships with the daemon, as the installation tree's build marks it.</summary>
    public bool IsShipped { get; init; }

    /// <summary>A keyword of it in the configuration is the reason to run a process.</summary>
    public bool StartsProcess => Array.Exists(Keywords, static declared => declared.StartsProcess);
}

/// <summary>Keywords that a plugin declares in metadata (<see cref="PluginKeywordsAttribute"/>).</summary>
/// <param name="Block">Path of their block, empty for the root.</param>
/// <param name="Names">The keywords.</param>
/// <param name="StartsProcess">One of them in the configuration is the reason to start the plugin's process.</param>
/// <param name="Starts">Which processes that starts, of those that the plugin runs in.</param>
internal readonly record struct DeclaredKeywords(string Block, string[] Names, bool StartsProcess, PluginRoles Starts);

/// <summary>A plugin that is there but cannot be used.</summary>
/// <param name="Plugin">Its name, or that of its folder when the name cannot be read.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record PluginProblem(string Plugin, string Problem, string Remedy)
{
    /// <summary>The line that an operator reads.</summary>
    public override string ToString() => $"Plugin {Plugin}: {Problem}; {Remedy}";
}
