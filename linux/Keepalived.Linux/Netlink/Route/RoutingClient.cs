namespace Keepalived.Linux.Netlink.Route;

/// <summary>Adds and deletes routes and rules. Belongs to its connection's thread. Headers: linux/rtnetlink.h, linux/fib_rules.h.</summary>
public sealed class RoutingClient(NetlinkConnection connection)
{
    // Many next hops, each with an encapsulation, make the longest.
    private const int LongestRoute = 16 * 1024;

    /// <summary>Queues adding a route.</summary>
    /// <param name="route">The route.</param>
    /// <param name="mode">Where it goes among those of the same destination.</param>
    /// <param name="handler">Who gets the result.</param>
    /// <param name="token">Given back with the result.</param>
    public void QueueAdd(RouteInfo route, RouteAddMode mode, INetlinkReplyHandler handler, long token)
    {
        ArgumentNullException.ThrowIfNull(route);
        ushort flags = mode switch
        {
            RouteAddMode.CreateOnly => NetlinkAbi.Create | NetlinkAbi.Excl,
            RouteAddMode.Append => NetlinkAbi.Create | NetlinkAbi.Append,
            _ => NetlinkAbi.Create,
        };
        Queue(route, RouteAbi.NewRoute, flags, handler, token);
    }

    /// <summary>Queues deleting a route.</summary>
    /// <param name="route">The route; everything it says identifies it.</param>
    /// <param name="handler">Who gets the result.</param>
    /// <param name="token">Given back with the result.</param>
    public void QueueDelete(RouteInfo route, INetlinkReplyHandler handler, long token)
    {
        ArgumentNullException.ThrowIfNull(route);
        Queue(route, RouteAbi.DelRoute, 0, handler, token);
    }

    /// <summary>Queues adding a rule.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="handler">Who gets the result.</param>
    /// <param name="token">Given back with the result.</param>
    public void QueueAdd(RuleInfo rule, INetlinkReplyHandler handler, long token)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Queue(rule, RouteAbi.NewRule, NetlinkAbi.Create | NetlinkAbi.Excl, handler, token);
    }

    /// <summary>Queues deleting a rule.</summary>
    /// <param name="rule">The rule; everything it says identifies it.</param>
    /// <param name="handler">Who gets the result.</param>
    /// <param name="token">Given back with the result.</param>
    public void QueueDelete(RuleInfo rule, INetlinkReplyHandler handler, long token)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Queue(rule, RouteAbi.DelRule, 0, handler, token);
    }

    private void Queue(RouteInfo route, ushort type, ushort flags, INetlinkReplyHandler handler, long token)
    {
        NetlinkWriter request = connection.Begin(type, flags, route.NextHops.Length == 0 ? NetlinkConnection.DefaultRequestSize : LongestRoute);
        RoutingCodec.WriteRoute(ref request, route);
        connection.Queue(in request, handler, token);
    }

    private void Queue(RuleInfo rule, ushort type, ushort flags, INetlinkReplyHandler handler, long token)
    {
        NetlinkWriter request = connection.Begin(type, flags);
        RoutingCodec.WriteRule(ref request, rule);
        connection.Queue(in request, handler, token);
    }
}
