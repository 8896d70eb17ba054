using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>
/// The keywords of all plugins of a process. Built once at start on the main thread, read by every walk. The tree itself registers for
/// the host; a plugin gets a view of its own from <see cref="ForOwner"/>.
/// </summary>
public sealed class KeywordTree : IKeywordTree
{
    /// <summary>The owner of what is registered on the tree itself: the host, whose keywords the parent reads too.</summary>
    public const string HostOwner = "keepalived";

    private readonly IKeywordTree _host;

    /// <summary>Creates an empty tree.</summary>
    public KeywordTree()
    {
        RootNode.OpenedWith(typeof(IConfigurationSession), HostOwner);
        _host = ForOwner(HostOwner, PluginRoles.All);
    }

    /// <inheritdoc/>
    public IKeywordBlock<IConfigurationSession> Root => _host.Root;

    /// <summary>The lint rules that were named, with what each finds.</summary>
    public Dictionary<string, string> LintRules { get; } = new(StringComparer.Ordinal);

    internal KeywordBlockNode RootNode { get; } = new("");

    /// <inheritdoc/>
    public IKeywordBlock<TState> Extend<TState>(string path)
        where TState : class => _host.Extend<TState>(path);

    /// <inheritdoc/>
    public void LintRule(string name, string summary) => _host.LintRule(name, summary);

    /// <summary>The tree as one plugin sees it: what it registers carries its name.</summary>
    /// <param name="owner">The plugin's name.</param>
    /// <param name="roles">The processes that the plugin runs in.</param>
    public IKeywordTree ForOwner(string owner, PluginRoles roles)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        return new OwnerView(this, owner, roles);
    }

    /// <summary>Takes a retired plugin's keywords out again; they are then treated as those of a plugin that is not there.</summary>
    public void Remove(string owner) => RootNode.Forget(owner);

    /// <summary>The registered keywords of a block in alphabetic order; empty for a block that does not exist.</summary>
    internal KeywordBlockNode? Find(string path)
    {
        KeywordBlockNode? node = RootNode;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (node is null || !node.Blocks.TryGetValue(name, out node))
            {
                return null;
            }
        }

        return node;
    }

    private sealed class OwnerView(KeywordTree tree, string owner, PluginRoles roles) : IKeywordTree
    {
        public IKeywordBlock<IConfigurationSession> Root => new KeywordBlock<IConfigurationSession>(tree.RootNode, owner, roles);

        public IKeywordBlock<TState> Extend<TState>(string path)
            where TState : class
        {
            ArgumentNullException.ThrowIfNull(path);
            KeywordBlockNode node = tree.RootNode;
            foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                node = node.Child(name);
            }

            node.ReadAs(typeof(TState), owner);
            return new KeywordBlock<TState>(node, owner, roles);
        }

        public void LintRule(string name, string summary)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            tree.LintRules.TryAdd(name, summary);
        }
    }
}
