using Keepalived.Configuration;

namespace Keepalived.Tracking;

/// <summary>A <c>track_file</c> block: a file whose number, times the weight, is added to a priority or a real server's weight.</summary>
/// <param name="Name">Name of the block.</param>
/// <param name="Path">The file.</param>
/// <param name="Weight">Factor of references that name none; 1 when the block has no weight.</param>
/// <param name="Initial">What to write at start; null leaves the file alone.</param>
public sealed record TrackedFile(string Name, string Path, TrackWeight Weight, FileInitialization? Initial)
{
    /// <summary>False when the block has no weight and the default of 1 stands in.</summary>
    public bool HasWeight { get; init; }
}

/// <summary>The <c>init_file</c> line of a <c>track_file</c>.</summary>
/// <param name="Value">The number written.</param>
/// <param name="Overwrites">An existing file is replaced.</param>
public sealed record FileInitialization(int Value, bool Overwrites);

/// <summary>
/// The <c>track_file</c> blocks of one reading, in <see cref="IConfigurationSession.Get{T}"/>. The host reads the blocks, since the VRRP and
/// the checker process both refer to them. A reference sees only what stands above it, as in keepalived.
/// </summary>
public sealed class TrackedFiles
{
    private readonly Dictionary<string, TrackedFile> _byName = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<TrackedFile> All => _byName.Values;

    /// <summary>Adds a file; false, and nothing changed, when the name is taken.</summary>
    public bool TryAdd(TrackedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return _byName.TryAdd(file.Name, file);
    }

    /// <summary>The file of this name; null when there is none.</summary>
    public TrackedFile? Find(string name) => _byName.GetValueOrDefault(name);
}
