using System.Net;
using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scripts;

namespace Keepalived.Ipvs;

/// <summary>
/// Turns what was written into what will run: fills in defaults, corrects what contradicts itself and reports every correction at its
/// place. The corrections are those of keepalived, so that the same file makes the same table.
/// </summary>
internal sealed class VirtualServerCompletion(IConfigurationSession session, IpvsSettings settings)
{
    private const uint DefaultPersistence = 360;

    /// <summary>Completes all virtual servers of a reading.</summary>
    public static IpvsConfiguration Complete(IConfigurationSession session)
    {
        IpvsReading reading = session.Get<IpvsReading>();
        var completion = new VirtualServerCompletion(session, reading.Settings);
        var servers = new List<VirtualServerDefinition>(reading.VirtualServers.Count);
        var known = new HashSet<ServiceAddress>();
        foreach (VirtualServerBuilder builder in reading.VirtualServers)
        {
            if (completion.Complete(builder) is not { } server)
            {
                continue;
            }

            if (known.Add(server.Address))
            {
                servers.Add(server);
            }
            else
            {
                session.Error(builder.Location, $"virtual server {server.Address} is there already: this one is left out", "merge the two blocks");
            }
        }

        return new(reading.Settings, servers.ToEquatableArray());
    }

    /// <summary>Completes one; null when it cannot run.</summary>
    public VirtualServerDefinition? Complete(VirtualServerBuilder builder)
    {
        ServiceAddress address = CompleteAddress(builder);
        if (builder.RealServers.Count == 0)
        {
            session.Error(builder.Location, $"virtual server {address} has no real server: it is left out", "add a real_server block");
            return null;
        }

        string scheduler = builder.Scheduler ?? Correct(builder, "wlc", $"virtual server {address} names no scheduler: wlc is used", "write lvs_sched");
        ForwardingMethod method = builder.Forwarding ??
            Correct(builder, default(ForwardingMethod), $"virtual server {address} names no forwarding method: NAT is used", "write lvs_method");
        List<RealServerDefinition> servers = CompleteServers(builder, address, method);
        if (servers.Count == 0)
        {
            session.Error(builder.Location, $"virtual server {address} has no usable real server: it is left out", "see the findings on its real servers");
            return null;
        }

        IpvsService service = CompleteService(builder, address, scheduler);
        (long quorum, long hysteresis) = CompleteQuorum(builder, address, servers);
        SorryServerDefinition? sorry = CompleteSorryServer(builder, address, method, servers);
        if (builder.HaSuspend && address.IsMark)
        {
            Correct(builder.HaSuspendLocation, $"virtual server {address} is chosen by mark and has no address to wait for: ha_suspend is ignored", "remove ha_suspend");
        }

        return new()
        {
            Address = address,
            Service = service,
            Forwarding = method,
            Quorum = quorum,
            Hysteresis = hysteresis,
            QuorumUp = Validate(builder.QuorumUp),
            QuorumDown = Validate(builder.QuorumDown),
            Omega = builder.Omega,
            Alpha = builder.Defaults.Alpha ?? false,
            DelayLoop = builder.Defaults.DelayLoop ?? CheckResolution.DefaultDelayLoop,
            VirtualHost = builder.VirtualHost,
            SorryServer = sorry,
            RealServers = servers.ToEquatableArray(),
        };
    }

    private ServiceAddress CompleteAddress(VirtualServerBuilder builder)
    {
        if (builder.Address is { } address)
        {
            IpvsProtocol protocol = builder.Protocol ??
                Correct(builder, IpvsProtocol.Udp, $"virtual server {builder} names no protocol: UDP is used", "write protocol TCP, UDP or SCTP");
            return new(address, builder.Port, 0, protocol, address.AddressFamily);
        }

        if (builder.Protocol is not null)
        {
            Correct(builder.Location, $"virtual server {builder} is chosen by mark: its protocol is ignored", "remove protocol");
        }

        AddressFamily family = builder.Family ?? (builder.RealServers.Count > 0 ? builder.RealServers[0].Address.AddressFamily : AddressFamily.InterNetwork);
        return new(null, 0, builder.FirewallMark, IpvsProtocol.None, family);
    }

