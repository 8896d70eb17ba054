// The netlink half of Keepalived.Linux: sockets (NetlinkSocket: bytes), connection (this file with RequestExchange: sequence numbers,
// acknowledgements, multipart answers, chunks), attributes (AttributeReader, NetlinkWriter) and one client per family on top (Route/,
// Generic/, Ipvs/).
//
// A connection belongs to one thread, usually the loop's. One turn of it:
//   1. Requests are queued with Begin and Queue, as many as there are; Flush sends the first chunk when nothing is under way.
//   2. The kernel works a chunk through inside the send, so a chunk's size bounds how long a turn of the loop takes.
//   3. Its answers make the descriptor readable; OnReadable reads them, each request ends with its own result, the next chunk is sent.
//   4. Complete does the same with poll in the place of a loop, for start-up and tests.
// Every chunk is acknowledged (NLM_F_ACK on its last request) or is a dump, which ends with NLMSG_DONE. A dump travels alone.
//
// It never blocks but in Complete, never reads a clock, and never believes a datagram that is not the kernel's.
// Headers: linux/netlink.h. Text: Documentation/userspace-api/netlink/intro.rst of the kernel.
namespace Keepalived.Linux.Netlink;

/// <summary>Requests to the kernel and what it answers, over one transport. Belongs to one thread.</summary>
public sealed class NetlinkConnection : IDisposable
{
    /// <summary>Requests sent together unless said otherwise: about 1 ms of the kernel's work when adding addresses.</summary>
    public const int DefaultChunkSize = 16;

    /// <summary>The longest request unless said otherwise, in octets.</summary>
    public const int DefaultRequestSize = 1024;

    // netlink_dump of the kernel fills at most 32 KiB at once, whatever the buffer.
    private const int ReceiveSize = 32 * 1024;
    private const int LargestReceiveSize = 4 * 1024 * 1024;
    private const int DatagramsPerTurn = 128;

    private readonly INetlinkTransport _transport;
    private readonly RequestExchange _exchange;
    private INetlinkNotificationHandler? _notifications;
    private byte[] _buffer = new byte[ReceiveSize];
    private bool _overrun;
    private bool _busy;

