using Keepalived.Events;
using Keepalived.Scheduling;

namespace Keepalived.Notify;

/// <summary>A mail that waits or is under way.</summary>
internal sealed class QueuedMail(long id, MonotonicTime made, EventStamp stamp, DaemonEvent first)
{
    public long Id { get; } = id;

    /// <summary>When its first event happened.</summary>
    public MonotonicTime Made { get; } = made;

    public List<(EventStamp Stamp, DaemonEvent Event)> Events { get; } = [(stamp, first)];

    /// <summary>Who has not got it yet, after a partial success; null = all that are configured.</summary>
    public EquatableArray<string>? Remaining { get; set; }

    /// <summary>The worker process has it.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>Mails lost before it, told of in it.</summary>
    public long Lost { get; set; }

    /// <summary>What log lines call it; made when it is asked for.</summary>
    public string Subject => Events.Count == 1 ? MailEvents.HeadlineOf(Events[0].Event) : $"{Events.Count} events";
}

/// <summary>
/// The mails that wait, in the order of their events, bounded: one that finds the queue full is lost and counted. Events that come within
/// <c>smtp_coalesce</c> of one another share a mail. Pure: knows neither clock nor process.
/// </summary>
internal sealed class MailQueue
{
    /// <summary>Most events in one mail; with more, the next begins.</summary>
    internal const int MostEvents = 100;

    private readonly List<QueuedMail> _mails = [];
    private long _lastId;
    private long _untold;

    /// <summary>The mail that still takes events; null when none does.</summary>
    public QueuedMail? Open { get; private set; }

    public int Count => _mails.Count;

    /// <summary>Mails that there were to be, lost ones too.</summary>
    public long Asked => _lastId + Lost;

    /// <summary>Mails that found the queue full.</summary>
    public long Lost { get; private set; }

    public IReadOnlyList<QueuedMail> Mails => _mails;

    /// <summary>Adds an event, to the open mail or in one of its own.</summary>
    /// <returns>False when it was lost.</returns>
    public bool Add(EventStamp stamp, DaemonEvent daemonEvent, MonotonicTime now, MailSettings settings)
    {
        if (Open is { } open && open.Events.Count < MostEvents)
        {
            open.Events.Add((stamp, daemonEvent));
            return true;
        }

        if (_mails.Count >= settings.QueueLength)
        {
            Lost++;
            _untold++;
            return false;
        }

        QueuedMail mail = new(++_lastId, now, stamp, daemonEvent) { Lost = _untold };
        _untold = 0;
        _mails.Add(mail);
        Open = settings.Coalesce > TimeSpan.Zero ? mail : null;
        return true;
    }

    /// <summary>The open mail takes no more events.</summary>
    public void Close() => Open = null;

    /// <summary>The first mail that may be sent; null when there is none.</summary>
    public QueuedMail? Next()
    {
        foreach (QueuedMail mail in _mails)
        {
            if (!mail.IsUnderWay && mail != Open)
            {
                return mail;
            }
        }

        return null;
    }

    public QueuedMail? Find(long id)
    {
        foreach (QueuedMail mail in _mails)
        {
            if (mail.Id == id)
            {
                return mail;
            }
        }

        return null;
    }

    public void Remove(QueuedMail mail)
    {
        _mails.Remove(mail);
        if (Open == mail)
        {
            Open = null;
        }
    }
}
