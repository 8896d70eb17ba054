using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scripts;

namespace Keepalived.Ipvs;

/// <summary>
/// Turns what was written into what will run: fills in defaults, corrects what contradicts itself and reports every correction at its
/// place. The corrections are those of keepalived, so that the same file makes the same table. The pool is <see cref="PoolCompletion"/>'s.
/// </summary>
internal sealed class VirtualServerCompletion
{
    private const uint DefaultPersistence = 360;
    private readonly IConfigurationSession _session;
    private readonly IpvsReading _reading;
    private readonly PoolCompletion _pool;

    public VirtualServerCompletion(IConfigurationSession session)
    {
        _session = session;
        _reading = session.Get<IpvsReading>();
        _pool = new PoolCompletion(session, _reading);
    }

    /// <summary>Completes all virtual servers of a reading.</summary>
    public static IpvsConfiguration Complete(IConfigurationSession session)
    {
        IpvsReading reading = session.Get<IpvsReading>();
        var completion = new VirtualServerCompletion(session);
        var servers = new List<VirtualServerDefinition>(reading.VirtualServers.Count);
        var known = new Dictionary<ServiceAddress, (int Index, SourceLocation Location)>(reading.VirtualServers.Count);
        var lint = new VirtualServerLint(session);
        foreach (VirtualServerBuilder builder in reading.VirtualServers)
        {
            if (completion.Complete(builder) is not { } server)
            {
                continue;
            }

            if (known.TryAdd(server.Address, (servers.Count, builder.Location)))
            {
                servers.Add(server);
                lint.Look(builder, server);
            }
            else
            {
                // keepalived asks the kernel for the service twice and for the servers of both.
                (int first, SourceLocation place) = known[server.Address];
                servers[first] = servers[first] with { RealServers = Merge(servers[first].RealServers, server.RealServers) };
                session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, builder.Location,
                    $"virtual server {server.Address} is there already: the real servers of this one are added to it, the rest is not used", "merge the two blocks")
                {
                    Note = new(place, "the first is here"),
                });
            }
        }

        lint.Finish();
        return new(reading.Settings, servers.ToEquatableArray());
    }

    private static EquatableArray<RealServerDefinition> Merge(EquatableArray<RealServerDefinition> first, EquatableArray<RealServerDefinition> second)
    {
        HashSet<DestinationAddress> known = [.. first.Select(static server => server.Destination)];
        return first.Concat(second.Where(server => known.Add(server.Destination))).ToEquatableArray();
    }

    /// <summary>Completes one; null when it cannot run.</summary>
    public VirtualServerDefinition? Complete(VirtualServerBuilder builder)
    {
        if (builder.Group is not null && !_reading.Groups.ContainsKey(builder.Group))
        {
            // keepalived accepts it in silence and runs nothing: the verdict stays the same, but somebody should know.
            _session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Warning, builder.Location,
                $"there is no virtual_server_group {builder.Group}: its virtual server is left out", "add the group or correct the name"));
            return null;
        }

        EquatableArray<GroupEntry> entries = CompleteEntries(builder);
        ServiceAddress address = CompleteAddress(builder, entries);
        if (builder.RealServers.Count == 0)
        {
            _session.Error(builder.Location, $"virtual server {address} has no real server: it is left out", "add a real_server block");
            return null;
        }

        if (HasAmbiguousMark(builder, address, entries))
        {
            return null;
        }

        string scheduler = builder.Scheduler ?? Correct(builder, MainKeywords.Scheduler, "wlc", $"virtual server {address} names no scheduler: wlc is used", "write lvs_sched");
        ForwardingMethod method = builder.Forwarding ??
            Correct(builder, MainKeywords.Method, default(ForwardingMethod), $"virtual server {address} names no forwarding method: NAT is used", "write lvs_method");
        EquatableArray<RealServerDefinition> servers = _pool.Complete(builder, address, entries, method);
        if (servers.Count == 0)
        {
            _session.Error(builder.Location, $"virtual server {address} has no usable real server: it is left out", "see the findings on its real servers");
            return null;
        }

        (long quorum, long hysteresis) = CompleteQuorum(builder, address, servers);
        return new()
        {
            Address = address,
            Service = CompleteService(builder, address, entries, scheduler),
            Entries = entries,
            Forwarding = method,
            Quorum = quorum,
            Hysteresis = hysteresis,
            QuorumUp = Validate(builder.QuorumUp),
            QuorumDown = Validate(builder.QuorumDown),
            Omega = builder.Omega,
            Alpha = builder.Defaults.Alpha ?? false,
            HaSuspend = CompleteSuspend(builder, address),
            DelayLoop = builder.Defaults.DelayLoop ?? CheckResolution.DefaultDelayLoop,
            VirtualHost = builder.VirtualHost,
            SmtpAlert = builder.SmtpAlert,
            SnmpName = builder.SnmpName,
            SorryServer = _pool.CompleteSorryServer(builder, address, entries, method, servers),
            RealServers = servers,
        };
    }

    /// <summary>The entries of a group with the family of its marks filled in; empty for a service of its own.</summary>
    private EquatableArray<GroupEntry> CompleteEntries(VirtualServerBuilder builder)
    {
        if (builder.Group is null)
        {
            return [];
        }

        AddressFamily family = builder.Family ?? FirstFamily(builder);
        var entries = new List<GroupEntry>();
        foreach (GroupEntry entry in _reading.Groups[builder.Group].Entries)
        {
            entries.Add(entry.Family == AddressFamily.Unspecified ? entry with { Family = family } : entry);
        }

        return entries.ToEquatableArray();
    }

    private ServiceAddress CompleteAddress(VirtualServerBuilder builder, EquatableArray<GroupEntry> entries)
    {
        bool hasAddress = builder.Address is not null;
        AddressFamily family = builder.Family ?? FirstFamily(builder);
        if (builder.Group is not null)
        {
            family = entries[0].Family;
            foreach (GroupEntry entry in entries)
            {
                hasAddress |= !entry.IsMark;
                family = entry.Family == family ? family : AddressFamily.Unspecified;
            }
        }

        if (hasAddress)
        {
            IpvsProtocol protocol = builder.Protocol ??
                Correct(builder, MainKeywords.Protocol, IpvsProtocol.Udp, $"virtual server {builder} names no protocol: UDP is used", "write protocol TCP, UDP or SCTP");
            return new(builder.Address, builder.Port, 0, protocol, family) { Group = builder.Group };
        }

        if (builder.Protocol is not null)
        {
            Correct(builder.Location, $"virtual server {builder} is chosen by mark: its protocol is ignored", "remove protocol");
        }

        return new(null, 0, builder.FirewallMark, IpvsProtocol.None, family) { Group = builder.Group };
    }

    /// <summary>A group of both families in which a mark does not say which it is for.</summary>
    private bool HasAmbiguousMark(VirtualServerBuilder builder, ServiceAddress address, EquatableArray<GroupEntry> entries)
    {
        if (!address.IsGroup || address.Family != AddressFamily.Unspecified || builder.Family is not null ||
            !_reading.Groups[builder.Group!].Entries.Exists(static entry => entry.IsMark && entry.Family == AddressFamily.Unspecified))
        {
            return false;
        }

        _session.Error(_reading.Groups[builder.Group!].Location,
            $"virtual_server_group {builder.Group} has IPv4 and IPv6 entries and a mark without a family: its virtual server is left out", "write inet or inet6 behind the mark");
        return entries.Count > 0;
    }

    private IpvsService CompleteService(VirtualServerBuilder builder, ServiceAddress address, EquatableArray<GroupEntry> entries, string scheduler)
    {
        IpvsServiceFlags flags = builder.Flags;
        if (flags.HasFlag(IpvsServiceFlags.OnePacket) && address.Protocol is (IpvsProtocol.Tcp or IpvsProtocol.Sctp))
        {
            Correct(builder.Location, $"virtual server {address}: only UDP can be scheduled packet by packet: ops is ignored", "remove ops");
            flags &= ~IpvsServiceFlags.OnePacket;
        }

        // Who groups clients wants persistence: observed of keepalived, which says nothing of it.
        uint persistence = builder.PersistenceTimeout > 0 ? builder.PersistenceTimeout : builder.PersistenceNetwork is null ? 0 : DefaultPersistence;
        if (persistence == 0 && TakesAllPorts(address, entries))
        {
            Correct(builder.Location, $"virtual server {address} takes all ports and must be persistent: persistence_timeout {DefaultPersistence} is used", "write persistence_timeout");
            persistence = DefaultPersistence;
        }

        IpvsServiceKey key = address.IsGroup ? entries[0].Keys(address.Protocol).First() : address.Key;
        return new(key, new Keepalived.Linux.KernelName(scheduler))
        {
            Flags = flags,
            PersistenceTimeout = persistence,
            PersistencePrefixLength = CompleteNetwork(builder, address, key),
            PersistenceEngine = builder.PersistenceEngine,
        };
    }

    private static bool TakesAllPorts(ServiceAddress address, EquatableArray<GroupEntry> entries)
    {
        foreach (GroupEntry entry in entries)
        {
            if (!entry.IsMark && entry.Port == 0)
            {
                return true;
            }
        }

        return !address.IsMark && !address.IsGroup && address.Port == 0;
    }

    private byte CompleteNetwork(VirtualServerBuilder builder, ServiceAddress address, IpvsServiceKey key)
    {
        byte host = key.AddressBits;
        if (builder.PersistenceNetwork is not { } network)
        {
            return host;
        }

        if (network.Family != address.Family)
        {
            _session.Error(network.Location, $"persistence_granularity does not fit the address family of virtual server {address}: it is ignored",
                address.Family == AddressFamily.Unspecified ? "make a group and a virtual server of each family" : "write a netmask for IPv4, a prefix length for IPv6");
            return host;
        }

        return network.Bits;
    }

    private (long Quorum, long Hysteresis) CompleteQuorum(VirtualServerBuilder builder, ServiceAddress address, EquatableArray<RealServerDefinition> servers)
    {
        long weights = 0;
        foreach (RealServerDefinition server in servers)
        {
            weights += server.Weight;
        }

        // A pool of weight 0 can never have a quorum; 1 says just that.
        long quorum = Math.Max(1, Math.Min(builder.Quorum, weights));
        if (weights < builder.Quorum)
        {
            Correct(
                builder.QuorumLocation.Origin is null ? builder.Location : builder.QuorumLocation,
                $"virtual server {address}: quorum {builder.Quorum} is more than all real servers weigh together: {(weights > 0 ? $"{quorum} is used" : "they never reach it")}",
                "lower the quorum or raise weights");
        }

        long hysteresis = Math.Min(builder.Hysteresis, quorum - 1);
        if (hysteresis < builder.Hysteresis)
        {
            Correct(builder.Location, $"virtual server {address}: hysteresis {builder.Hysteresis} must be less than the quorum {quorum}: {hysteresis} is used", "lower the hysteresis");
        }

        return (quorum, hysteresis);
    }

    private bool CompleteSuspend(VirtualServerBuilder builder, ServiceAddress address)
    {
        if (builder.HaSuspend && address.IsMark)
        {
            Correct(builder.HaSuspendLocation, $"virtual server {address} is chosen by mark and has no address to wait for: ha_suspend is ignored", "remove ha_suspend");
            return false;
        }

        return builder.HaSuspend;
    }

    private static AddressFamily FirstFamily(VirtualServerBuilder builder) =>
        builder.RealServers.Count > 0 ? builder.RealServers[0].Address.AddressFamily : AddressFamily.InterNetwork;

    private ScriptCommand? Validate(WrittenCommand? written) =>
        written is { } script && _session.Scripts.Validate(script.Command, script.Location, _session) ? script.Command : null;

    private T Correct<T>(VirtualServerBuilder builder, MainKeywords keyword, T value, string message, string remedy)
    {
        if (!builder.Named.HasFlag(keyword))
        {
            Correct(builder.Location, message, remedy);
        }

        return value;
    }

    private void Correct(SourceLocation location, string message, string remedy) => _session.Correct(location, message, remedy);
}

/// <summary>Corrections, as a kind of finding.</summary>
internal static class Corrections
{
    /// <summary>A correction runs, but keepalived counts it as an error under <c>-t</c>.</summary>
    public static void Correct(this IConfigurationSession session, SourceLocation location, string message, string remedy, DiagnosticNote? note = null) =>
        session.Report(new(DiagnosticClass.GeneralError, DiagnosticSeverity.Warning, location, message, remedy) { Note = note });
}
