using System.Net;
using System.Net.Sockets;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scripts;

namespace Keepalived.Ipvs;

/// <summary>Completes the real servers and the sorry server of one virtual server after the other; linear in their number.</summary>
internal sealed class PoolCompletion(IConfigurationSession session, IpvsReading reading)
{
    private readonly Dictionary<DestinationAddress, SourceLocation> _known = [];
    private (WrittenServer Settings, VirtualServerBuilder Owner, ServerTraits Traits)? _last;

    /// <summary>Completes the real servers; those that cannot run are reported and left out.</summary>
    public EquatableArray<RealServerDefinition> Complete(
        VirtualServerBuilder builder, ServiceAddress address, EquatableArray<GroupEntry> entries, ForwardingMethod method)
    {
        var servers = new List<RealServerDefinition>(builder.RealServers.Count);
        _known.Clear();
        foreach (RealServerDraft draft in builder.RealServers)
        {
            if (Complete(builder, draft, address, entries, method) is not { } server)
            {
                continue;
            }

            if (_known.TryAdd(server.Destination, draft.Location))
            {
                servers.Add(server);
            }
            else
            {
                session.Correct(draft.Location, $"virtual server {address}: real server {server.Name} is there already: this one is left out", "remove one of the two",
                    new(_known[server.Destination], "the first is here"));
            }
        }

        return servers.ToEquatableArray();
    }

    /// <summary>Completes the sorry server; null when there is none, or none that can run.</summary>
    public SorryServerDefinition? CompleteSorryServer(
        VirtualServerBuilder builder, ServiceAddress address, EquatableArray<GroupEntry> entries, ForwardingMethod inherited, EquatableArray<RealServerDefinition> servers)
    {
        if (builder.SorryServer is not { } sorry)
        {
            return null;
        }

        ForwardingMethod method = sorry.Forwarding ?? inherited;
        if (!FamilyFits(sorry.Address, address, entries, method, sorry.Location, "sorry server"))
        {
            return null;
        }

        int port = CompletePort(sorry.Port, address, entries, method, sorry.Location, ("sorry server", sorry.Address));
        var destination = new DestinationAddress(sorry.Address, port);
        bool inhibit = sorry.Inhibit;
        foreach (RealServerDefinition twin in servers)
        {
            if (twin.Destination == destination && twin.InhibitOnFailure != inhibit)
            {
                session.Correct(sorry.Location, $"virtual server {address}: the sorry server is the real server {twin.Name} too and takes over its inhibit setting", "make the two settings equal");
                inhibit = twin.InhibitOnFailure;
            }
        }

        return new(destination, address.Text(destination), method, inhibit);
    }

    private RealServerDefinition? Complete(
        VirtualServerBuilder builder, RealServerDraft draft, ServiceAddress address, EquatableArray<GroupEntry> entries, ForwardingMethod inherited)
    {
        ForwardingMethod method = draft.Settings.Forwarding ?? inherited;
        if (!FamilyFits(draft.Address, address, entries, method, draft.Location, "real server"))
        {
            return null;
        }

        int port = CompletePort(draft.Port, address, entries, method, draft.Location, ("real server", draft.Address));
        ServerTraits traits = Traits(builder, WithValidCheckers(draft), method);
        return new(new DestinationAddress(draft.Address, port), traits, address.Protocol, ProbedPort(draft, address, entries))
        {
            NotifyUp = Validate(draft.Scripts?.Up),
            NotifyDown = Validate(draft.Scripts?.Down),
        };
    }

    /// <summary>The port to probe: the one written, else that of the service, or of the first entry of its group.</summary>
    private static int ProbedPort(RealServerDraft draft, ServiceAddress address, EquatableArray<GroupEntry> entries) =>
        draft.Port ?? (entries.Count > 0 ? entries[0].Port : address.Port);

