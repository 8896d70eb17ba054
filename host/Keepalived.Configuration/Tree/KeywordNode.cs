using Keepalived.Plugins;

namespace Keepalived.Configuration;

/// <summary>How a keyword is read.</summary>
public enum KeywordShape
{
    /// <summary>One line.</summary>
    Line,

    /// <summary>A block of keywords.</summary>
    Block,

    /// <summary>A block whose lines are values.</summary>
    Lines,
}

/// <summary>
/// A keyword that a plugin registered. The handlers are kept without their state's type; that the types fit was checked when they
/// were registered, not when a line is read.
/// </summary>
internal sealed class KeywordNode
{
    public required KeywordSpec Spec { get; init; }

    public required string Path { get; init; }

    public required string Owner { get; init; }

    public required PluginRoles Roles { get; init; }

    public required KeywordShape Shape { get; init; }

    /// <summary>Reads a line, or a line of values.</summary>
    public Action<IKeywordReader, object>? Line { get; init; }

    /// <summary>Opens the block: reader and parent's state in, child's state out; null for a block of values that keeps its parent's state.</summary>
    public Func<IKeywordReader, object, object?>? Open { get; init; }

    /// <summary>Closes the block: parent's state and child's state.</summary>
    public Action<IConfigurationSession, object, object>? Close { get; init; }
}

/// <summary>The keywords of one block. It exists as soon as somebody extends it, even before its keyword is registered.</summary>
internal sealed class KeywordBlockNode(string path)
{
    private readonly List<(Type Type, string Owner)> _readerTypes = [];
    private Type? _stateType;
    private string? _stateOwner;

    public string Path { get; } = path;

    public Dictionary<string, KeywordNode> Keywords { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, KeywordBlockNode> Blocks { get; } = new(StringComparer.Ordinal);

    public KeywordBlockNode Child(string name)
    {
        if (!Blocks.TryGetValue(name, out KeywordBlockNode? child))
        {
            Blocks.Add(name, child = new KeywordBlockNode(Path.Length == 0 ? name : Path + "/" + name));
        }

        return child;
    }

    /// <summary>Says what state the block is opened with; everybody who extends it must be able to take that.</summary>
    public void OpenedWith(Type stateType, string owner)
    {
        _stateType = stateType;
        _stateOwner = owner;
        foreach ((Type type, string reader) in _readerTypes)
        {
            Check(type, reader);
        }
    }

    public void ReadAs(Type type, string owner)
    {
        _readerTypes.Add((type, owner));
        Check(type, owner);
    }

    public void Forget(string owner)
    {
        foreach (string name in Keywords.Where(entry => entry.Value.Owner == owner).Select(entry => entry.Key).ToList())
        {
            Keywords.Remove(name);
        }

        _readerTypes.RemoveAll(entry => entry.Owner == owner);
        if (_stateOwner == owner)
        {
            _stateType = null;
            _stateOwner = null;
        }

        foreach (KeywordBlockNode child in Blocks.Values)
        {
            child.Forget(owner);
        }
    }

    private void Check(Type type, string owner)
    {
        if (_stateType is not null && !type.IsAssignableFrom(_stateType))
        {
            throw new KeywordConflictException(
                $"plugin '{owner}' reads block '{Path}' as {type.Name}, but plugin '{_stateOwner}' opens it with {_stateType.Name}");
        }
    }
}
