using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;
using Microsoft.Extensions.Logging;

namespace Keepalived.Ipvs;

/// <summary>
/// What should be in the kernel's table, and the requests that bring the kernel there. Stating what is the case already sends nothing, so a
/// reload is the engine stating everything anew. Without a kernel that has IPVS it only remembers; attaching one later catches up.
/// </summary>
internal sealed class ServiceTable(ILogger logger) : ITableAnswers
{
    /// <summary>
    /// Requests queued at most while a kernel is attached, beside those of one service: a large table as a whole would take megabytes.
    /// </summary>
    private const int MostQueued = 256;

    private readonly Dictionary<IpvsServiceKey, Entry> _services = [];
    private IKernelTable? _kernel;

    /// <summary>Whether a kernel with IPVS is attached.</summary>
    public bool IsAttached => _kernel is not null;

    /// <summary>Destinations of a service as last stated, for dumps and tests.</summary>
    public IReadOnlyCollection<IpvsDestination> Destinations(IpvsServiceKey service) =>
        _services.TryGetValue(service, out Entry? entry) ? entry.Destinations.Values : [];

    /// <summary>
    /// Takes a kernel and brings its table in line, most of it at once: services of ours that exist already with the same settings are kept as
    /// they are, with their connections; what differs is changed; destinations in them that nobody configured are removed. Services of others are
    /// left alone.
    /// </summary>
    public void Attach(IKernelTable kernel)
    {
        _kernel = kernel;
        kernel.Answers = this;
        var existing = new Dictionary<IpvsServiceKey, IpvsService>();
        foreach (IpvsService service in kernel.ListServices())
        {
            existing[service.Key] = service;
        }

        int queued = 0;
        foreach (Entry entry in _services.Values)
        {
            if (existing.TryGetValue(entry.Service.Key, out IpvsService found))
            {
                Adopt(entry, found, kernel);
            }
            else
            {
                Create(entry);
            }

            queued += 1 + entry.Destinations.Count;
            if (queued >= MostQueued)
            {
                kernel.Complete();
                queued = 0;
            }
        }
    }

    /// <summary>States that a service exists with these settings.</summary>
    /// <param name="service">The service.</param>
    /// <param name="destinations">About how many destinations will be stated: room is made for them at once.</param>
    public void SetService(in IpvsService service, int destinations = 0)
    {
        if (!_services.TryGetValue(service.Key, out Entry? entry))
        {
            _services.Add(service.Key, new Entry(service, destinations));
            Submit(new(IpvsVerb.AddService, service));
        }
        else if (entry.Service != service)
        {
            entry.Service = service;
            Submit(new(IpvsVerb.EditService, service));
        }
    }

    /// <summary>States that a service does not exist; its destinations go with it.</summary>
    public void RemoveService(IpvsServiceKey key)
    {
        if (_services.Remove(key, out Entry? entry))
        {
            Submit(new(IpvsVerb.DeleteService, entry.Service));
        }
    }

    /// <summary>States that a service has this destination with these settings.</summary>
    public void SetDestination(IpvsServiceKey service, in IpvsDestination destination)
    {
        Entry entry = _services[service];
        if (!entry.Destinations.TryGetValue(Place.Of(destination), out IpvsDestination known))
        {
            entry.Destinations.Add(Place.Of(destination), destination);
            Submit(new(IpvsVerb.AddDestination, entry.Service, destination));
        }
        else if (known != destination)
        {
            entry.Destinations[Place.Of(destination)] = destination;
            Submit(new(IpvsVerb.EditDestination, entry.Service, destination));
        }
    }

    /// <summary>States that a service has no such destination.</summary>
    public void RemoveDestination(IpvsServiceKey service, in IpvsDestination destination)
    {
        Entry entry = _services[service];
        if (entry.Destinations.Remove(Place.Of(destination)))
        {
            Submit(new(IpvsVerb.DeleteDestination, entry.Service, destination));
        }
    }

