using Keepalived.Events;

namespace Keepalived.Testing;

/// <summary>An event bus that keeps every event and passes it on to its subscribers, in order.</summary>
/// <param name="time">Stamps the events; null stamps them all with the first of January 2030.</param>
public sealed class RecordingEventBus(TimeProvider? time = null) : IEventBus
{
    private static readonly DateTimeOffset s_fixed = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly List<(EventStamp Stamp, DaemonEvent Event)> _events = [];
    private readonly List<DaemonEventHandler> _handlers = [];

    /// <summary>All events so far, with their stamps.</summary>
    public IReadOnlyList<(EventStamp Stamp, DaemonEvent Event)> Stamped => _events;

    /// <summary>All events so far.</summary>
    public IReadOnlyList<DaemonEvent> Events => _events.ConvertAll(entry => entry.Event);

    /// <inheritdoc/>
    public void Publish(DaemonEvent daemonEvent)
    {
        ArgumentNullException.ThrowIfNull(daemonEvent);
        var stamp = new EventStamp(_events.Count + 1, time?.GetUtcNow() ?? s_fixed);
        _events.Add((stamp, daemonEvent));
        foreach (DaemonEventHandler handler in _handlers.ToArray())
        {
            handler(stamp, daemonEvent);
        }
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(DaemonEventHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handlers.Add(handler);
        return new Subscription(() => _handlers.Remove(handler));
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose()
        {
            _end?.Invoke();
            _end = null;
        }
    }
}
