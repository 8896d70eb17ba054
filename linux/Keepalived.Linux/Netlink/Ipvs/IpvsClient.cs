using Keepalived.Linux.Netlink.Generic;

namespace Keepalived.Linux.Netlink.Ipvs;

/// <summary>
/// The kernel's IPVS: virtual services, real servers, time-outs and synchronisation daemons. Methods that begin with Queue put a request
/// on the connection for a loop to carry out; the others wait for the answer. Belongs to its connection's thread, and to the network
/// namespace its socket was opened in. Header: linux/ip_vs.h.
/// </summary>
public sealed class IpvsClient
{
    private readonly NetlinkConnection _connection;
    private readonly ushort _family;

    private IpvsClient(NetlinkConnection connection, GenericFamily family)
    {
        _connection = connection;
        _family = family.Id;
    }

    /// <summary>Finds IPVS in the kernel, which loads its module if it can.</summary>
    /// <param name="connection">A connection of <see cref="NetlinkFamily.Generic"/>; the caller disposes it.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkFailure.FamilyMissing"/> when the kernel has no IPVS.</exception>
    public static IpvsClient Open(NetlinkConnection connection) => new(connection,
        FamilyResolver.Resolve(connection, IpvsAbi.FamilyName, "this kernel has no IPVS: load the module ip_vs, or leave out virtual servers"));

    /// <summary>Version and table size.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    public IpvsInfo GetInfo()
    {
        NetlinkWriter request = Begin(IpvsAbi.GetInfo);
        return _connection.Ask<IpvsInfo>(in request, "read IPVS information", IpvsReader.TryReadInfo);
    }

    /// <summary>All virtual services with their counters.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    public IReadOnlyList<IpvsServiceStatus> ListServices() =>
        _connection.Dump<IpvsServiceStatus>(() => BeginDump(IpvsAbi.GetService), "list virtual services", IpvsReader.TryReadService);

    /// <summary>One virtual service with its counters.</summary>
    /// <exception cref="NetlinkException"><see cref="NetlinkFailure.Absent"/> when there is none.</exception>
    public IpvsServiceStatus GetService(IpvsServiceKey key)
    {
        NetlinkWriter request = Begin(IpvsAbi.GetService);
        IpvsWriter.PutKey(ref request, in key);
        return _connection.Ask<IpvsServiceStatus>(in request, $"read virtual service {key}", IpvsReader.TryReadService);
    }

    /// <summary>All real servers of a virtual service with their counters; none when the service does not exist.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    public IReadOnlyList<IpvsDestinationStatus> ListDestinations(IpvsServiceKey key) =>
        _connection.Dump<IpvsDestinationStatus>(() => BeginDestinations(key), $"list real servers of {key}", IpvsReader.TryReadDestination);

    /// <summary>Queues reading all virtual services; <see cref="IpvsReader.TryReadService"/> understands each reply.</summary>
    public void QueueListServices(INetlinkReplyHandler handler, long token) => Queue(BeginDump(IpvsAbi.GetService), handler, token);

    /// <summary>Queues reading the real servers of a virtual service; <see cref="IpvsReader.TryReadDestination"/> understands each reply.</summary>
    public void QueueListDestinations(in IpvsServiceKey key, INetlinkReplyHandler handler, long token) =>
        Queue(BeginDestinations(in key), handler, token);

    /// <summary>Adds a virtual service.</summary>
    /// <exception cref="NetlinkException">Exists, no such scheduler (see <see cref="IpvsFailures"/>), or a value out of range.</exception>
    public void AddService(in IpvsService service) => Execute(WriteService(IpvsAbi.NewService, in service), $"add virtual service {service.Key}");

    /// <summary>Changes scheduler, flags and persistence of a virtual service.</summary>
    /// <exception cref="NetlinkException">Absent, no such scheduler, or a value out of range.</exception>
    public void EditService(in IpvsService service) => Execute(WriteService(IpvsAbi.SetService, in service), $"change virtual service {service.Key}");

