using Keepalived.Events;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Tracking;

/// <summary>
/// A <c>bfd_instance</c> that instances track: up while the BFD process says so. One of which nothing has been heard is down, as keepalived has
/// it: a router that depends on a neighbour does not begin before it is found.
/// </summary>
internal sealed class TrackedBfdSession : TrackedObject
{
    private readonly ILogger _logger;
    private readonly IDisposable _following;

    public TrackedBfdSession(string name, IBfdSessions sessions, ILogger logger)
    {
        Name = name;
        _logger = logger;
        _following = sessions.Follow(name, OnNews);
        Become(sessions.StateOf(name));
    }

    public string Name { get; }

    /// <inheritdoc/>
    public override string Title => "bfd_instance " + Name;

    /// <inheritdoc/>
    public override void Dispose() => _following.Dispose();

    private void OnNews(in BfdSessionNews news)
    {
        bool isUp = news.State == BfdSessionState.Up;
        if (TrackedState.Of(isUp) != State)
        {
            TrackLog.BfdSession(_logger, Name, isUp ? "UP" : "DOWN");
        }

        Become(news.State);
    }

    private void Become(BfdSessionState? state) => Become(
        TrackedState.Of(state == BfdSessionState.Up), state is null ? "not heard of yet" : state == BfdSessionState.Up ? "session is up" : "session is down");
}
