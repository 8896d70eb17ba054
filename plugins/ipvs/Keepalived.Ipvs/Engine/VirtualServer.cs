using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs;

/// <summary>Told of what happens in a pool.</summary>
internal interface IPoolObserver
{
    /// <summary>A real server went up or down.</summary>
    void ServerChanged(RealServer server, bool isUp, string cause, string? detail);

    /// <summary>The weight of a real server changed.</summary>
    void WeightChanged(RealServer server, string cause);

    /// <summary>The quorum was gained or lost, or is there or not at start.</summary>
    void QuorumChanged(VirtualServer server, bool isUp, string cause);

    /// <summary>The sorry server takes over, or is no longer needed.</summary>
    void SorryServerChanged(VirtualServer server, bool isIn);
}

/// <summary>
/// A virtual server at run time: who of its pool is in the table with which weight. A decision only: it knows no clock, no socket and no
/// kernel, states to <see cref="ServiceTable"/> what should be there and tells <see cref="IPoolObserver"/> what happened.
/// </summary>
internal sealed class VirtualServer
{
    private readonly ServiceTable _table;
    private readonly IPoolObserver _observer;

    public VirtualServer(VirtualServerDefinition definition, ServiceTable table, IPoolObserver observer)
    {
        _table = table;
        _observer = observer;
        Definition = definition;
        Name = definition.Address.ToString();
    }

    /// <summary>Its configuration; replaced by a reload.</summary>
    public VirtualServerDefinition Definition { get; private set; }

    /// <summary>Identity for messages.</summary>
    public string Name { get; }

    /// <summary>The pool.</summary>
    public IReadOnlyList<RealServer> Servers { get; private set; } = [];

    /// <summary>Whether the live servers weigh enough.</summary>
    public bool HasQuorum { get; private set; }

    /// <summary><c>ha_suspend</c> and its address is not on this machine: its servers are not checked and stay what they are.</summary>
    public bool IsSuspended { get; private set; }

    /// <summary>Whether the sorry server serves in the place of the pool.</summary>
    public bool IsSorry => !HasQuorum && Definition.SorryServer is not null;

    private Quorum Quorum => new(Definition.Quorum, Definition.Hysteresis);

    /// <summary>The weight of all live servers.</summary>
    public long LiveWeight
    {
        get
        {
            long weight = 0;
            foreach (RealServer server in Servers)
            {
                weight += server.IsAlive ? server.EffectiveWeight : 0;
            }

            return weight;
        }
    }

    /// <summary>Begins with a pool whose checkers have not run: each server counts as their <c>alpha</c> says. Nobody is told yet.</summary>
    public void Start(IReadOnlyList<RealServer> servers)
    {
        Servers = servers;
        foreach (RealServer server in servers)
        {
            server.IsAlive = server.AllCheckersUp;
        }

        HasQuorum = Quorum.Holds(held: false, LiveWeight);
        SetServices();
        PlaceAll();
    }

    /// <summary>Tells of the state that it began with.</summary>
    /// <param name="tellServers">Tell of the servers' first state too (<c>rs_init_notifies</c>).</param>
    public void TellStart(bool tellServers)
    {
        if (tellServers)
        {
            foreach (RealServer server in Servers)
            {
                _observer.ServerChanged(server, server.IsAlive, "initial state", null);
            }
        }

        _observer.QuorumChanged(this, HasQuorum, HasQuorum ? "Starting with quorum up" : "Starting with quorum down");
        if (IsSorry)
        {
            _observer.SorryServerChanged(this, isIn: true);
        }
    }

    /// <summary>Ends or begins the checking of all servers.</summary>
    /// <returns>Whether this is a change.</returns>
    public bool Suspend(bool isSuspended)
    {
        if (IsSuspended == isSuspended)
        {
            return false;
        }

        IsSuspended = isSuspended;
        foreach (RealServer server in Servers)
        {
            foreach (CheckRunner checker in server.Checkers)
            {
                checker.FollowSuspension();
            }
        }

        return true;
    }

    /// <summary>Sets whether a server is alive, and everything that follows from it.</summary>
    public void SetAlive(RealServer server, bool isAlive, string cause, string? detail)
    {
        if (server.IsAlive == isAlive)
        {
            return;
        }

        server.IsAlive = isAlive;
        Place(server);
        _observer.ServerChanged(server, isAlive, cause, detail);
        JudgeQuorum();
    }

