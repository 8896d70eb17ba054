using Keepalived.Checking;

namespace Keepalived.Ipvs;

/// <summary>
/// All virtual servers of a configuration with their pools and checkers: starts them, replaces their configuration, ends them. Checkers
/// report here; the virtual server concerned decides.
/// </summary>
internal sealed class LoadBalancer : ICheckReports
{
    private readonly Dictionary<ServiceAddress, VirtualServer> _servers = [];
    private readonly ServiceTable _table;
    private readonly IPoolObserver _observer;
    private readonly CheckEnvironment _environment;
    private ILocalAddresses? _addresses;
    private SharedProbes? _shared;
    private bool _checksRun;
    private bool _tellServers;

    /// <summary>Creates it without virtual servers.</summary>
    public LoadBalancer(ServiceTable table, IPoolObserver observer, Func<ICheckReports, CheckEnvironment> environment)
    {
        _table = table;
        _observer = observer;
        _environment = environment(this);
    }

    /// <summary>The virtual servers in order of the configuration.</summary>
    public IReadOnlyList<VirtualServer> Servers { get; private set; } = [];

    /// <summary>Brings everything to a configuration: the first one starts, a later one changes what differs and nothing else.</summary>
    public void Apply(IpvsConfiguration configuration)
    {
        bool changesSharing = ShareProbes(configuration.Settings.ShareProbes);
        _tellServers = configuration.Settings.InitialNotifies;
        var servers = new List<VirtualServer>(configuration.VirtualServers.Count);
        var kept = new HashSet<ServiceAddress>(configuration.VirtualServers.Count);
        foreach (VirtualServerDefinition definition in configuration.VirtualServers)
        {
            kept.Add(definition.Address);
        }

        foreach (VirtualServer server in Servers)
        {
            if (!kept.Contains(server.Definition.Address))
            {
                Remove(server, isStopping: false, keepService: false);
            }
        }

        foreach (VirtualServerDefinition definition in configuration.VirtualServers)
        {
            servers.Add(_servers.TryGetValue(definition.Address, out VirtualServer? server)
                ? Change(server, definition, changesSharing)
                : Add(definition));
        }

        Servers = servers;
    }

    /// <summary>
    /// Tells how the first configuration starts, makes its checkers and begins. Until then the servers count as <c>alpha</c> says, so that the
    /// kernel's table can be made whole first: services do not wait for as many checkers, timers and lines of the log as there are servers.
    /// </summary>
    public void BeginChecks()
    {
        _checksRun = true;
        foreach (VirtualServer server in Servers)
        {
            server.TellStart(_tellServers);
            foreach (RealServer real in server.Servers)
            {
                MakeCheckers(real);
                // A checker that cannot be run takes no part in the judgement, whatever its alpha says.
                server.SetAlive(real, real.AllCheckersUp, "starting without a check that cannot be run", null);
            }
        }
    }

    /// <summary>Gives it the addresses of this machine, which <c>ha_suspend</c> asks for; set before the first such configuration.</summary>
    public ILocalAddresses? Addresses
    {
        set => _addresses = value;
    }

    /// <summary>Addresses of this machine came or went: what is suspended may go on, and the other way round.</summary>
    public void FollowAddresses()
    {
        foreach (VirtualServer server in Servers)
        {
            bool isSuspended = ShallSuspend(server.Definition);
            if (server.Suspend(isSuspended))
            {
                Tell(server);
            }
        }
    }

    /// <summary>Ends all virtual servers because the daemon stops.</summary>
    /// <param name="keepServices">Leave the kernel's table as it is.</param>
    public void Stop(bool keepServices)
    {
        foreach (VirtualServer server in Servers)
        {
            Remove(server, isStopping: true, keepServices);
        }

        Servers = [];
        _checksRun = false;
    }

    public void CheckerChanged(CheckRunner checker, in CheckResult result)
    {
        RealServer server = checker.Server;
        server.Owner.SetAlive(server, server.AllCheckersUp, checker.Configured.Definition.Describe(in result), result.Reason);
    }

    public void CheckerWeightChanged(CheckRunner checker, in CheckResult result) =>
        checker.Server.Owner.WeightChanged(checker.Server, result.Reason ?? checker.Kind);

    /// <summary>Sets whether checkers share probes; each changes over when its server is gone through.</summary>
    /// <returns>Whether this is a change for servers that are there.</returns>
    private bool ShareProbes(bool share)
    {
        if (share == (_shared is not null))
        {
            return false;
        }

        _shared = share ? new SharedProbes(_environment) : null;
        return true;
    }

    private bool Shares(ConfiguredChecker configured) => _shared is not null && SharedProbes.Fits(configured.Definition);

    private CheckRunner MakeChecker(ConfiguredChecker configured, RealServer server) =>
        new(configured, server, _environment, Shares(configured) ? _shared!.For(configured) : null);

    private VirtualServer Add(VirtualServerDefinition definition)
    {
        var server = new VirtualServer(definition, _table, _observer);
        if (server.Suspend(ShallSuspend(definition)))
        {
            Tell(server);
        }

        var pool = new RealServer[definition.RealServers.Count];
        for (int i = 0; i < pool.Length; i++)
        {
            pool[i] = AddServer(server, definition.RealServers[i]);
        }

        server.Start(pool);
        if (_checksRun)
        {
            server.TellStart(_tellServers);
        }

        _servers.Add(definition.Address, server);
        return server;
    }

