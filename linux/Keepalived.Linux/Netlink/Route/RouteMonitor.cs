namespace Keepalived.Linux.Netlink.Route;

/// <summary>What a <see cref="RouteMonitor"/> watches.</summary>
[Flags]
public enum RouteTopics
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Links.</summary>
    Links = 1,
    /// <summary>IPv4 and IPv6 addresses.</summary>
    Addresses = 2,
    /// <summary>ARP and neighbour discovery entries.</summary>
    Neighbours = 4,
}

/// <summary>
/// Watches links and addresses of a namespace: subscribes, tells everything that exists, then every change. When the kernel drops news
/// it starts over, so the handler's view is never stale for longer than one dump. It wants a connection of its own: a flood of news then
/// costs no other request its answer. Belongs to one thread. Header: linux/rtnetlink.h.
/// </summary>
public sealed class RouteMonitor : INetlinkNotificationHandler, INetlinkReplyHandler, IDisposable
{
    private readonly NetlinkConnection _connection;
    private readonly IRouteMonitorHandler _handler;
    private readonly RouteTopics _topics;
    private NetlinkSocket? _socket;
    private RouteTopics _dumping;
    private bool _again;

    /// <summary>Prepares a monitor; nothing is told before <see cref="Start"/>.</summary>
    /// <param name="connection">A connection of its own; disposed with the monitor.</param>
    /// <param name="handler">Who is told.</param>
    /// <param name="topics">What to watch.</param>
    public RouteMonitor(NetlinkConnection connection, IRouteMonitorHandler handler, RouteTopics topics = RouteTopics.Links | RouteTopics.Addresses)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfEqual(topics, RouteTopics.None);
        _connection = connection;
        _handler = handler;
        _topics = topics;
    }

    /// <summary>What an event loop watches for reading; it then calls <see cref="OnReadable"/>.</summary>
    public int Descriptor => _connection.Descriptor;

    /// <summary>Whether everything that exists has been told and nothing was lost since.</summary>
    public bool IsSynchronized { get; private set; }

    /// <summary>Opens a monitor on a socket of its own in the calling thread's network namespace.</summary>
    /// <param name="handler">Who is told.</param>
    /// <param name="topics">What to watch.</param>
    /// <param name="receiveBuffer">How much news the kernel may queue.</param>
    /// <exception cref="LinuxException">No socket.</exception>
    public static RouteMonitor Open(
        IRouteMonitorHandler handler, RouteTopics topics = RouteTopics.Links | RouteTopics.Addresses, NetlinkReceiveBuffer receiveBuffer = default)
    {
        NetlinkSocket socket = NetlinkSocket.Open(NetlinkFamily.Route, receiveBuffer);
        return new RouteMonitor(new NetlinkConnection(socket), handler, topics) { _socket = socket };
    }

    /// <summary>Subscribes and asks for everything that exists; the answers come through <see cref="OnReadable"/>.</summary>
    /// <exception cref="NetlinkException">The kernel refuses the subscription.</exception>
    public void Start()
    {
        // Subscribed first: what changes while the tables are read comes as news behind them.
        if (_topics.HasFlag(RouteTopics.Links))
        {
            _connection.Subscribe(RouteAbi.GroupLink, this);
        }

        if (_topics.HasFlag(RouteTopics.Addresses))
        {
            _connection.Subscribe(RouteAbi.GroupIPv4Address, this);
            _connection.Subscribe(RouteAbi.GroupIPv6Address, this);
        }

        if (_topics.HasFlag(RouteTopics.Neighbours))
        {
            _connection.Subscribe(RouteAbi.GroupNeigh, this);
        }

        Resynchronize();
    }

    /// <summary>
    /// Spares the news of IPv4 addresses that the requests of one socket add: who adds thousands knows them from the answers. News of
    /// their removal come, and so do those of IPv6 addresses, whose duplicate detection is yet to end.
    /// </summary>
    /// <param name="port">That socket's <see cref="NetlinkSocket.Port"/>.</param>
    public void IgnoreAdditionsOf(uint port) => _connection.Ignore(new NetlinkNews(RouteAbi.NewAddr, NetlinkAbi.AfInet, port));

    /// <summary>Asks for everything that exists once more. While that is under way already, it is repeated once it has ended.</summary>
    public void Resynchronize()
    {
        IsSynchronized = false;
        if (_dumping != RouteTopics.None)
        {
            _again = true;
            return;
        }

        _again = false;
        Dump(RouteTopics.Links);
    }

    /// <summary>Changes how much news the kernel may queue. Only for a monitor that opened its socket itself.</summary>
    public void SetReceiveBuffer(NetlinkReceiveBuffer receiveBuffer) => _socket?.SetReceiveBuffer(receiveBuffer);

    /// <summary>Reads what is there. Call when the descriptor is readable.</summary>
    /// <exception cref="NetlinkException">The socket itself fails.</exception>
    public void OnReadable() => _connection.OnReadable();

    /// <summary>Waits until everything that exists has been told: for start-up, when nothing else has deadlines.</summary>
    /// <param name="silence">The longest the kernel may stay silent.</param>
    public void WaitUntilSynchronized(TimeSpan silence) => _connection.Complete(silence);

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _connection.Dispose();

    void INetlinkNotificationHandler.Notification(in NetlinkMessage message) => Tell(in message);

    void INetlinkNotificationHandler.Overrun()
    {
        _handler.Overrun();
        Resynchronize();
    }

    void INetlinkReplyHandler.Reply(long token, in NetlinkMessage message) => Tell(in message);

    void INetlinkReplyHandler.Completed(long token, in NetlinkResult result)
    {
        RouteTopics done = _dumping;
        _dumping = RouteTopics.None;
        if (!result.Succeeded && result.Failure != NetlinkFailure.AnswerLost)
        {
            _again = false;
            _handler.SynchronizationFailed(result.ToException($"read the kernel's {done}"));
        }
        else if (_again || result.Interrupted || !result.Succeeded)
        {
            Resynchronize();
        }
        else
        {
            Dump((RouteTopics)((int)done << 1));
        }
    }

    /// <summary>Asks for this table or, when it is not watched, the next one; after the last everything has been told.</summary>
    private void Dump(RouteTopics topic)
    {
        while (topic <= RouteTopics.Neighbours && (_topics & topic) == 0)
        {
            topic = (RouteTopics)((int)topic << 1);
        }

        if (topic > RouteTopics.Neighbours)
        {
            IsSynchronized = true;
            _handler.Synchronized();
            return;
        }

        _dumping = topic;
        NetlinkWriter request = topic switch
        {
            RouteTopics.Links => LinkClient.BeginList(_connection),
            RouteTopics.Addresses => AddressClient.BeginList(_connection),
            _ => NeighbourClient.BeginList(_connection),
        };
        _connection.Queue(in request, this);
        _connection.Flush();
    }

    private void Tell(in NetlinkMessage message)
    {
        switch (message.Type)
        {
            case RouteAbi.NewLink when RouteCodec.TryReadLink(in message, out LinkInfo link):
                _handler.LinkChanged(link);
                break;
            case RouteAbi.DelLink when RouteCodec.TryReadLink(in message, out LinkInfo link):
                _handler.LinkRemoved(link);
                break;
            case RouteAbi.NewAddr when RouteCodec.TryReadAddress(in message, out AddressInfo address):
                _handler.AddressAdded(in address);
                break;
            case RouteAbi.DelAddr when RouteCodec.TryReadAddress(in message, out AddressInfo address):
                _handler.AddressRemoved(in address, message.SenderPort);
                break;
            case RouteAbi.NewNeigh when RouteCodec.TryReadNeighbour(in message, out NeighbourInfo neighbour):
                _handler.NeighbourChanged(in neighbour);
                break;
            case RouteAbi.DelNeigh when RouteCodec.TryReadNeighbour(in message, out NeighbourInfo neighbour):
                _handler.NeighbourRemoved(in neighbour);
                break;
        }
    }
}