    /// <summary>Deletes a virtual service and its real servers.</summary>
    /// <exception cref="NetlinkException">Absent, or not permitted.</exception>
    public void DeleteService(in IpvsServiceKey key) => Execute(WriteKey(IpvsAbi.DelService, in key), $"delete virtual service {key}");

    /// <summary>Adds a real server.</summary>
    /// <exception cref="NetlinkException">Exists, no such virtual service, or a value out of range.</exception>
    public void AddDestination(in IpvsServiceKey key, in IpvsDestination destination) =>
        Execute(WriteDestination(IpvsAbi.NewDest, in key, in destination), $"add real server {destination} to {key}");

    /// <summary>Changes a real server's weight, forwarding and thresholds.</summary>
    /// <exception cref="NetlinkException">No such virtual service or real server, or a value out of range.</exception>
    public void EditDestination(in IpvsServiceKey key, in IpvsDestination destination) =>
        Execute(WriteDestination(IpvsAbi.SetDest, in key, in destination), $"change real server {destination} of {key}");

    /// <summary>Deletes a real server; connections to it end or expire as the kernel is set.</summary>
    /// <exception cref="NetlinkException">No such virtual service or real server.</exception>
    public void DeleteDestination(in IpvsServiceKey key, in IpvsDestination destination) =>
        Execute(WriteDestinationKey(in key, in destination), $"delete real server {destination} from {key}");

    /// <summary>Queues <see cref="AddService"/>.</summary>
    public void QueueAddService(in IpvsService service, INetlinkReplyHandler handler, long token) =>
        Queue(WriteService(IpvsAbi.NewService, in service), handler, token);

    /// <summary>Queues <see cref="EditService"/>.</summary>
    public void QueueEditService(in IpvsService service, INetlinkReplyHandler handler, long token) =>
        Queue(WriteService(IpvsAbi.SetService, in service), handler, token);

    /// <summary>Queues <see cref="DeleteService"/>.</summary>
    public void QueueDeleteService(in IpvsServiceKey key, INetlinkReplyHandler handler, long token) =>
        Queue(WriteKey(IpvsAbi.DelService, in key), handler, token);

    /// <summary>Queues <see cref="AddDestination"/>.</summary>
    public void QueueAddDestination(in IpvsServiceKey key, in IpvsDestination destination, INetlinkReplyHandler handler, long token) =>
        Queue(WriteDestination(IpvsAbi.NewDest, in key, in destination), handler, token);

    /// <summary>Queues <see cref="EditDestination"/>.</summary>
    public void QueueEditDestination(in IpvsServiceKey key, in IpvsDestination destination, INetlinkReplyHandler handler, long token) =>
        Queue(WriteDestination(IpvsAbi.SetDest, in key, in destination), handler, token);

    /// <summary>Queues <see cref="DeleteDestination"/>.</summary>
    public void QueueDeleteDestination(in IpvsServiceKey key, in IpvsDestination destination, INetlinkReplyHandler handler, long token) =>
        Queue(WriteDestinationKey(in key, in destination), handler, token);

    /// <summary>Deletes every virtual service of the namespace.</summary>
    /// <exception cref="NetlinkException">Not permitted.</exception>
    public void Flush() => Execute(Begin(IpvsAbi.Flush), "delete all virtual services");

    /// <summary>Zeroes the counters of everything.</summary>
    /// <exception cref="NetlinkException">Not permitted.</exception>
    public void ZeroCounters() => Execute(Begin(IpvsAbi.Zero), "zero the IPVS counters");

    /// <summary>The connection time-outs.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    public IpvsTimeouts GetTimeouts()
    {
        NetlinkWriter request = Begin(IpvsAbi.GetConfig);
        return _connection.Ask<IpvsTimeouts>(in request, "read the IPVS time-outs", IpvsReader.TryReadTimeouts);
    }

