using Keepalived.Events;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host;

/// <summary>
/// The one stream of events of a process. Each subscriber gets every event once and in order of publishing, usually before
/// <see cref="IEventBus.Publish"/> returns. In a flood, or when a subscriber is slow, the rest waits in a backlog of its own and is delivered in
/// later turns of the loop, so that deadlines come in between; a backlog that is full loses the newest events, which are counted and logged.
/// Each plugin gets a view, so that a subscriber which throws costs its own plugin and no other. Loop thread only.
/// </summary>
internal sealed class EventBus
{
    /// <summary>Most events that wait for one subscriber.</summary>
    internal const int LongestBacklog = 4096;

    private readonly List<EventSubscription> _subscriptions = [];
    private readonly IScheduler _scheduler;
    private readonly ILogger _log;
    private readonly Action<string, Exception> _ownerFailed;
    private readonly Action _deliverRest;
    private long _sequence;
    private bool _isDelivering;
    private bool _isPosted;

    public EventBus(IScheduler scheduler, ILogger log, Action<string, Exception> ownerFailed)
    {
        _scheduler = scheduler;
        _log = log;
        _ownerFailed = ownerFailed;
        _deliverRest = DeliverRest;
    }

    /// <summary>The bus as one owner sees it.</summary>
    internal IEventBus ForOwner(string owner) => new OwnerView(this, owner);

    /// <summary>Drops the subscriptions of a plugin that was retired.</summary>
    internal void Retire(string owner)
    {
        foreach (EventSubscription subscription in _subscriptions)
        {
            if (subscription.Owner == owner)
            {
                subscription.Dispose();
            }
        }
    }

    /// <summary>Delivers what still waits, before those that listen are asked to stop.</summary>
    internal void DeliverAll()
    {
        for (int i = 0; i < _subscriptions.Count; i++)
        {
            _subscriptions[i].DeliverAll(_ownerFailed);
        }
    }

    /// <summary>Writes what each subscriber got and lost; nothing when nobody listens.</summary>
    internal void Dump(TextWriter writer)
    {
        if (_subscriptions.Count == 0)
        {
            return;
        }

        writer.WriteLine("------< Event subscribers >------");
        writer.WriteLine($" Events published = {_sequence}");
        foreach (EventSubscription subscription in _subscriptions)
        {
            writer.WriteLine($" Subscriber = {subscription.Owner}");
            writer.WriteLine($"   Events delivered = {subscription.Delivered}");
            writer.WriteLine($"   Events waiting = {subscription.Waiting}");
            writer.WriteLine($"   Events lost = {subscription.Lost}");
        }
    }

    private void Publish(DaemonEvent daemonEvent)
    {
        EventStamp stamp = new(++_sequence, _scheduler.TimeProvider.GetUtcNow());
        int count = _subscriptions.Count;
        for (int i = 0; i < count; i++)
        {
            _subscriptions[i].Offer(stamp, daemonEvent);
        }

        // Published by a subscriber: it waits until those before it have reached everybody.
        if (!_isDelivering)
        {
            Deliver();
        }
    }

    private void Deliver()
    {
        _isDelivering = true;
        bool isAnyLeft;
        do
        {
            // What a subscriber publishes reaches the ones before it in another round. Whoever is out of time is not asked again.
            isAnyLeft = false;
            for (int i = 0; i < _subscriptions.Count; i++)
            {
                isAnyLeft |= _subscriptions[i].Deliver(_ownerFailed);
            }
        }
        while (isAnyLeft);
        _isDelivering = false;
        _subscriptions.RemoveAll(static subscription => subscription.HasEnded);
        DeliverRestLater();
    }

    private void DeliverRestLater()
    {
        if (!_isPosted && _subscriptions.Exists(static subscription => subscription.Waiting > 0))
        {
            _isPosted = true;
            _scheduler.Post(_deliverRest);
        }
    }

    private void DeliverRest()
    {
        _isPosted = false;
        foreach (EventSubscription subscription in _subscriptions)
        {
            subscription.BeginTurn();
        }

        Deliver();
    }

    private sealed class OwnerView(EventBus bus, string owner) : IEventBus
    {
        public void Publish(DaemonEvent daemonEvent) => bus.Publish(daemonEvent);

        public IDisposable Subscribe(DaemonEventHandler handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            EventSubscription subscription = new(owner, handler, bus._scheduler, bus._log);
            bus._subscriptions.Add(subscription);
            return subscription;
        }
    }
}
