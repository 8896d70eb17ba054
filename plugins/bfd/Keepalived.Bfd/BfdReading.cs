using System.Net;
using System.Net.Sockets;
using Keepalived.Bfd.Protocol;
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

    public BfdAuthenticationType AuthenticationType { get; set; }

    /// <summary>In the order of the file.</summary>
    public List<BfdKey> Keys { get; } = [];

    public byte? ActiveKey { get; set; }
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

        if (!TryAuthenticate(session, draft, out BfdAuthentication? authentication))
        {
            return;
        }

        if (!_neighbors.TryAdd(settings.Neighbor, draft.Name))
        {
            session.Error(draft.NeighborLocation, $"bfd_instance {draft.Name} has the neighbour of {_neighbors[settings.Neighbor]}, {settings.Neighbor}: it is left out",
                "keep one session with each neighbour");
            return;
        }

        BfdSessionSettings completed = Complete(session, draft) with { Authentication = authentication };
        _sessions.Add(completed);
        session.Get<TrackedBfdInstances>().TryAdd(new(completed.Name, new TrackWeight(completed.Weight, completed.IsReversed)));
    }

    // What is wrong here leaves the session out: without the authentication that was meant it would believe anybody.
    private static bool TryAuthenticate(IConfigurationSession session, BfdDraft draft, out BfdAuthentication? authentication)
    {
        authentication = null;
        if (draft is { AuthenticationType: BfdAuthenticationType.None, Keys.Count: 0, ActiveKey: null })
        {
            return true;
        }

        string? trouble = null;
        string remedy = "";
        if (draft.AuthenticationType == BfdAuthenticationType.None)
        {
            (trouble, remedy) = ("has keys and no auth_type", "add: auth_type sha1");
        }
        else if (draft.Keys.Count == 0)
        {
            (trouble, remedy) = ("has an auth_type and no key", "add: auth_key ID TEXT");
        }
        else if (draft.ActiveKey is { } active && !draft.Keys.Exists(key => key.Id == active))
        {
            (trouble, remedy) = ($"is to send with key {active}, which is not there", $"add: auth_key {active} TEXT");
        }
        else if (draft.Keys.Find(key => key.Secret.Count == 0 || key.Secret.Count > BfdAuthentication.LongestSecret(draft.AuthenticationType)) is { } odd)
        {
            (trouble, remedy) = ($"has a key {odd.Id} of {odd.Secret.Count} octets", $"use 1 to {BfdAuthentication.LongestSecret(draft.AuthenticationType)}");
        }

        if (trouble is not null)
        {
            session.Error(draft.Location, $"bfd_instance {draft.Name} {trouble}: it is left out", remedy);
            return false;
        }

        authentication = new BfdAuthentication { Type = draft.AuthenticationType, Keys = draft.Keys.ToEquatableArray(), ActiveKey = draft.ActiveKey ?? draft.Keys[0].Id };
        return true;
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

        if (settings is { IsMultihop: true, UsesEcho: true })
        {
            session.Error(draft.Location, $"bfd_instance {draft.Name}: there is no echo over several hops (RFC 5883 section 3): echo_rx and echo_tx are not used",
                "remove them, or multihop");
            settings = settings with { EchoReceive = TimeSpan.Zero, EchoTransmit = TimeSpan.Zero };
        }

        bool all = !draft.NamesVrrp && !draft.NamesChecker;
        return settings with { TimeToLive = ttl, LargestHops = hops, TellsVrrp = all || draft.NamesVrrp, TellsCheckers = all || draft.NamesChecker };
    }
}
