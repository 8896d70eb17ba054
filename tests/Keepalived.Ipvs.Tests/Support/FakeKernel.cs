using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs.Tests;

/// <summary>A kernel's IPVS table as far as the plugin meets it: existing and missing entries answer as linux does.</summary>
internal sealed class FakeKernel : IKernelTable
{
    private readonly Dictionary<IpvsServiceKey, (IpvsService Service, Dictionary<string, IpvsDestination> Destinations)> _table = [];

    public ITableAnswers? Answers { get; set; }

    /// <summary>Requests so far, in words.</summary>
    public List<string> Requests { get; } = [];

    public IpvsTimeouts Timeouts { get; set; } = new(900, 120, 300);

    public bool IsFlushed { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>A scheduler that the kernel does not have.</summary>
    public string? MissingScheduler { get; init; }

    /// <summary>The table in the manner of ipvsadm: one line per service and destination.</summary>
    public string Text => string.Join('\n', _table.Values.SelectMany(entry => (string[])
    [
        $"{entry.Service.Key} {entry.Service.Scheduler}",
        .. entry.Destinations.Values.Select(destination => $"  {destination} {destination.Forwarding} {destination.Weight}"),
    ]));

    /// <summary>Planted: it says yes to a change of a real server and changes nothing.</summary>
    public bool LosesWeights { get; init; }

    /// <summary>The table, a sorted line for each service and destination.</summary>
    public string[] Lines()
    {
        var lines = new List<string>();
        foreach ((IpvsService service, Dictionary<string, IpvsDestination> destinations) in _table.Values)
        {
            string name = service.Key.ToString();
            lines.Add($"{name} {service.Scheduler}");
            foreach (IpvsDestination destination in destinations.Values)
            {
                lines.Add($"{name}  {destination} {destination.Weight} {destination.UpperThreshold}");
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    public IpvsService Service => Assert.Single(_table.Values).Service;

    public IEnumerable<string> Destinations => Assert.Single(_table.Values).Destinations.Values.Select(destination => $"{destination} {destination.Weight}");

    public void Submit(in TableRequest request)
    {
        Requests.Add(request.ToString());
        IpvsFailure failure = Apply(request);
        Answers!.Answered(in request, new(failure, failure == IpvsFailure.None ? null : $"{request}: {failure}"));
    }

    /// <summary>Called whenever somebody waits for the table.</summary>
    public Action<FakeKernel>? OnComplete { get; init; }

    public void Complete() => OnComplete?.Invoke(this);

    public IReadOnlyList<IpvsService> ListServices() => [.. _table.Values.Select(entry => entry.Service)];

    public IReadOnlyList<IpvsDestination> ListDestinations(IpvsServiceKey service) => [.. _table[service].Destinations.Values];

    public void Flush()
    {
        IsFlushed = true;
        _table.Clear();
    }

    public bool IsIdle => true;

    public IpvsServiceStatus? ReadService(IpvsServiceKey service) =>
        _table.TryGetValue(service, out var entry) ? new IpvsServiceStatus(entry.Service, new(1, 2, 3, 4, ulong.MaxValue)) : null;

    public IReadOnlyList<IpvsDestinationStatus> ReadDestinations(IpvsServiceKey service) =>
        [.. _table[service].Destinations.Values.Select(destination => new IpvsDestinationStatus(destination, 5, 6, 7, new(8, 9, 10, 11, 1UL << 40)))];

    /// <summary>The synchronisation daemons.</summary>
    public List<IpvsDaemon> Daemons { get; } = [];

    public IReadOnlyList<IpvsDaemon> ListDaemons() => [.. Daemons];

    public void StartDaemon(IpvsDaemon daemon) => Daemons.Add(daemon);

    public void StopDaemon(IpvsDaemon daemon) => Daemons.RemoveAll(running => running.Role == daemon.Role);

    public IpvsTimeouts GetTimeouts() => Timeouts;

    public void SetTimeouts(IpvsTimeouts timeouts) => Timeouts = new(
        timeouts.Tcp == 0 ? Timeouts.Tcp : timeouts.Tcp, timeouts.TcpFin == 0 ? Timeouts.TcpFin : timeouts.TcpFin, timeouts.Udp == 0 ? Timeouts.Udp : timeouts.Udp);

    public void Dispose() => IsDisposed = true;

    /// <summary>Somebody else's hand in the table.</summary>
    public void Meddle(IpvsVerb verb, IpvsService service, IpvsDestination destination = default) => Apply(new(verb, service, destination));

    private IpvsFailure Apply(TableRequest request)
    {
        IpvsServiceKey key = request.Service.Key;
        bool exists = _table.TryGetValue(key, out var entry);
        string place = request.Destination.ToString();
        switch (request.Verb)
        {
            case IpvsVerb.AddService or IpvsVerb.EditService when request.Service.Scheduler.ToString() == MissingScheduler:
                return IpvsFailure.SchedulerMissing;
            case IpvsVerb.AddService:
                return exists ? IpvsFailure.Exists : Set(key, request.Service, []);
            case IpvsVerb.EditService:
                return exists ? Set(key, request.Service, entry.Destinations) : IpvsFailure.ServiceAbsent;
            case IpvsVerb.DeleteService:
                return _table.Remove(key) ? IpvsFailure.None : IpvsFailure.ServiceAbsent;
            case var _ when !exists:
                return IpvsFailure.ServiceAbsent;
            case IpvsVerb.AddDestination:
                return entry.Destinations.TryAdd(place, request.Destination) ? IpvsFailure.None : IpvsFailure.Exists;
            case IpvsVerb.EditDestination when LosesWeights && entry.Destinations.ContainsKey(place):
                return IpvsFailure.None;
            case IpvsVerb.EditDestination when entry.Destinations.ContainsKey(place):
                entry.Destinations[place] = request.Destination;
                return IpvsFailure.None;
            case IpvsVerb.DeleteDestination when entry.Destinations.Remove(place):
                return IpvsFailure.None;
            default:
                return IpvsFailure.DestinationAbsent;
        }
    }

    private IpvsFailure Set(IpvsServiceKey key, IpvsService service, Dictionary<string, IpvsDestination> destinations)
    {
        _table[key] = (service, destinations);
        return IpvsFailure.None;
    }
}
