using Keepalived.Events;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Host;

/// <summary>
/// One subscriber's place in the stream of events: what it has not seen yet, and how much of a turn it may use. A single call cannot be cut
/// short; but after one that took too long the next comes in another turn.
/// </summary>
internal sealed class EventSubscription(string owner, DaemonEventHandler handler, IScheduler scheduler, ILogger log) : IDisposable
{
    /// <summary>Most events that a subscriber gets in one turn of the loop.</summary>
    internal const int MostPerTurn = 256;

    private static readonly TimeSpan _longestPerTurn = TimeSpan.FromMilliseconds(2);
    private readonly Queue<(EventStamp Stamp, DaemonEvent Event)> _backlog = new(1);
    private readonly LossReport _losses = new(
        scheduler, count => log.LogWarning("Events come faster than {Owner} takes them: {Count} have been lost to it so far", owner, count));

    private DaemonEventHandler? _handler = handler;
    private MonotonicTime _turn;
    private TimeSpan _usedInTurn;
    private int _deliveredInTurn;

    public string Owner { get; } = owner;

    /// <summary>Events that the handler was called with.</summary>
    public long Delivered { get; private set; }

    /// <summary>Events that found the backlog full.</summary>
    public long Lost => _losses.Count;

    /// <summary>Events in the backlog.</summary>
    public int Waiting => _backlog.Count;

    /// <summary>True once nobody listens any more.</summary>
    public bool HasEnded => _handler is null;

    /// <summary>Takes an event in, if there is room.</summary>
    public void Offer(EventStamp stamp, DaemonEvent daemonEvent)
    {
        if (_handler is null)
        {
            return;
        }

        if (_backlog.Count < EventBus.LongestBacklog)
        {
            _backlog.Enqueue((stamp, daemonEvent));
            return;
        }

        _losses.Add();
    }

    /// <summary>Delivers as much as this turn allows.</summary>
    /// <returns>True when something was delivered and more may be, in the same turn.</returns>
    public bool Deliver(Action<string, Exception> failed)
    {
        if (scheduler.Now != _turn)
        {
            BeginTurn();
        }

        bool hasDelivered = false;
        while (_deliveredInTurn < MostPerTurn && _usedInTurn < _longestPerTurn && _backlog.TryDequeue(out (EventStamp Stamp, DaemonEvent Event) next))
        {
            hasDelivered = true;
            MonotonicTime began = scheduler.ReadClock();
            Call(next.Stamp, next.Event, failed);
            _usedInTurn += scheduler.ReadClock() - began;
            _deliveredInTurn++;
        }

        return hasDelivered;
    }

    /// <summary>Delivers everything that waits, however long it takes: for the end of the process.</summary>
    public void DeliverAll(Action<string, Exception> failed)
    {
        while (_backlog.TryDequeue(out (EventStamp Stamp, DaemonEvent Event) next))
        {
            Call(next.Stamp, next.Event, failed);
        }
    }

    /// <summary>Ends the subscription; what waits is dropped with it.</summary>
    public void Dispose()
    {
        _handler = null;
        _backlog.Clear();
        _losses.Close();
    }

    /// <summary>A turn of the loop has begun: its whole time may be used.</summary>
    public void BeginTurn()
    {
        _turn = scheduler.Now;
        _usedInTurn = TimeSpan.Zero;
        _deliveredInTurn = 0;
    }

    private void Call(EventStamp stamp, DaemonEvent daemonEvent, Action<string, Exception> failed)
    {
        try
        {
            Delivered++;
            _handler!(stamp, daemonEvent);
        }
        catch (Exception exception)
        {
            failed(Owner, exception);
        }
    }
}
