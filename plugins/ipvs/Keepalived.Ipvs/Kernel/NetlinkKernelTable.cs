using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Ipvs;
using Keepalived.Scheduling;

namespace Keepalived.Ipvs;

/// <summary>The kernel's table over generic netlink, on the loop.</summary>
internal sealed class NetlinkKernelTable : IKernelTable, INetlinkReplyHandler
{
    // The kernel needs about 30 µs for each; a chunk keeps the loop for a millisecond.
    private const int ChunkSize = 32;
    private static readonly TimeSpan _longestSilence = TimeSpan.FromSeconds(5);

    private readonly NetlinkConnection _connection;
    private readonly IpvsClient _client;
    private readonly IScheduler _scheduler;
    private readonly IDescriptorWatch _watch;
    private readonly Action _flush;
    private readonly Queue<TableRequest> _pending = new();
    private bool _flushScheduled;
    private bool _isDisposed;

    private NetlinkKernelTable(NetlinkConnection connection, IpvsClient client, IScheduler scheduler)
    {
        _connection = connection;
        _client = client;
        _scheduler = scheduler;
        _flush = Send;
        _watch = scheduler.Watch(connection.Descriptor, Readiness.Read, _ => connection.OnReadable());
    }

    public ITableAnswers? Answers { get; set; }

    /// <summary>Opens the kernel's table in the network namespace of this process, or in the one that the settings name.</summary>
    /// <exception cref="LinuxException">No IPVS in this kernel, no permission, or no such namespace.</exception>
    public static NetlinkKernelTable Open(IScheduler scheduler, IpvsSettings settings)
    {
        NetlinkSocket socket = OtherNamespace.Open(settings.Namespace, () => settings.RequestBuffers.Open(NetlinkFamily.Generic));
        var connection = new NetlinkConnection(socket, ChunkSize);
        try
        {
            IpvsClient client = IpvsClient.Open(connection);

            // Finding IPVS takes no privilege, using it does: better to know before anything is started.
            client.GetInfo();
            return new(connection, client, scheduler);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Submit(in TableRequest request)
    {
        _pending.Enqueue(request);
        switch (request.Verb)
        {
            case IpvsVerb.AddService:
                _client.QueueAddService(request.Service, this, 0);
                break;
            case IpvsVerb.EditService:
                _client.QueueEditService(request.Service, this, 0);
                break;
            case IpvsVerb.DeleteService:
                _client.QueueDeleteService(request.Service.Key, this, 0);
                break;
            case IpvsVerb.AddDestination:
                _client.QueueAddDestination(request.Service.Key, request.Destination, this, 0);
                break;
            case IpvsVerb.EditDestination:
                _client.QueueEditDestination(request.Service.Key, request.Destination, this, 0);
                break;
            case IpvsVerb.DeleteDestination:
                _client.QueueDeleteDestination(request.Service.Key, request.Destination, this, 0);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(request), request.Verb, "Not a change to the table.");
        }

        if (!_flushScheduled)
        {
            _flushScheduled = true;
            _scheduler.RunAtTurnEnd(_flush);
        }
    }

    public void Complete() => _connection.Complete(_longestSilence);

    public IReadOnlyList<IpvsService> ListServices()
    {
        IReadOnlyList<IpvsServiceStatus> found = _client.ListServices();
        var services = new IpvsService[found.Count];
        for (int i = 0; i < services.Length; i++)
        {
            services[i] = found[i].Service;
        }

        return services;
    }

    public IReadOnlyList<IpvsDestination> ListDestinations(IpvsServiceKey service)
    {
        IReadOnlyList<IpvsDestinationStatus> found = _client.ListDestinations(service);
        var destinations = new IpvsDestination[found.Count];
        for (int i = 0; i < destinations.Length; i++)
        {
            destinations[i] = found[i].Destination;
        }

        return destinations;
    }

    public void Flush() => _client.Flush();

    public bool IsIdle => _pending.Count == 0;

    public IpvsServiceStatus? ReadService(IpvsServiceKey service)
    {
        try
        {
            return _client.GetService(service);
        }
        catch (NetlinkException exception) when (exception.Failure == NetlinkFailure.Absent)
        {
            return null;
        }
    }

    public IReadOnlyList<IpvsDestinationStatus> ReadDestinations(IpvsServiceKey service) => _client.ListDestinations(service);

    public IReadOnlyList<IpvsDaemon> ListDaemons() => _client.ListDaemons();

    public void StartDaemon(IpvsDaemon daemon) => _client.StartDaemon(in daemon);

    public void StopDaemon(IpvsDaemon daemon) => _client.StopDaemon(in daemon);

    public IpvsTimeouts GetTimeouts() => _client.GetTimeouts();

    public void SetTimeouts(IpvsTimeouts timeouts) => _client.SetTimeouts(timeouts);

    public void Dispose()
    {
        _isDisposed = true;
        _watch.Dispose();
        _connection.Dispose();
    }

    void INetlinkReplyHandler.Reply(long token, in NetlinkMessage message)
    {
    }

    /// <summary>The kernel answers in order, and so does the connection: the answer is to the oldest request.</summary>
    void INetlinkReplyHandler.Completed(long token, in NetlinkResult result)
    {
        TableRequest request = _pending.Dequeue();
        Answers?.Answered(in request, result.Succeeded
            ? default
            : new(IpvsFailures.Classify(request.Verb, result.Errno), result.ToException(request.ToString()).Message));
    }

    private void Send()
    {
        _flushScheduled = false;
        if (!_isDisposed)
        {
            _connection.Flush();
        }
    }
}
