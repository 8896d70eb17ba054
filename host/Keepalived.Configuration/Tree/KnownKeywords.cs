using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>
/// Keywords that exist although nobody in this process registered them: those of plugins that other processes load (from their
/// <see cref="PluginKeywordsAttribute"/>, read from metadata).
/// </summary>
public sealed class KnownKeywords
{
    private readonly Dictionary<string, Entry> _declared = new(StringComparer.Ordinal);

    /// <summary>Declares keywords of one block of a plugin.</summary>
    /// <param name="owner">The plugin.</param>
    /// <param name="roles">The processes that it runs in and that its keywords may start.</param>
    /// <param name="block">Path of the block, empty for the root.</param>
    /// <param name="keywords">Names, separated by blanks.</param>
    /// <param name="startsProcess">One of them in the configuration is the reason to start the plugin's processes.</param>
    public void Declare(string owner, PluginRoles roles, string block, string keywords, bool startsProcess = false)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        Declare(owner, roles, block, keywords.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), startsProcess);
    }

    /// <summary>Declares keywords of one block of a plugin.</summary>
    /// <param name="owner">The plugin.</param>
    /// <param name="roles">The processes that it runs in and that its keywords may start.</param>
    /// <param name="block">Path of the block, empty for the root.</param>
    /// <param name="names">Their names.</param>
    /// <param name="startsProcess">One of them in the configuration is the reason to start the plugin's processes.</param>
    public void Declare(string owner, PluginRoles roles, string block, ReadOnlySpan<string> names, bool startsProcess = false)
    {
        ArgumentNullException.ThrowIfNull(block);
        foreach (string name in names)
        {
            string path = PathOf(block, name);
            PluginRoles starts = startsProcess ? roles : PluginRoles.None;
            _declared[path] = _declared.TryGetValue(path, out Entry? entry)
                ? entry with { Starts = entry.Starts | starts, Owner = entry.Owner + ", " + owner }
                : new Entry(owner, starts);
        }
    }

    /// <summary>Declares the keywords of an attribute.</summary>
    public void Declare(string owner, PluginRoles roles, PluginKeywordsAttribute keywords)
    {
        ArgumentNullException.ThrowIfNull(keywords);
        Declare(owner, roles & keywords.Starts, keywords.Block, keywords.Keywords, keywords.StartsProcess);
    }

    /// <summary>True when a plugin declares the keyword.</summary>
    public bool IsDeclared(string path) => _declared.ContainsKey(path);

    /// <summary>The processes that a configuration needs.</summary>
    public PluginRoles RolesToStart(RootScan scan)
    {
        ArgumentNullException.ThrowIfNull(scan);
        PluginRoles roles = PluginRoles.None;
        foreach (string keyword in scan.Keywords)
        {
            roles |= _declared.TryGetValue(keyword, out Entry? entry) ? entry.Starts : PluginRoles.None;
        }

        return roles;
    }

    /// <summary>All names known for a block, for suggesting the nearest.</summary>
    internal IEnumerable<string> NamesOf(string block)
    {
        string prefix = block.Length == 0 ? "" : block + "/";
        return _declared.Keys
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal) && path.IndexOf('/', prefix.Length) < 0)
            .Select(path => path[prefix.Length..]);
    }

    internal static string PathOf(string block, string name) => block.Length == 0 ? name : block + "/" + name;

    private sealed record Entry(string Owner, PluginRoles Starts);
}