    /// <summary>Sets the connection time-outs; a value of 0 stays as it is.</summary>
    /// <exception cref="NetlinkException">Not permitted, or out of range.</exception>
    public void SetTimeouts(in IpvsTimeouts timeouts)
    {
        NetlinkWriter request = Begin(IpvsAbi.SetConfig);
        request.PutUInt32(IpvsAbi.AttrTimeoutTcp, timeouts.Tcp);
        request.PutUInt32(IpvsAbi.AttrTimeoutTcpFin, timeouts.TcpFin);
        request.PutUInt32(IpvsAbi.AttrTimeoutUdp, timeouts.Udp);
        Execute(request, "set the IPVS time-outs");
    }

    /// <summary>The synchronisation daemons that run.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or stayed silent.</exception>
    public IReadOnlyList<IpvsDaemon> ListDaemons() =>
        _connection.Dump<IpvsDaemon>(() => BeginDump(IpvsAbi.GetDaemon), "list the IPVS daemons", IpvsReader.TryReadDaemon);

    /// <summary>Starts a synchronisation daemon.</summary>
    /// <exception cref="NetlinkException">One of its role runs already, no such interface, or not permitted.</exception>
    public void StartDaemon(in IpvsDaemon daemon)
    {
        NetlinkWriter request = Begin(IpvsAbi.NewDaemon);
        IpvsWriter.PutDaemon(ref request, in daemon);
        Execute(request, $"start the IPVS {daemon.Role} daemon on {daemon.Interface}");
    }

    /// <summary>Stops a synchronisation daemon; its role alone tells which.</summary>
    /// <exception cref="NetlinkException">None of its role runs, or not permitted.</exception>
    public void StopDaemon(in IpvsDaemon daemon)
    {
        NetlinkWriter request = Begin(IpvsAbi.DelDaemon);
        IpvsWriter.PutDaemon(ref request, in daemon);
        Execute(request, $"stop the IPVS {daemon.Role} daemon");
    }

    private static void PutHeader(ref NetlinkWriter request, byte command) =>
        request.PutStructure(new GenericAbi.Header { Command = command, Version = IpvsAbi.Version });

    private NetlinkWriter Begin(byte command)
    {
        NetlinkWriter request = _connection.Begin(_family);
        PutHeader(ref request, command);
        return request;
    }

    private NetlinkWriter BeginDump(byte command)
    {
        NetlinkWriter request = _connection.BeginDump(_family);
        PutHeader(ref request, command);
        return request;
    }

    private NetlinkWriter BeginDestinations(scoped in IpvsServiceKey key)
    {
        NetlinkWriter request = BeginDump(IpvsAbi.GetDest);
        IpvsWriter.PutKey(ref request, in key);
        return request;
    }

    private NetlinkWriter WriteKey(byte command, scoped in IpvsServiceKey key)
    {
        NetlinkWriter request = Begin(command);
        IpvsWriter.PutKey(ref request, in key);
        return request;
    }

    private NetlinkWriter WriteService(byte command, scoped in IpvsService service)
    {
        NetlinkWriter request = Begin(command);
        IpvsWriter.PutService(ref request, in service);
        return request;
    }

    private NetlinkWriter WriteDestination(byte command, scoped in IpvsServiceKey key, scoped in IpvsDestination destination)
    {
        NetlinkWriter request = WriteKey(command, in key);
        IpvsWriter.PutDestination(ref request, in destination);
        return request;
    }

    private NetlinkWriter WriteDestinationKey(scoped in IpvsServiceKey key, scoped in IpvsDestination destination)
    {
        NetlinkWriter request = WriteKey(IpvsAbi.DelDest, in key);
        IpvsWriter.PutDestinationKey(ref request, in destination);
        return request;
    }

    private void Queue(in NetlinkWriter request, INetlinkReplyHandler handler, long token) => _connection.Queue(in request, handler, token);

    private void Execute(in NetlinkWriter request, string operation) => _connection.Execute(in request, operation);
}