    private IpvsService CompleteService(VirtualServerBuilder builder, ServiceAddress address, string scheduler)
    {
        IpvsServiceFlags flags = builder.Flags;
        if (flags.HasFlag(IpvsServiceFlags.OnePacket) && address.Protocol is (IpvsProtocol.Tcp or IpvsProtocol.Sctp))
        {
            Correct(builder.Location, $"virtual server {address}: only UDP can be scheduled packet by packet: ops is ignored", "remove ops");
            flags &= ~IpvsServiceFlags.OnePacket;
        }

        // Who groups clients wants persistence: observed of keepalived, which says nothing of it.
        uint persistence = builder.PersistenceTimeout > 0 ? builder.PersistenceTimeout : builder.PersistenceNetwork is null ? 0 : DefaultPersistence;
        if (persistence == 0 && !address.IsMark && address.Port == 0)
        {
            Correct(builder.Location, $"virtual server {address} takes all ports and must be persistent: persistence_timeout {DefaultPersistence} is used", "write persistence_timeout");
            persistence = DefaultPersistence;
        }

        return new(address.Key, new KernelName(scheduler))
        {
            Flags = flags,
            PersistenceTimeout = persistence,
            PersistencePrefixLength = CompleteNetwork(builder, address),
            PersistenceEngine = builder.PersistenceEngine,
        };
    }

    private byte CompleteNetwork(VirtualServerBuilder builder, ServiceAddress address)
    {
        byte host = address.Key.AddressBits;
        if (builder.PersistenceNetwork is not { } network)
        {
            return host;
        }

        if (network.Family != address.Family)
        {
            session.Error(network.Location, $"persistence_granularity does not fit the address family of virtual server {address}: it is ignored",
                "write a netmask for IPv4, a prefix length for IPv6");
            return host;
        }

        return network.Bits;
    }

    private List<RealServerDefinition> CompleteServers(VirtualServerBuilder builder, ServiceAddress address, ForwardingMethod method)
    {
        var servers = new List<RealServerDefinition>(builder.RealServers.Count);
        var known = new HashSet<DestinationAddress>();
        foreach (RealServerBuilder server in builder.RealServers)
        {
            if (CompleteServer(builder, server, address, method) is not { } completed)
            {
                continue;
            }

            if (known.Add(completed.Destination))
            {
                servers.Add(completed);
            }
            else
            {
                Correct(server.Location, $"virtual server {address}: real server {completed.Name} is there already: this one is left out", "remove one of the two");
            }
        }

        return servers;
    }

    private RealServerDefinition? CompleteServer(VirtualServerBuilder builder, RealServerBuilder server, ServiceAddress address, ForwardingMethod inherited)
    {
        ForwardingMethod method = server.Forwarding ?? inherited;
        if (!FamilyFits(server.Address, address, method, server.Location, "real server"))
        {
            return null;
        }

        int written = server.Port ?? address.Port;
        var destination = new DestinationAddress(server.Address, CompletePort(written, address, method, server.Location, $"real server {server.Address}"));
        string name = address.Text(destination);
        return new()
        {
            Destination = destination,
            Name = name,
            Weight = server.Weight ?? builder.Weight,
            Forwarding = method,
            InhibitOnFailure = server.InhibitOnFailure ?? builder.InhibitOnFailure,
            UpperThreshold = server.UpperThreshold,
            LowerThreshold = server.LowerThreshold,
            NotifyUp = Validate(server.NotifyUp),
            NotifyDown = Validate(server.NotifyDown),
            VirtualHost = server.VirtualHost,
            Checkers = ResolveCheckers(builder, server, new IPEndPoint(server.Address, written), (address.ToString(), name)),
        };
    }