    /// <summary>What the block says, less the checkers that do not pass their late validation.</summary>
    private WrittenServer WithValidCheckers(RealServerDraft draft)
    {
        if (draft.CheckerLocations is not { } locations)
        {
            return draft.Settings;
        }

        EquatableArray<CheckerDefinition> checkers = draft.Settings.Checkers;
        var valid = new List<CheckerDefinition>(checkers.Count);
        for (int i = 0; i < checkers.Count; i++)
        {
            if (checkers[i] is not ILateValidation late || late.Validate(session, locations[i]))
            {
                valid.Add(checkers[i]);
            }
        }

        return valid.Count == checkers.Count ? draft.Settings : draft.Settings with { Checkers = valid.ToEquatableArray() };
    }

    private ServerTraits Traits(VirtualServerBuilder builder, WrittenServer written, ForwardingMethod method)
    {
        if (_last is { } last && ReferenceEquals(last.Settings, written) && ReferenceEquals(last.Owner, builder))
        {
            return last.Traits;
        }

        CheckDefaults defaults = written.Defaults.Over(builder.Defaults);
        var checkers = new ResolvedChecker[written.Checkers.Count];
        for (int i = 0; i < checkers.Length; i++)
        {
            checkers[i] = CheckResolution.Resolve(
                written.Checkers[i], defaults, written.VirtualHost ?? builder.VirtualHost, reading.Settings.LogAllFailures);
        }

        ServerTraits traits = reading.Values.Share(new ServerTraits
        {
            Weight = written.Weight ?? builder.Weight,
            Forwarding = method,
            InhibitOnFailure = written.InhibitOnFailure ?? builder.InhibitOnFailure,
            UpperThreshold = written.UpperThreshold,
            LowerThreshold = written.LowerThreshold,
            VirtualHost = written.VirtualHost,
            SmtpAlert = written.SmtpAlert,
            SnmpName = written.SnmpName,
            Checkers = EquatableArray.Create<ResolvedChecker>(checkers),
        });
        _last = (written, builder, traits);
        return traits;
    }

    private bool FamilyFits(
        IPAddress server, ServiceAddress service, EquatableArray<GroupEntry> entries, ForwardingMethod method, SourceLocation location, string what)
    {
        if (server.AddressFamily == service.Family || method.Kind == IpvsForwarding.Tunnel)
        {
            return true;
        }

        foreach (GroupEntry entry in entries)
        {
            if (entry.Family == server.AddressFamily)
            {
                return true;
            }
        }

        session.Error(location, $"{what} {server} is of another address family than virtual server {service}: it is left out",
            "only a tunnel (lvs_method TUN) can cross families");
        return false;
    }

    /// <summary>The port of a server in the kernel. A service by mark, and a group of marks, keeps that of the packet where none is written.</summary>
    private int CompletePort(
        int? written, ServiceAddress service, EquatableArray<GroupEntry> entries, ForwardingMethod method, SourceLocation location, (string Kind, IPAddress Address) what)
    {
        if (service.IsGroup)
        {
            WarnOfGroupPort(written, service, entries, method, location, what);
            return written ?? 0;
        }

        int port = written ?? service.Port;
        if (method.Kind == IpvsForwarding.Masquerade || port == service.Port)
        {
            return port;
        }

        session.Correct(location, service.IsMark
                ? $"{what.Kind} {what.Address} of virtual server {service}: {method} cannot change ports: port {port} is ignored"
                : $"{what.Kind} {what.Address} of virtual server {service}: {method} cannot change ports: {service.Port} is used instead of {port}",
            "write the virtual server's port, or use NAT");
        return service.Port;
    }

    private void WarnOfGroupPort(
        int? written, ServiceAddress service, EquatableArray<GroupEntry> entries, ForwardingMethod method, SourceLocation location, (string Kind, IPAddress Address) what)
    {
        if (method.Kind == IpvsForwarding.Masquerade || written is null or 0)
        {
            return;
        }

        foreach (GroupEntry entry in entries)
        {
            if (entry.Port != written)
            {
                session.Correct(location, $"{what.Kind} {what.Address} of virtual server {service}: {method} cannot change ports: port {written} is ignored for {entry}",
                    "write no port, or use NAT");
                return;
            }
        }
    }

    private ScriptCommand? Validate(WrittenCommand? written) =>
        written is { } script && session.Scripts.Validate(script.Command, script.Location, session) ? script.Command : null;
}
