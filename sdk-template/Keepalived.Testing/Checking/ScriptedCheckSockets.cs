using System.Net;
using Keepalived.Checking;
using Keepalived.Scheduling;

namespace Keepalived.Testing;

/// <summary>
/// Sockets whose servers a test writes down in advance. Everything happens in the scheduler's time, so a time-out of three seconds takes
/// none. An end point without a script refuses, as a machine without a server does.
/// </summary>
public sealed class ScriptedCheckSockets : ICheckSockets
{
    private readonly IScheduler _scheduler;
    private readonly Dictionary<IPEndPoint, ScriptedServer> _servers = [];
    private readonly Dictionary<IPEndPoint, ScriptedDatagramServer> _datagramServers = [];
    private readonly Dictionary<IPAddress, ScriptedDatagramServer> _machines = [];

    /// <summary>Creates sockets without any server.</summary>
    /// <param name="scheduler">Whose time things take; the checker's own.</param>
    public ScriptedCheckSockets(IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
    }

    /// <summary>Connections and sockets that the code under test has not disposed.</summary>
    public int OpenConnections { get; internal set; }

    /// <summary>The server at an end point, to be scripted and asked.</summary>
    public ScriptedServer Server(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        if (!_servers.TryGetValue(endPoint, out ScriptedServer? server))
        {
            _servers[endPoint] = server = new ScriptedServer();
        }

        return server;
    }

    /// <summary>The server at an end point written as <c>192.0.2.1:80</c> or <c>[2001:db8::1]:80</c>.</summary>
    public ScriptedServer Server(string endPoint) => Server(IPEndPoint.Parse(endPoint));

    /// <summary>The server of datagrams at an end point written as <c>192.0.2.1:53</c>; nobody is there until it has a script.</summary>
    public ScriptedDatagramServer DatagramServer(string endPoint) => DatagramServer(IPEndPoint.Parse(endPoint));

    /// <summary>The machine at an address, for echoes; there is none until it has a script, for example <c>Answers(data => data)</c>.</summary>
    public ScriptedDatagramServer Machine(string address) => Machine(IPAddress.Parse(address));

    /// <inheritdoc/>
    public DatagramResult OpenDatagram(IPEndPoint remote, SocketBinding binding)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ScriptedDatagramServer server = DatagramServer(remote);
        server.Opened(binding);
        OpenConnections++;
        return new(SocketOutcome.Completed, new ScriptedDatagramSocket(_scheduler, server, () => OpenConnections--), 0);
    }

    /// <inheritdoc/>
    public async ValueTask<TransferResult> EchoAsync(IPAddress remote, SocketBinding binding, ReadOnlyMemory<byte> payload, MonotonicTime deadline)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ScriptedDatagramServer machine = Machine(remote);
        machine.Opened(binding);
        OpenConnections++;
        using var socket = new ScriptedDatagramSocket(_scheduler, machine, () => OpenConnections--);
        socket.Send(payload);
        byte[] reply = new byte[payload.Length + 1];
        while (true)
        {
            TransferResult result = await socket.ReceiveAsync(reply, deadline);
            if (result.Outcome != SocketOutcome.Completed || reply.AsSpan(0, result.Count).SequenceEqual(payload.Span))
            {
                return result; // what answers another question is nobody's reply, as it is in a kernel
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectResult> ConnectAsync(IPEndPoint remote, SocketBinding binding, MonotonicTime deadline)
    {
        ScriptedServer server = Server(remote);
        ScriptedReply reply = server.NextReply(binding);
        bool isInTime = await WaitUntil(reply.After is { } after ? _scheduler.Now + after : MonotonicTime.Never, deadline);
        if (!isInTime)
        {
            return new ConnectResult(SocketOutcome.TimedOut, null, 110); // ETIMEDOUT
        }

        if (reply.Conversation is not { } conversation)
        {
            return new ConnectResult(reply.Outcome, null, reply.Errno);
        }

        OpenConnections++;
        var connection = new ScriptedConnection(_scheduler, conversation, closed: () => OpenConnections--);
        server.AddConnection(connection);
        return new ConnectResult(SocketOutcome.Completed, connection, 0);
    }

    private ScriptedDatagramServer DatagramServer(IPEndPoint endPoint)
    {
        if (!_datagramServers.TryGetValue(endPoint, out ScriptedDatagramServer? server))
        {
            _datagramServers[endPoint] = server = new(SocketOutcome.Refused);
        }

        return server;
    }

    private ScriptedDatagramServer Machine(IPAddress address)
    {
        if (!_machines.TryGetValue(address, out ScriptedDatagramServer? machine))
        {
            _machines[address] = machine = new(SocketOutcome.Unreachable);
        }

        return machine;
    }

    /// <summary>Waits for the earlier of two points; true when it is the first, also when both are the same.</summary>
    private async ValueTask<bool> WaitUntil(MonotonicTime time, MonotonicTime deadline)
    {
        MonotonicTime end = MonotonicTime.Min(time, deadline);
        if (end > _scheduler.Now)
        {
            var reached = new TaskCompletionSource();
            using ILoopTimer timer = _scheduler.CreateTimer(_ => reached.SetResult());
            timer.Arm(end);
            await reached.Task;
        }

        return time <= deadline;
    }
}