    /// <summary>
    /// An answer of the kernel. Somebody else may have changed the table: what exists is changed instead of added, what is missing
    /// added instead of changed, and what is gone already need not be removed. Each such step is one verb further, so it ends.
    /// </summary>
    public void Answered(in TableRequest request, TableAnswer answer)
    {
        bool wanted = _services.TryGetValue(request.Service.Key, out Entry? entry);
        IpvsDestination destination = default;
        bool destinationWanted = wanted && entry!.Destinations.TryGetValue(Place.Of(request.Destination), out destination);
        switch (request.Verb, answer.Failure)
        {
            case (_, IpvsFailure.None):
            case (IpvsVerb.DeleteService or IpvsVerb.DeleteDestination, IpvsFailure.ServiceAbsent or IpvsFailure.DestinationAbsent):
                break;
            case (IpvsVerb.AddService, IpvsFailure.Exists) when wanted:
                Submit(new(IpvsVerb.EditService, entry!.Service));
                break;
            case (IpvsVerb.EditService, IpvsFailure.ServiceAbsent) when wanted:
                Create(entry!);
                break;
            case (IpvsVerb.AddDestination, IpvsFailure.Exists) when destinationWanted:
                Submit(new(IpvsVerb.EditDestination, entry!.Service, destination));
                break;
            case (IpvsVerb.EditDestination, IpvsFailure.DestinationAbsent) when destinationWanted:
                Submit(new(IpvsVerb.AddDestination, entry!.Service, destination));
                break;
            default:
                Report(in request, answer, entry);
                break;
        }
    }

    private void Adopt(Entry entry, in IpvsService found, IKernelTable kernel)
    {
        if (found != entry.Service)
        {
            Submit(new(IpvsVerb.EditService, entry.Service));
        }

        var places = new HashSet<Place>();
        foreach (IpvsDestination destination in kernel.ListDestinations(found.Key))
        {
            places.Add(Place.Of(destination));
            if (!entry.Destinations.TryGetValue(Place.Of(destination), out IpvsDestination wanted))
            {
                logger.StaleDestinationRemoved(destination.ToString(), found.Key.ToString());
                Submit(new(IpvsVerb.DeleteDestination, entry.Service, destination));
            }
            else if (wanted != destination)
            {
                Submit(new(IpvsVerb.EditDestination, entry.Service, wanted));
            }
        }

        foreach ((Place place, IpvsDestination wanted) in entry.Destinations)
        {
            if (!places.Contains(place))
            {
                Submit(new(IpvsVerb.AddDestination, entry.Service, wanted));
            }
        }
    }

    private void Create(Entry entry)
    {
        Submit(new(IpvsVerb.AddService, entry.Service));
        foreach (IpvsDestination destination in entry.Destinations.Values)
        {
            Submit(new(IpvsVerb.AddDestination, entry.Service, destination));
        }
    }

    private void Report(in TableRequest request, TableAnswer answer, Entry? entry)
    {
        if (request.Verb is IpvsVerb.AddService)
        {
            // Its servers will fail one after the other for the same reason: that is said once.
            entry?.IsRefused = true;
        }
        else if (entry is { IsRefused: true } && answer.Failure == IpvsFailure.ServiceAbsent)
        {
            return;
        }

        if (answer.Failure == IpvsFailure.SchedulerMissing)
        {
            logger.SchedulerMissing(request.Service.Key.ToString(), request.Service.Scheduler.ToString(), answer.Text);
        }
        else
        {
            logger.TableChangeRefused(answer.Text);
        }
    }

    private void Submit(in TableRequest request) => _kernel?.Submit(in request);

    private readonly record struct Place(InetAddress Address, ushort Port)
    {
        public static Place Of(in IpvsDestination destination) => new(destination.Address, destination.Port);
    }

    private sealed class Entry(IpvsService service, int destinations)
    {
        public IpvsService Service { get; set; } = service;

        public Dictionary<Place, IpvsDestination> Destinations { get; } = new(destinations);

        public bool IsRefused { get; set; }
    }
}
