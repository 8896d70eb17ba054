namespace Keepalived.Linux.Netlink;

/// <summary>
/// Gets what the kernel answers to a request. Called on the connection's thread, out of OnReadable, Flush or Complete. It may queue
/// further requests; it must not throw, and must not retry a failed request at once without bound.
/// </summary>
public interface INetlinkReplyHandler
{
    /// <summary>One message of the answer: an entry of a dump, or what was asked for.</summary>
    /// <param name="token">What the request was queued with.</param>
    /// <param name="message">The message; gone when this returns.</param>
    void Reply(long token, in NetlinkMessage message);

    /// <summary>The request is over, once and for all.</summary>
    /// <param name="token">What the request was queued with.</param>
    /// <param name="result">How it ended; gone when this returns.</param>
    void Completed(long token, in NetlinkResult result);
}

/// <summary>Gets what the kernel sends to subscribers. Called on the connection's thread out of OnReadable or Complete.</summary>
public interface INetlinkNotificationHandler
{
    /// <summary>Something changed.</summary>
    /// <param name="message">The message; gone when this returns.</param>
    void Notification(in NetlinkMessage message);

    /// <summary>Notifications were lost, so whatever was learnt from them may be stale: ask for everything anew.</summary>
    void Overrun();
}
