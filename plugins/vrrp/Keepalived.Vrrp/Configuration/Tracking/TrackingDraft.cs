using System.Diagnostics.CodeAnalysis;
using Keepalived.Configuration;
using Keepalived.Tracking;

namespace Keepalived.Vrrp.Configuration;

/// <summary>The five kinds of objects that can be tracked.</summary>
internal enum TrackedKind
{
    Interface,
    Script,
    File,
    Process,
    BfdInstance,
}

/// <summary>A line of a <c>track_*</c> block. The tracker was looked up when the line was read, so it stands above the line.</summary>
/// <param name="Kind">What kind of object.</param>
/// <param name="Name">Its name.</param>
/// <param name="Weight">The weight that holds here.</param>
/// <param name="HasWeight">The line or the tracker names a weight; false where a default stands in.</param>
/// <param name="Location">The line.</param>
/// <param name="Tracker">The tracker's record; null for an interface.</param>
internal sealed record TrackLine(TrackedKind Kind, string Name, TrackWeight Weight, bool HasWeight, SourceLocation Location, object? Tracker);

/// <summary>The <c>track_*</c> blocks of an instance or sync group as written.</summary>
internal sealed class TrackingDraft
{
        // Most instances track nothing but their interface: made with the first line.
    private Dictionary<(TrackedKind Kind, string Name), TrackLine>? _byName;
    private List<TrackLine>? _lines;

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<TrackLine> Lines => _lines ?? (IReadOnlyList<TrackLine>)[];

    /// <summary>The line about an object; false when there is none.</summary>
    public bool TryFind(TrackedKind kind, string name, [NotNullWhen(true)] out TrackLine? line)
    {
        line = null;
        return _byName?.TryGetValue((kind, name), out line) ?? false;
    }

    /// <summary>Adds a line about an object that is not there yet.</summary>
    public void Add(TrackLine line)
    {
        (_byName ??= []).Add((line.Kind, line.Name), line);
        (_lines ??= []).Add(line);
    }
}

/// <summary>What has <c>track_*</c> blocks.</summary>
internal interface ITrackingBlock
{
    /// <summary><c>vrrp_instance NAME</c> or <c>vrrp_sync_group NAME</c>, for messages.</summary>
    string Title { get; }

    TrackingDraft Tracking { get; }
}
