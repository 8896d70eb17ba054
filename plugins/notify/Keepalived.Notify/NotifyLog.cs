using Keepalived.Scripts;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify;

/// <summary>Everything this room can say besides the lines of events.</summary>
internal static partial class NotifyLog
{
    [LoggerMessage(2, LogLevel.Information, "{Count} more events {Kind} of {Object} were not logged within {Seconds} s")]
    public static partial void EventsSuppressed(ILogger logger, int count, string kind, string @object, double seconds);

    [LoggerMessage(10, LogLevel.Error, "FIFO {Path} cannot be used: {Reason}")]
    public static partial void FifoNotOpened(ILogger logger, string path, string reason);

    [LoggerMessage(11, LogLevel.Warning, "FIFO {Path} is full, nobody reads it: {Count} lines have been dropped so far")]
    public static partial void FifoFull(ILogger logger, string path, long count);

    [LoggerMessage(12, LogLevel.Error, "The script '{Script}' of FIFO {Path} could not be started: {Reason}")]
    public static partial void ScriptNotStarted(ILogger logger, ScriptCommand script, string path, string reason);

    [LoggerMessage(13, LogLevel.Warning, "The script '{Script}' of FIFO {Path} has ended ({Status}); a reload starts it again")]
    public static partial void ScriptEnded(ILogger logger, ScriptCommand script, string path, string status);

    [LoggerMessage(14, LogLevel.Information, "FIFO {Path} is read again; {Count} lines were dropped meanwhile")]
    public static partial void FifoReadAgain(ILogger logger, string path, long count);

    [LoggerMessage(20, LogLevel.Debug, "Mail {Id} ({Subject}) was taken by {Server}")]
    public static partial void MailDelivered(ILogger logger, long id, string subject, string server);

    [LoggerMessage(21, LogLevel.Warning, "Mail {Id} ({Subject}) is deferred: {Reason}; {Waiting} wait, next attempt in {Seconds} s")]
    public static partial void MailDeferred(ILogger logger, long id, string subject, string reason, int waiting, double seconds);

    [LoggerMessage(22, LogLevel.Error, "Mail {Id} ({Subject}) was refused: {Reason}")]
    public static partial void MailRefused(ILogger logger, long id, string subject, string reason);

    [LoggerMessage(23, LogLevel.Error, "Mail {Id} ({Subject}): recipient {Recipient} was refused")]
    public static partial void RecipientRefused(ILogger logger, long id, string subject, string recipient);

    [LoggerMessage(24, LogLevel.Error, "Mail {Id} ({Subject}) is given up after {Seconds} s: {Reason}")]
    public static partial void MailGivenUp(ILogger logger, long id, string subject, double seconds, string reason);

    [LoggerMessage(25, LogLevel.Warning, "The queue of mail is full ({Most} wait): {Count} have been lost so far")]
    public static partial void MailQueueFull(ILogger logger, int most, long count);

    [LoggerMessage(26, LogLevel.Warning, "Mail: {Note}")]
    public static partial void MailNote(ILogger logger, string note);

    [LoggerMessage(27, LogLevel.Warning, "The mail process has ended ({How}) with {Count} mails in its hands; they are tried again")]
    public static partial void WorkerEnded(ILogger logger, string how, int count);

    [LoggerMessage(28, LogLevel.Warning, "The mail process has not answered for {Seconds} s and is killed")]
    public static partial void WorkerStuck(ILogger logger, double seconds);

    [LoggerMessage(29, LogLevel.Warning, "{Count} mails could not be handed over before the end and are lost")]
    public static partial void MailLostAtStop(ILogger logger, int count);

    [LoggerMessage(30, LogLevel.Information, "Mail is delivered again by {Server}")]
    public static partial void MailRecovered(ILogger logger, string server);
}