    /// <summary>A dynamic check changed a server's weight.</summary>
    public void WeightChanged(RealServer server, string cause)
    {
        Place(server);
        _observer.WeightChanged(server, cause);
        JudgeQuorum();
    }

    /// <summary>Takes a new configuration with the pool that belongs to it; what stays the same is not touched.</summary>
    /// <param name="definition">The new configuration of the same service.</param>
    /// <param name="servers">The new pool; servers that stay are the same objects.</param>
    public void Reconfigure(VirtualServerDefinition definition, IReadOnlyList<RealServer> servers)
    {
        VirtualServerDefinition previous = Definition;
        IReadOnlyList<RealServer> previousServers = Servers;
        bool wasSorry = IsSorry;
        Definition = definition;
        Servers = servers;
        RemoveServicesGone(previous);
        SetServices();
        RemoveGone(previous, previousServers);
        foreach (RealServer server in servers)
        {
            AdoptState(server, previousServers);
        }

        PlaceAll();
        JudgeQuorum();
        if (wasSorry != IsSorry && previous.SorryServer is null != definition.SorryServer is null)
        {
            _observer.SorryServerChanged(this, IsSorry);
        }
    }

    /// <summary>Takes the service out of the table and tells of everything that ends with it.</summary>
    /// <param name="isStopping">The daemon stops: then only <c>omega</c> tells.</param>
    /// <param name="keepService">The daemon stops and leaves the table as it is (<c>-I</c>).</param>
    public void End(bool isStopping, bool keepService)
    {
        if (!keepService)
        {
            foreach (IpvsService service in Definition.Services)
            {
                _table.RemoveService(service.Key);
            }
        }

        if (isStopping && !Definition.Omega)
        {
            return;
        }

        string cause = isStopping ? "Shutting down" : "Removing";
        foreach (RealServer server in Servers)
        {
            if (!server.IsAlive)
            {
                continue;
            }

            server.IsAlive = false;
            _observer.ServerChanged(server, isUp: false, cause, null);
        }

        // After the last server, as keepalived does, whichever of them it was that the quorum ended with.
        if (HasQuorum && !Quorum.Holds(held: true, LiveWeight))
        {
            HasQuorum = false;
            _observer.QuorumChanged(this, isUp: false, isStopping ? cause : Quorum.Explain(held: false, LiveWeight));
        }
    }

    private void AdoptState(RealServer server, IReadOnlyList<RealServer> previous)
    {
        bool isAlive = server.AllCheckersUp;
        if (server.IsAlive == isAlive)
        {
            return;
        }

        server.IsAlive = isAlive;
        if (Contains(previous, server))
        {
            _observer.ServerChanged(server, isAlive, "checkers changed by a reload", null);
        }
    }

    private void RemoveGone(VirtualServerDefinition previous, IReadOnlyList<RealServer> servers)
    {
        foreach (RealServer server in servers)
        {
            if (Contains(Servers, server))
            {
                continue;
            }

            RemoveUnlessWanted(server.Definition.Destination);
            if (server.IsAlive)
            {
                server.IsAlive = false;
                _observer.ServerChanged(server, isUp: false, "Removing", null);
            }
        }

        if (previous.SorryServer is { } sorry && sorry.Destination != Definition.SorryServer?.Destination)
        {
            RemoveUnlessWanted(sorry.Destination);
        }
    }

    private void RemoveUnlessWanted(DestinationAddress destination)
    {
        foreach (RealServer server in Servers)
        {
            if (server.Definition.Destination == destination)
            {
                return;
            }
        }

        Remove(default(ForwardingMethod).ToDestination(destination, 0));
    }

    private void JudgeQuorum()
    {
        long weight = LiveWeight;
        bool holds = Quorum.Holds(HasQuorum, weight);
        if (holds == HasQuorum)
        {
            return;
        }

        HasQuorum = holds;
        PlaceAll();
        if (Definition.SorryServer is not null)
        {
            _observer.SorryServerChanged(this, isIn: !holds);
        }

        _observer.QuorumChanged(this, holds, Quorum.Explain(holds, weight));
    }

