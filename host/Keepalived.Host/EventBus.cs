using Keepalived.Events;

namespace Keepalived.Host;

/// <summary>
/// The one stream of events of a process. Each plugin gets a view, so that a subscriber which throws costs its own plugin and no other.
/// Loop thread only.
/// </summary>
internal sealed class EventBus(TimeProvider time, Action<string, Exception> ownerFailed)
{
    private readonly List<Subscription> _subscriptions = [];
    private long _sequence;
    private int _depth;

    /// <summary>The bus as one owner sees it.</summary>
    internal IEventBus ForOwner(string owner) => new OwnerView(this, owner);

    /// <summary>Drops the subscriptions of a plugin that was retired.</summary>
    internal void Retire(string owner)
    {
        foreach (Subscription subscription in _subscriptions.FindAll(candidate => candidate.Owner == owner))
        {
            subscription.Dispose();
        }
    }

    private void Publish(DaemonEvent daemonEvent)
    {
        EventStamp stamp = new(++_sequence, time.GetUtcNow());

        // A subscriber may unsubscribe itself or others, or publish in turn: what it removes is only marked until the outermost event is through,
        // what it adds waits for the next event.
        _depth++;
        int count = _subscriptions.Count;
        for (int i = 0; i < count; i++)
        {
            Subscription subscription = _subscriptions[i];
            try
            {
                subscription.Handler?.Invoke(stamp, daemonEvent);
            }
            catch (Exception exception)
            {
                ownerFailed(subscription.Owner, exception);
            }
        }

        if (--_depth == 0)
        {
            _subscriptions.RemoveAll(static subscription => subscription.Handler is null);
        }
    }

    private sealed class Subscription(string owner, DaemonEventHandler handler) : IDisposable
    {
        public string Owner { get; } = owner;

        public DaemonEventHandler? Handler { get; private set; } = handler;

        public void Dispose() => Handler = null;
    }

    private sealed class OwnerView(EventBus bus, string owner) : IEventBus
    {
        public void Publish(DaemonEvent daemonEvent) => bus.Publish(daemonEvent);

        public IDisposable Subscribe(DaemonEventHandler handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            Subscription subscription = new(owner, handler);
            bus._subscriptions.Add(subscription);
            return subscription;
        }
    }
}
