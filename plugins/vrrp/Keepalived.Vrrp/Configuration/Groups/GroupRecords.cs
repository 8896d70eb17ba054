using Keepalived.Configuration;
using Keepalived.Scripts;

namespace Keepalived.Vrrp.Configuration;

/// <summary>A <c>vrrp_sync_group</c>: its members change state together. Compared by value, like an instance.</summary>
internal sealed record SyncGroupSettings
{
    public required string Name { get; init; }

    /// <summary>Names of the members, each an instance of the configuration and of no other group.</summary>
    public required EquatableArray<string> Members { get; init; }

    /// <summary>What the group tracks; it is part of each member's tracking too.</summary>
    public TrackingSettings Tracking { get; init; } = TrackingSettings.None;

    public NotifyScripts Notify { get; init; } = NotifyScripts.None;

    public bool NotifiesPriorityChanges { get; init; }

    public bool SmtpAlert { get; init; }

    /// <summary><c>sync_group_tracking_weight</c> (or <c>global_tracking</c>): members keep the weights of their own trackers.</summary>
    public bool AllowsMemberWeights { get; init; }
}

/// <summary>A <c>track_group</c>: instances that hear of faults of static addresses, routes and rules.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Members">Names of its instances, each of them there.</param>
internal sealed record TrackGroupSettings(string Name, EquatableArray<string> Members);

/// <summary>A <c>garp_group</c>: interfaces on which announcements keep a distance.</summary>
internal sealed record GarpGroupSettings
{
    /// <summary>Least time between two gratuitous ARPs; null = not set here.</summary>
    public TimeSpan? GarpInterval { get; init; }

    /// <summary>Least time between two neighbour advertisements; null = not set here.</summary>
    public TimeSpan? NeighbourAdvertisementInterval { get; init; }

    public EquatableArray<string> Interfaces { get; init; }

    /// <summary>The interfaces share one queue (<c>interfaces</c>), instead of each having its own.</summary>
    public bool IsAggregated { get; init; }
}

/// <summary>How long changes of an interface are waited out (<c>interface_up_down_delays</c>).</summary>
internal readonly record struct InterfaceDelays(TimeSpan Down, TimeSpan Up);

/// <summary>A line of <c>interface_up_down_delays</c>, corrected.</summary>
/// <param name="Interface">The interface.</param>
/// <param name="Delays">Its delays.</param>
internal sealed record NamedInterfaceDelays(string Interface, InterfaceDelays Delays);

/// <summary>How the link of an interface is polled.</summary>
internal enum LinkPolling
{
    /// <summary>Whichever works.</summary>
    Any,
    Mii,
    Ethtool,
    Ioctl,
}

/// <summary>An interface whose link is polled: of <c>linkbeat_interfaces</c>, or of an instance with <c>linkbeat_use_polling</c>.</summary>
/// <param name="Interface">The interface.</param>
/// <param name="Method">How.</param>
internal sealed record PolledInterface(string Interface, LinkPolling Method);

/// <summary>A line of <c>static_ipaddress</c>.</summary>
/// <param name="Address">The address.</param>
/// <param name="TrackGroup">The group that hears of its loss; null for none.</param>
internal sealed record StaticAddress(VirtualAddress Address, string? TrackGroup);

/// <summary>A named list of instances as written.</summary>
internal sealed class NamedGroupDraft(string name, SourceLocation location)
{
    public string Name { get; } = name;

    public SourceLocation Location { get; } = location;

    public List<Located<string>> Members { get; } = [];
}

/// <summary>A <c>vrrp_sync_group</c> block as written.</summary>
internal sealed class SyncGroupDraft(string name, SourceLocation location) : ITrackingBlock, INotifyBlock
{
    public string Name { get; } = name;

    public SourceLocation Location { get; } = location;

    public string Title => $"vrrp_sync_group {Name}";

    public List<Located<string>> Members { get; } = [];

    public TrackingDraft Tracking { get; } = new();

    public NotifyDraft Notify { get; } = new();

    public bool AllowsMemberWeights { get; set; }

    public bool? NotifiesPriorityChanges { get; set; }

    public bool? SmtpAlert { get; set; }
}

/// <summary>A <c>garp_group</c> block as written.</summary>
internal sealed class GarpGroupDraft(SourceLocation location)
{
    public SourceLocation Location { get; } = location;

    public TimeSpan? GarpInterval { get; set; }

    public TimeSpan? NeighbourAdvertisementInterval { get; set; }

    public List<Located<string>> Interfaces { get; } = [];

    public bool IsAggregated { get; set; }
}
