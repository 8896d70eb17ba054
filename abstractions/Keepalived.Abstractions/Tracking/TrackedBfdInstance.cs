using Keepalived.Configuration;

namespace Keepalived.Tracking;

/// <summary>What the trackers of other processes need of a <c>bfd_instance</c> block.</summary>
/// <param name="Name">Name of the block.</param>
/// <param name="Weight">Weight of references that name none; -253..253, 0 by default.</param>
public sealed record TrackedBfdInstance(string Name, TrackWeight Weight);

/// <summary>
/// The <c>bfd_instance</c> blocks of one reading, in <see cref="IConfigurationSession.Get{T}"/>: filled in by the plugin that reads the
/// blocks (in every process that refers to them), read by <c>track_bfd</c> and <c>BFD_CHECK</c>. A reference sees only what stands above it.
/// </summary>
public sealed class TrackedBfdInstances
{
    private readonly Dictionary<string, TrackedBfdInstance> _byName = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<TrackedBfdInstance> All => _byName.Values;

    /// <summary>Adds an instance; false, and nothing changed, when the name is taken.</summary>
    public bool TryAdd(TrackedBfdInstance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return _byName.TryAdd(instance.Name, instance);
    }

    /// <summary>The instance of this name; null when there is none.</summary>
    public TrackedBfdInstance? Find(string name) => _byName.GetValueOrDefault(name);
}
