using System.Net;
using Keepalived.Checking;

namespace Keepalived.Scheduling.Sockets;

/// <summary>
/// Checks' sockets on the event loop. Sockets are pooled with their timers and awaitables, so a check in steady state allocates
/// nothing here. One object per owner: what its checks await resumes on that owner's behalf. Do not keep a connection after disposing
/// it; the oldest of the pool is reused first, so that a late second disposal meets nobody.
/// </summary>
public sealed class CheckSockets : ICheckSockets, IDisposable
{
    private readonly IScheduler _scheduler;
    private readonly Queue<StreamConnection> _pool = new();
    private readonly Queue<DatagramSocket> _datagramPool = new();
    private readonly Queue<EchoExchange> _echoPool = new();
    private readonly List<Action> _created = [];

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

    /// <summary>Echo requests go through raw sockets at once; for tests of what happens where datagram sockets are not allowed.</summary>
    internal bool UsesRawEcho { get; init; }

    /// <inheritdoc/>
    public ValueTask<ConnectResult> ConnectAsync(IPEndPoint remote, SocketBinding binding, MonotonicTime deadline)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentNullException.ThrowIfNull(binding);
        StreamConnection connection = _pool.TryDequeue(out StreamConnection? pooled) ? pooled : Create();
        return connection.Connect(remote, binding, deadline);
    }

    /// <inheritdoc/>
    public DatagramResult OpenDatagram(IPEndPoint remote, SocketBinding binding)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentNullException.ThrowIfNull(binding);
        if (!_datagramPool.TryDequeue(out DatagramSocket? socket))
        {
            socket = new DatagramSocket(this, _scheduler);
            _created.Add(socket.Abandon);
        }

        return socket.Open(remote, binding);
    }

    /// <inheritdoc/>
    public ValueTask<TransferResult> EchoAsync(IPAddress remote, SocketBinding binding, ReadOnlyMemory<byte> payload, MonotonicTime deadline)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentNullException.ThrowIfNull(binding);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, EchoMessage.LongestPayload);
        if (!_echoPool.TryDequeue(out EchoExchange? exchange))
        {
            exchange = new EchoExchange(this, _scheduler);
            _created.Add(exchange.Abandon);
        }

        return exchange.Begin(remote, binding, payload.Span, deadline);
    }

    /// <summary>
    /// Closes whatever is still open, without a word to whoever waits for it: for the end of an owner, retired or not.
    /// </summary>
    public void Dispose()
    {
        _created.ForEach(static abandon => abandon());
        _created.Clear();
        _pool.Clear();
        _datagramPool.Clear();
        _echoPool.Clear();
    }

    internal void Return(StreamConnection connection) => _pool.Enqueue(connection);

    internal void Return(DatagramSocket socket) => _datagramPool.Enqueue(socket);

    internal void Return(EchoExchange exchange) => _echoPool.Enqueue(exchange);

    private StreamConnection Create()
    {
        var connection = new StreamConnection(this, _scheduler);
        _created.Add(connection.Abandon);
        return connection;
    }
}
