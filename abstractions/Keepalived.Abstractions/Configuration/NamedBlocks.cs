namespace Keepalived.Configuration;

/// <summary>
/// The names of blocks that one plugin reads and another refers to: <c>bfd_instance</c>, <c>track_file</c>. Ask for it with
/// <see cref="IConfigurationSession.Get{T}"/>; it is complete when <see cref="Plugins.IPlugin.BuildConfiguration"/> is called, and says nothing of
/// blocks that this process does not read (see <see cref="IConfigurationSession.Roles"/>).
/// </summary>
public sealed class NamedBlocks
{
    private readonly Dictionary<(string Keyword, string Name), SourceLocation> _blocks = [];

    /// <summary>Makes a name known.</summary>
    /// <param name="keyword">The block's keyword.</param>
    /// <param name="name">Its name.</param>
    /// <param name="location">Where it is.</param>
    /// <returns>False when the name was known already; the first place is kept.</returns>
    public bool Declare(string keyword, string name, SourceLocation location) => _blocks.TryAdd((keyword, name), location);

    /// <summary>Whether there is such a block.</summary>
    public bool Contains(string keyword, string name) => _blocks.ContainsKey((keyword, name));

    /// <summary>Where it is; null when there is none.</summary>
    public SourceLocation? LocationOf(string keyword, string name) => _blocks.TryGetValue((keyword, name), out SourceLocation location) ? location : null;
}