    private EquatableArray<ConfiguredChecker> ResolveCheckers(
        VirtualServerBuilder builder, RealServerBuilder server, IPEndPoint endPoint, (string Virtual, string Real) names)
    {
        CheckDefaults defaults = server.Defaults.Over(builder.Defaults);
        string? host = server.VirtualHost ?? builder.VirtualHost;
        var checkers = new ConfiguredChecker[server.Checkers.Count];
        for (int i = 0; i < checkers.Length; i++)
        {
            checkers[i] = CheckResolution.Resolve(server.Checkers[i], defaults, endPoint, names, host, settings.LogAllFailures);
        }

        return EquatableArray.Create<ConfiguredChecker>(checkers);
    }

    private (long Quorum, long Hysteresis) CompleteQuorum(VirtualServerBuilder builder, ServiceAddress address, List<RealServerDefinition> servers)
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
            Correct(builder.Location, $"virtual server {address}: quorum {builder.Quorum} is more than all real servers weigh together: {(weights > 0 ? $"{quorum} is used" : "they never reach it")}", "lower the quorum or raise weights");
        }

        long hysteresis = Math.Min(builder.Hysteresis, quorum - 1);
        if (hysteresis < builder.Hysteresis)
        {
            Correct(builder.Location, $"virtual server {address}: hysteresis {builder.Hysteresis} must be less than the quorum {quorum}: {hysteresis} is used", "lower the hysteresis");
        }

        return (quorum, hysteresis);
    }

    private SorryServerDefinition? CompleteSorryServer(
        VirtualServerBuilder builder, ServiceAddress address, ForwardingMethod inherited, List<RealServerDefinition> servers)
    {
        if (builder.SorryServer is not { } sorry)
        {
            return null;
        }

        ForwardingMethod method = sorry.Forwarding ?? inherited;
        if (!FamilyFits(sorry.Address, address, method, sorry.Location, "sorry server"))
        {
            return null;
        }

        var destination = new DestinationAddress(
            sorry.Address, CompletePort(sorry.Port ?? address.Port, address, method, sorry.Location, $"sorry server {sorry.Address}"));
        bool inhibit = sorry.Inhibit;
        if (servers.Find(server => server.Destination == destination) is { } twin && twin.InhibitOnFailure != inhibit)
        {
            Correct(sorry.Location, $"virtual server {address}: the sorry server is the real server {twin.Name} too and takes over its inhibit setting", "make the two settings equal");
            inhibit = twin.InhibitOnFailure;
        }

        return new(destination, address.Text(destination), method, inhibit);
    }

    private bool FamilyFits(IPAddress server, ServiceAddress service, ForwardingMethod method, SourceLocation location, string what)
    {
        if (server.AddressFamily == service.Family || method.Kind == IpvsForwarding.Tunnel)
        {
            return true;
        }

        session.Error(location, $"{what} {server} is of another address family than virtual server {service}: it is left out",
            "only a tunnel (lvs_method TUN) can cross families");
        return false;
    }

    private int CompletePort(int port, ServiceAddress service, ForwardingMethod method, SourceLocation location, string what)
    {
        if (method.Kind == IpvsForwarding.Masquerade || port == service.Port)
        {
            return port;
        }

        Correct(location, service.IsMark
                ? $"{what} of virtual server {service}: {method} cannot change ports: port {port} is ignored"
                : $"{what} of virtual server {service}: {method} cannot change ports: {service.Port} is used instead of {port}",
            "write the virtual server's port, or use NAT");
        return service.Port;
    }

    private ScriptCommand? Validate(WrittenCommand? written) =>
        written is { } script && session.Scripts.Validate(script.Command, script.Location, session) ? script.Command : null;

    private T Correct<T>(VirtualServerBuilder builder, T value, string message, string remedy)
    {
        Correct(builder.Location, message, remedy);
        return value;
    }

    /// <summary>A correction runs, but keepalived counts it as an error under <c>-t</c>.</summary>
    private void Correct(SourceLocation location, string message, string remedy) =>
        session.Report(new(DiagnosticClass.GeneralError, DiagnosticSeverity.Warning, location, message, remedy));
}