    /// <summary>Takes over a transport.</summary>
    /// <param name="transport">The bytes' way; disposed with the connection.</param>
    /// <param name="chunkSize">Requests sent together, 1 to 1024; 16 to 32 are right for a loop with advertisements on it.</param>
    public NetlinkConnection(INetlinkTransport transport, int chunkSize = DefaultChunkSize)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chunkSize, 1024);
        _transport = transport;
        _exchange = new RequestExchange(chunkSize);
    }

    /// <summary>What an event loop watches for reading; it then calls <see cref="OnReadable"/>. -1 with a fake transport.</summary>
    public int Descriptor => _transport.Descriptor;

    /// <summary>Requests that have not ended yet, sent or not.</summary>
    public int Pending => _exchange.Pending;

    /// <summary>Subscribes to a multicast group of the family; what comes goes to the handler.</summary>
    /// <exception cref="NetlinkException">The kernel knows no such group, or refuses.</exception>
    public void Subscribe(uint group, INetlinkNotificationHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _notifications = handler;
        Errno errno = _transport.Join(group);
        if (errno != Errno.None)
        {
            throw new NetlinkException($"subscribe to netlink group {group}", errno);
        }
    }

    /// <summary>Lets the kernel drop news of a kind that one socket's requests cause; they come all the same where it cannot.</summary>
    public void Ignore(in NetlinkNews news) => _transport.Ignore(in news);

    /// <summary>Starts a request. Write it, then give it to <see cref="Queue"/> before starting another.</summary>
    /// <param name="type">The message type in the family's numbers.</param>
    /// <param name="flags">NLM_F bits beyond NLM_F_REQUEST and NLM_F_ACK, such as the creation flags.</param>
    /// <param name="size">Octets it may take.</param>
    public NetlinkWriter Begin(ushort type, ushort flags = 0, int size = DefaultRequestSize) =>
        new(_exchange.Reserve(size), type, (ushort)(flags | NetlinkAbi.Request | NetlinkAbi.Ack));

    /// <summary>Starts a request for all entries of a table; the same as <see cref="Begin"/> otherwise.</summary>
    /// <param name="type">The message type in the family's numbers.</param>
    /// <param name="size">Octets it may take.</param>
    public NetlinkWriter BeginDump(ushort type, int size = DefaultRequestSize) =>
        new(_exchange.Reserve(size), type, NetlinkAbi.Request | NetlinkAbi.Dump) { IsDump = true };

    /// <summary>Queues a written request. It is sent by the next <see cref="Flush"/>, <see cref="OnReadable"/> or <see cref="Complete"/>.</summary>
    /// <param name="request">What <see cref="Begin"/> gave.</param>
    /// <param name="handler">Who gets the answer.</param>
    /// <param name="token">Given back with the answer.</param>
    /// <exception cref="InvalidOperationException">The request did not fit the size it was begun with.</exception>
    public void Queue(in NetlinkWriter request, INetlinkReplyHandler handler, long token = 0)
    {
        ArgumentNullException.ThrowIfNull(handler);
        int length = request.Finish().Length;
        if (length == 0)
        {
            throw new InvalidOperationException("The netlink request is longer than the size it was begun with.");
        }

        _exchange.Commit(handler, token, length, request.IsDump);
    }

    /// <summary>Sends the next chunk if nothing is under way. Inside a handler it does nothing: the turn sends a chunk at its end.</summary>
    public void Flush()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            SendNextChunk();
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>One turn: reads what is there, up to 128 datagrams, ends requests, sends the next chunk. Call when the descriptor is readable.</summary>
    /// <exception cref="NetlinkException">The socket itself fails.</exception>
    public void OnReadable()
    {
        ThrowIfBusy();
        _busy = true;
        try
        {
            for (int i = 0; i < DatagramsPerTurn && ReceiveOne(); i++)
            {
            }

            SendNextChunk();
        }
        finally
        {
            _busy = false;
        }
    }

    /// <summary>Sends all that is queued and waits until each request has ended. Not for a loop's thread that has deadlines.</summary>
    /// <param name="silence">The longest the kernel may stay silent; then what is under way ends with ETIMEDOUT.</param>
    public void Complete(TimeSpan silence)
    {
        ThrowIfBusy();
        Flush();
        while (Pending > 0)
        {
            if (_transport.WaitReadable(silence))
            {
                OnReadable();
            }
            else
            {
                GiveUpWaiting();
            }
        }
    }

    /// <summary>Closes the transport. Requests still queued never end.</summary>
    public void Dispose()
    {
        _transport.Dispose();
        _exchange.Dispose();
    }

    private void GiveUpWaiting()
    {
        _busy = true;
        try
        {
            _exchange.FailUnanswered(Errno.ETIMEDOUT);
            SendNextChunk();
        }
        finally
        {
            _busy = false;
        }
    }

    private void ThrowIfBusy()
    {
        if (_busy)
        {
            throw new InvalidOperationException("A netlink handler may queue requests, not wait for them.");
        }
    }

    private void SendNextChunk()
    {
        // A chunk that cannot be sent makes nothing readable, so the next one is tried here, but no more than were queued.
        for (int tries = _exchange.Pending; tries > 0 && _exchange.CanSend; tries--)
        {
            Errno errno = _transport.Send(_exchange.TakeChunk());
            _exchange.ChunkSent();
            if (errno == Errno.None)
            {
                return;
            }

            _exchange.FailUnanswered(errno);
        }
    }

    /// <returns>Whether this turn should look for another datagram.</returns>
    private bool ReceiveOne()
    {
        Errno errno = _transport.Receive(_buffer, out NetlinkDatagram datagram);
        switch (errno)
        {
            case Errno.None:
                Dispatch(_buffer.AsSpan(0, datagram.Length), datagram.IsMulticast);
                // Without subscriptions nothing else can be waiting: spare the call that would say so.
                return _exchange.IsUnderWay || _notifications is not null || _overrun;
            case Errno.EAGAIN:
                LoseWhatIsUnanswered();
                return false;
            case Errno.ENOBUFS or Errno.ENOMEM:
                ReportOverrun();
                return true;
            case Errno.EMSGSIZE:
                // The next one of that size shall fit; this one is lost, which is an overrun like any other.
                int size = Math.Min(Math.Max(_buffer.Length * 2, NetlinkAbi.Align(datagram.Length)), LargestReceiveSize);
                _buffer = size > _buffer.Length ? new byte[size] : _buffer;
                ReportOverrun();
                return true;
            default:
                throw new NetlinkException("receive from a netlink socket", errno);
        }
    }

    private void ReportOverrun()
    {
        _overrun = true;
        _notifications?.Overrun();
    }

    /// <summary>After an overrun and with nothing left to read, what has no answer will never get one.</summary>
    private void LoseWhatIsUnanswered()
    {
        if (_overrun)
        {
            _overrun = false;
            _exchange.FailUnanswered(Errno.ENOBUFS);
        }
    }

    private void Dispatch(ReadOnlySpan<byte> datagram, bool isMulticast)
    {
        var reader = new NetlinkMessageReader(datagram);
        while (reader.MoveNext())
        {
            NetlinkMessage message = reader.Current;
            if (isMulticast)
            {
                _notifications?.Notification(in message);
            }
            else
            {
                _exchange.Answer(in message, isComplete: !_overrun);
            }
        }

        if (reader.Malformed)
        {
            ReportOverrun();
        }
    }
}
