using System.Net;
using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Tracking;

namespace Keepalived.Bfd;

/// <summary>A <c>bfd_instance</c> block while it is read.</summary>
internal sealed class BfdDraft(string name, SourceLocation location)
{
    public string Name => name;

    public SourceLocation Location => location;

    /// <summary>What has been read; its neighbour is one only when <see cref="HasNeighbor"/>.</summary>
    public BfdSessionSettings Settings { get; set; } = new() { Name = name, Neighbor = IPAddress.None };

    public bool HasNeighbor { get; set; }

    public SourceLocation NeighborLocation { get; set; }

    public byte? TimeToLive { get; set; }

    public SourceLocation LargestHopsLocation { get; set; }

    public bool NamesVrrp { get; set; }

    public bool NamesChecker { get; set; }
}

/// <summary>What one reading of the configuration found of BFD. Every finding of a block is reported when it closes.</summary>
internal sealed class BfdReading
{
    private const byte DefaultHopLimit = 64;
    private const byte DefaultTimeToLive = 255;
    private readonly List<BfdSessionSettings> _sessions = [];
    private readonly Dictionary<IPAddress, string> _neighbors = [];

    /// <summary>All names so far, with the places of their blocks.</summary>
    public Dictionary<string, SourceLocation> Known { get; } = new(StringComparer.Ordinal);

    public BfdConfiguration Build() => new(_sessions.ToEquatableArray());

    /// <summary>Completes a block and keeps it, unless it cannot run.</summary>
    public void Close(IConfigurationSession session, BfdDraft draft)
    {
        if (!draft.HasNeighbor)
        {
            session.Error(draft.Location, $"bfd_instance {draft.Name} has no neighbour: it is left out", "add: neighbor_ip ADDRESS");
            return;
        }

        BfdSessionSettings settings = draft.Settings;
        if (settings.Source is { } source && source.AddressFamily != settings.Neighbor.AddressFamily)
        {
            session.Error(draft.Location, $"bfd_instance {draft.Name}: source {source} and neighbour {settings.Neighbor} are of different families: it is left out",
                "write two IPv4 or two IPv6 addresses");
            return;
        }

        if (!_neighbors.TryAdd(settings.Neighbor, draft.Name))
        {
            session.Error(draft.NeighborLocation, $"bfd_instance {draft.Name} has the neighbour of {_neighbors[settings.Neighbor]}, {settings.Neighbor}: it is left out",
                "keep one session with each neighbour");
            return;
        }

        BfdSessionSettings completed = Complete(session, draft);
        _sessions.Add(completed);
        session.Get<TrackedBfdInstances>().TryAdd(new(completed.Name, new TrackWeight(completed.Weight, completed.IsReversed)));
    }

    private static BfdSessionSettings Complete(IConfigurationSession session, BfdDraft draft)
    {
        BfdSessionSettings settings = draft.Settings;
        byte ttl = draft.TimeToLive ?? (settings.Neighbor.AddressFamily == AddressFamily.InterNetworkV6 ? DefaultHopLimit : DefaultTimeToLive);
        byte? hops = settings.LargestHops;
        if (hops > ttl)
        {
            session.Report(new(DiagnosticClass.GeneralError, DiagnosticSeverity.Warning, draft.LargestHopsLocation,
                $"bfd_instance {draft.Name}: max_hops {hops} is more than ttl {ttl}: {ttl} is used", "lower max_hops or raise ttl"));
            hops = ttl;
        }

        bool all = !draft.NamesVrrp && !draft.NamesChecker;
        return settings with { TimeToLive = ttl, LargestHops = hops, TellsVrrp = all || draft.NamesVrrp, TellsCheckers = all || draft.NamesChecker };
    }
}
