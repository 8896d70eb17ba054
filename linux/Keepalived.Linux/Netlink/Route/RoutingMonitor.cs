namespace Keepalived.Linux.Netlink.Route;

/// <summary>Learns which routes and rules go. Called on the monitor's thread; must not throw.</summary>
public interface IRoutingMonitorHandler
{
    /// <summary>A route is gone.</summary>
    /// <param name="key">Which.</param>
    /// <param name="senderPort">Who removed it: <see cref="NetlinkMessage.SenderPort"/>; 0 for not known.</param>
    void RouteRemoved(in RouteKey key, uint senderPort);

    /// <summary>A rule is gone.</summary>
    /// <param name="key">Which.</param>
    /// <param name="senderPort">Who removed it: <see cref="NetlinkMessage.SenderPort"/>; 0 for not known.</param>
    void RuleRemoved(in RuleKey key, uint senderPort);

    /// <summary>News were lost: anything may be gone.</summary>
    void Overrun();
}

/// <summary>
/// Tells which routes and rules of a namespace go. It does not list what exists: a router may have a million routes, and whoever put a
/// few of them in only needs to know when one of these is removed. Wants a connection of its own. Belongs to one thread.
/// </summary>
public sealed class RoutingMonitor : INetlinkNotificationHandler, IDisposable
{
    private readonly NetlinkConnection _connection;
    private readonly IRoutingMonitorHandler _handler;

    /// <summary>Subscribes.</summary>
    /// <param name="connection">A connection of its own; disposed with the monitor.</param>
    /// <param name="handler">Who is told.</param>
    /// <exception cref="NetlinkException">The kernel refuses a subscription.</exception>
    public RoutingMonitor(NetlinkConnection connection, IRoutingMonitorHandler handler)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _connection = connection;
        _handler = handler;
        connection.Subscribe(RouteAbi.GroupIPv4Route, this);
        connection.Subscribe(RouteAbi.GroupIPv4Rule, this);
        connection.Subscribe(RouteAbi.GroupIPv6Route, this);
        connection.Subscribe(RouteAbi.GroupIPv6Rule, this);
    }

    /// <summary>What an event loop watches for reading; it then calls <see cref="OnReadable"/>.</summary>
    public int Descriptor => _connection.Descriptor;

    /// <summary>Opens a monitor on a socket of its own in the calling thread's network namespace.</summary>
    /// <exception cref="LinuxException">No socket, or the kernel refuses a subscription.</exception>
    public static RoutingMonitor Open(IRoutingMonitorHandler handler) => new(new NetlinkConnection(NetlinkSocket.Open(NetlinkFamily.Route)), handler);

    /// <summary>Reads what is there. Call when the descriptor is readable.</summary>
    /// <exception cref="NetlinkException">The socket itself fails.</exception>
    public void OnReadable() => _connection.OnReadable();

    /// <summary>Closes the connection.</summary>
    public void Dispose() => _connection.Dispose();

    void INetlinkNotificationHandler.Notification(in NetlinkMessage message)
    {
        switch (message.Type)
        {
            case RouteAbi.DelRoute when RoutingCodec.TryReadRouteKey(in message, out RouteKey route):
                _handler.RouteRemoved(in route, message.SenderPort);
                break;
            case RouteAbi.DelRule when RoutingCodec.TryReadRuleKey(in message, out RuleKey rule):
                _handler.RuleRemoved(in rule, message.SenderPort);
                break;
        }
    }

    void INetlinkNotificationHandler.Overrun() => _handler.Overrun();
}
