using Keepalived.Events;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify;

/// <summary>
/// One log line for each event: the same fields in the same order always (<see cref="EventDescription"/>), with its number and why it happened.
/// What one object has too much to say of one kind is counted instead.
/// </summary>
internal sealed class EventLog : IDisposable
{
    private readonly ILogger _logger;
    private readonly EventRateLimit _limit;

    public EventLog(ILogger logger, IScheduler scheduler, EventLogSettings settings)
    {
        _logger = logger;
        _limit = new EventRateLimit(scheduler, settings, (kind, subject, count, window) => NotifyLog.EventsSuppressed(logger, count, kind, subject, window.TotalSeconds));
    }

    /// <summary>Takes the limit of a reload.</summary>
    public void Apply(EventLogSettings settings) => _limit.Settings = settings;

    public void Write(EventStamp stamp, DaemonEvent daemonEvent)
    {
        // In a storm nearly every event is one too many: what is not written is not described.
        (string kind, string subject) = EventDescription.KindOf(daemonEvent);
        if (_limit.Allows(kind, subject))
        {
            EventDescription description = EventDescription.Of(stamp, daemonEvent);
            LogLevel level = daemonEvent is NotifyScriptEnded { Result.IsSuccess: true } ? LogLevel.Debug : LogLevel.Information;
            _logger.Log(level, new EventId(1, kind), description, null, static (line, _) => line.ToString());
        }
    }

    public void Dispose() => _limit.Dispose();
}
