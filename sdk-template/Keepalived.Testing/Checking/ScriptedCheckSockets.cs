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

    /// <summary>Creates sockets without any server.</summary>
    /// <param name="scheduler">Whose time things take; the checker's own.</param>
    public ScriptedCheckSockets(IScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
    }

    /// <summary>Connections that the code under test has not disposed.</summary>
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