    private RealServer AddServer(VirtualServer owner, RealServerDefinition definition)
    {
        var server = new RealServer(owner, definition);
        if (_checksRun)
        {
            MakeCheckers(server);
        }

        return server;
    }

    private void MakeCheckers(RealServer server)
    {
        ConfiguredChecker[] configured = server.Definition.ConfigureCheckers(server.Owner.Name, server.Name);
        var checkers = new CheckRunner[configured.Length];
        int count = 0;
        foreach (ConfiguredChecker wanted in configured)
        {
            CheckRunner checker = MakeChecker(wanted, server);
            if (checker.Start())
            {
                checkers[count++] = checker;
            }
        }

        server.Checkers = count == checkers.Length ? checkers : checkers[..count];
    }

    private VirtualServer Change(VirtualServer server, VirtualServerDefinition definition, bool changesSharing)
    {
        bool isSame = server.Definition == definition;
        if (isSame && changesSharing)
        {
            foreach (RealServer real in server.Servers)
            {
                real.Checkers = ChangeCheckers(real, real.Checkers, real.IsDoubtful);
            }
        }

        if (isSame)
        {
            return server;
        }

        var known = new Dictionary<DestinationAddress, RealServer>(server.Servers.Count);
        foreach (RealServer real in server.Servers)
        {
            known.Add(real.Definition.Destination, real);
        }

        var pool = new RealServer[definition.RealServers.Count];
        for (int i = 0; i < pool.Length; i++)
        {
            RealServerDefinition wanted = definition.RealServers[i];
            pool[i] = known.Remove(wanted.Destination, out RealServer? real) ? ChangeServer(real, wanted, changesSharing) : AddServer(server, wanted);
        }

        foreach (RealServer gone in known.Values)
        {
            DisposeCheckers(gone.Checkers);
        }

        server.Reconfigure(definition, pool);
        if (server.Suspend(ShallSuspend(definition)))
        {
            Tell(server);
        }

        return server;
    }

    /// <summary>A group is never found on an interface (section 19 of keepalived's behaviour), so its checks never run.</summary>
    private bool ShallSuspend(VirtualServerDefinition definition) => definition.HaSuspend &&
        (definition.Address.Address is not { } address || _addresses is not { } addresses || !addresses.Has(address));

    private void Tell(VirtualServer server)
    {
        if (server.IsSuspended)
        {
            _environment.Logger.ChecksSuspended(server.Name);
        }
        else
        {
            _environment.Logger.ChecksResumed(server.Name);
        }
    }

    private RealServer ChangeServer(RealServer server, RealServerDefinition definition, bool changesSharing)
    {
        if (changesSharing || server.Definition != definition)
        {
            CheckRunner[] previous = server.Checkers;
            bool doubtful = server.IsDoubtful;
            server.Definition = definition;
            server.Checkers = ChangeCheckers(server, previous, doubtful);
        }

        return server;
    }

    /// <summary>
    /// An equal checker stays as it is, schedule and all; one that probes the same at other times takes over what is known; the rest is new.
    /// </summary>
    private CheckRunner[] ChangeCheckers(RealServer server, CheckRunner[] previous, bool doubtful)
    {
        ConfiguredChecker[] wanted = server.Definition.ConfigureCheckers(server.Owner.Name, server.Name);
        var unused = new List<CheckRunner>(previous);
        var checkers = new CheckRunner?[wanted.Length];
        for (int i = 0; i < checkers.Length; i++)
        {
            int same = unused.FindIndex(runner => runner.Configured == wanted[i] && runner.IsShared == Shares(wanted[i]));
            if (same >= 0)
            {
                checkers[i] = unused[same];
                unused.RemoveAt(same);
            }
        }

        for (int i = 0; i < checkers.Length; i++)
        {
            checkers[i] ??= Replace(wanted[i], server, unused, doubtful);
        }

        DisposeCheckers(unused);
        return [.. checkers.OfType<CheckRunner>()];
    }

    private CheckRunner? Replace(ConfiguredChecker wanted, RealServer server, List<CheckRunner> unused, bool doubtful)
    {
        CheckRunner checker = MakeChecker(wanted, server);
        int like = unused.FindIndex(runner => runner.Configured.ProbesLike(wanted));
        if (like < 0)
        {
            return checker.Start(assumeUp: !doubtful) ? checker : null;
        }

        checker.TakeOver(unused[like]);
        unused[like].Dispose();
        unused.RemoveAt(like);
        return checker;
    }

    private void Remove(VirtualServer server, bool isStopping, bool keepService)
    {
        foreach (RealServer real in server.Servers)
        {
            DisposeCheckers(real.Checkers);
        }

        server.End(isStopping, keepService);
        _servers.Remove(server.Definition.Address);
    }

    private static void DisposeCheckers(IEnumerable<CheckRunner> checkers)
    {
        foreach (CheckRunner checker in checkers)
        {
            checker.Dispose();
        }
    }
}