    /// <summary>The sorry server comes first, so that there is no moment without any server.</summary>
    private void PlaceAll()
    {
        if (Definition.SorryServer is { } sorry && !HasTwin(sorry))
        {
            PlaceSorryServer(sorry);
        }

        foreach (RealServer server in Servers)
        {
            Place(server);
        }
    }

    private void PlaceSorryServer(SorryServerDefinition sorry)
    {
        IpvsDestination destination = sorry.Forwarding.ToDestination(sorry.Destination, IsSorry ? SorryServerDefinition.Weight : 0);
        if (IsSorry || sorry.Inhibit)
        {
            Set(in destination);
        }
        else
        {
            Remove(in destination);
        }
    }

    private void Place(RealServer server)
    {
        RealServerDefinition definition = server.Definition;
        bool standsIn = IsSorry && Definition.SorryServer!.Destination == definition.Destination;
        bool serves = server.IsAlive && !IsSorry;
        int weight = standsIn ? SorryServerDefinition.Weight : serves ? server.EffectiveWeight : 0;
        IpvsDestination destination = definition.Forwarding.ToDestination(definition.Destination, weight) with
        {
            UpperThreshold = definition.UpperThreshold, LowerThreshold = definition.LowerThreshold,
        };
        if (serves || standsIn || definition.InhibitOnFailure)
        {
            Set(in destination);
        }
        else
        {
            Remove(in destination);
        }
    }

    private void SetServices()
    {
        foreach (IpvsService service in Definition.Services)
        {
            _table.SetService(in service, Servers.Count);
        }
    }

    /// <summary>Services of a group that its entries do not name any more; their destinations go with them.</summary>
    private void RemoveServicesGone(VirtualServerDefinition previous)
    {
        if (previous.Entries == Definition.Entries && previous.GroupMark == Definition.GroupMark)
        {
            return;
        }

        var kept = Definition.Services.Select(static service => service.Key).ToHashSet();
        foreach (IpvsService service in previous.Services)
        {
            if (!kept.Contains(service.Key))
            {
                _table.RemoveService(service.Key);
            }
        }
    }

    /// <summary>States a destination in the service, or in each of a group's that its family fits.</summary>
    private void Set(in IpvsDestination destination)
    {
        if (!Definition.Address.IsGroup)
        {
            _table.SetDestination(Definition.Service.Key, in destination);
            return;
        }

        foreach (IpvsService service in Definition.Services)
        {
            if (Fits(service.Key, in destination))
            {
                _table.SetDestination(service.Key, WithPort(service.Key, in destination));
            }
        }
    }

    private void Remove(in IpvsDestination destination)
    {
        if (!Definition.Address.IsGroup)
        {
            _table.RemoveDestination(Definition.Service.Key, in destination);
            return;
        }

        foreach (IpvsService service in Definition.Services)
        {
            if (Fits(service.Key, in destination))
            {
                _table.RemoveDestination(service.Key, WithPort(service.Key, in destination));
            }
        }
    }

    /// <summary>A real server as it stands in one of its services.</summary>
    public IpvsDestination InService(in IpvsServiceKey service, RealServerDefinition definition)
    {
        IpvsDestination destination = definition.Forwarding.ToDestination(definition.Destination, 0);
        return Definition.Address.IsGroup ? WithPort(service, in destination) : destination;
    }

    private static bool Fits(in IpvsServiceKey service, in IpvsDestination destination) =>
        destination.Forwarding == IpvsForwarding.Tunnel || service.IsIPv6 == destination.Address.IsIPv6;

    /// <summary>Only NAT changes ports; its port 0 is the one that the client asked for, and is written so, as keepalived does.</summary>
    private static IpvsDestination WithPort(in IpvsServiceKey service, in IpvsDestination destination) =>
        destination.Forwarding == IpvsForwarding.Masquerade ? destination : destination with { Port = service.Port };

    /// <summary>Whether the sorry server is one of the pool, which then stands in for itself.</summary>
    private bool HasTwin(SorryServerDefinition sorry)
    {
        foreach (RealServer server in Servers)
        {
            if (server.Definition.Destination == sorry.Destination)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Contains(IReadOnlyList<RealServer> servers, RealServer server)
    {
        foreach (RealServer other in servers)
        {
            if (ReferenceEquals(other, server))
            {
                return true;
            }
        }

        return false;
    }
}
