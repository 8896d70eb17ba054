using System.Net;
using Keepalived.Checking;

namespace Keepalived.Scheduling.Sockets;

/// <summary>
/// Checks' sockets on the event loop. Connections are pooled with their timers and awaitables, so a check in steady state allocates
/// nothing here. One object per owner: what its checks await resumes on that owner's behalf. Do not keep a connection after disposing
/// it; the oldest of the pool is reused first, so that a late second disposal meets nobody.
/// </summary>
public sealed class CheckSockets : ICheckSockets, IDisposable
{
    private readonly IScheduler _scheduler;
    private readonly Queue<StreamConnection> _pool = new();
    private readonly List<StreamConnection> _created = [];

    /// <summary>Creates the sockets of one owner.</summary>
    /// <param name="scheduler">The owner's scheduler, from <see cref="EventLoop.ForOwner"/>.</param>
    public CheckSockets(IScheduler scheduler)
    {
        if (scheduler is not LoopOwner)
        {
            throw new ArgumentException("These sockets need the real loop; in virtual time use scripted ones.", nameof(scheduler));
        }

        _scheduler = scheduler;
    }

    /// <summary>Connections waiting to be used again.</summary>
    internal int Pooled => _pool.Count;

    /// <inheritdoc/>
    public ValueTask<ConnectResult> ConnectAsync(IPEndPoint remote, SocketBinding binding, MonotonicTime deadline)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentNullException.ThrowIfNull(binding);
        StreamConnection connection = _pool.TryDequeue(out StreamConnection? pooled) ? pooled : Create();
        return connection.Connect(remote, binding, deadline);
    }

    /// <summary>
    /// Closes whatever is still open, without a word to whoever waits for it: for the end of an owner, retired or not.
    /// </summary>
    public void Dispose()
    {
        _created.ForEach(connection => connection.Abandon());
        _created.Clear();
        _pool.Clear();
    }

    internal void Return(StreamConnection connection) => _pool.Enqueue(connection);

    private StreamConnection Create()
    {
        var connection = new StreamConnection(this, _scheduler);
        _created.Add(connection);
        return connection;
    }
}
