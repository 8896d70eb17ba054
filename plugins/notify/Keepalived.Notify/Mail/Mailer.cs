// Mail in the process where events happen: decides, queues and retries. Writing and delivering a mail is done by a worker process, started with
// the first mail and ended when there has been nothing to do for a while (docs/decisions/0019-mail-in-a-process-of-its-own.md).
//
// Owns      the queue, its order, its bound, the back-off; the worker process.
// Thread    The loop. An event costs it a place in the queue; what is in the queue goes to the worker a millisecond later, several mails in one
//           message of bare values, and the worker tells of several in one. Both is done when no deadline is near (QuietMoment). No text is made
//           here but for a line of the log.
// Never     Resolves a name, opens a connection, reads a template or a password, waits for anybody.
// RFCs      5321 section 4.5.4.1 (retry; much sooner and for a shorter time than a mail server does, since a notification grows stale).
using System.Buffers;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Microsoft.Extensions.Logging;

namespace Keepalived.Notify;

/// <summary>Sends mail about events, in order.</summary>
internal sealed class Mailer : IDisposable
{
    private const string Command = "keepalived-mail";

    /// <summary>Mails that the worker may have at a time: it delivers them over one connection.</summary>
    internal const int MostUnderWay = 8;

    /// <summary>
    /// How long the first of a burst waits for the others to go with it: what happens at once is told at once, and after the advertisements
    /// that are due.
    /// </summary>
    internal static readonly TimeSpan HandoverDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>Time after which a worker without work is ended.</summary>
    internal static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _longestBackOff = TimeSpan.FromMinutes(5);
    private readonly IScheduler _scheduler;
    private readonly IWorkerProcesses _workers;
    private readonly ILogger _logger;
    private readonly string _process;
    private readonly MailPolicy _policy = new();
    private readonly MailQueue _queue = new();
    private readonly MailBatch _batch = new();
    private readonly List<QueuedMail> _inBatch = new(MostUnderWay);
    private readonly ILoopTimer _coalesce;
    private readonly QuietMoment _quiet;
    private readonly ArrayBufferWriter<byte> _heard = new();
    private readonly ILoopTimer _retry;
    private readonly ILoopTimer _watchdog;
    private readonly ILoopTimer _idle;
    private IWorkerProcess? _worker;
    private TaskCompletionSource? _flushed;
    private TimeSpan _backOff;
    private readonly LossReport _losses;
    private int _underWay;
    private bool _isFailing;
    private bool _isOn = true;
    private long _givenUp;

    public Mailer(IScheduler scheduler, IWorkerProcesses workers, ILogger logger, string process, MailSettings settings, string routerId)
    {
        _scheduler = scheduler;
        _workers = workers;
        _logger = logger;
        _process = process;
        Settings = settings;
        RouterId = routerId;
        _losses = new LossReport(scheduler, count => NotifyLog.MailQueueFull(logger, Settings.QueueLength, count));
        _coalesce = scheduler.CreateTimer(_ => CloseMail());
        _quiet = new QuietMoment(scheduler, HearAndSend);
        _retry = scheduler.CreateTimer(_ => Send());
        _watchdog = scheduler.CreateTimer(_ => KillWorker());
        _idle = scheduler.CreateTimer(_ => EndWorker());
    }

    /// <summary>In force from the next attempt on, for waiting mails too.</summary>
    public MailSettings Settings { get; private set; }

    /// <summary><c>router_id</c>.</summary>
    public string RouterId { get; private set; }

    /// <summary>Mails that were taken by the server.</summary>
    public long Delivered { get; private set; }

    /// <summary>Attempts that the server, or its absence, put off; each is made again or given up later.</summary>
    public long Deferrals { get; private set; }

    /// <summary>Mails that the server does not want.</summary>
    public long Refused { get; private set; }

    /// <summary>Mails that were given up, found the queue full, or were left at the end.</summary>
    public long Lost => _queue.Lost + _givenUp;

    /// <summary>Takes the settings of a reload; without any that send, what waits goes out by the old ones.</summary>
    public void Apply(MailSettings settings, string routerId)
    {
        RouterId = routerId;
        _isOn = settings.IsOn;
        Settings = settings.IsOn ? settings : Settings;
    }

    /// <summary>Takes an event in; most are none for a mail.</summary>
    public void OnEvent(EventStamp stamp, DaemonEvent daemonEvent)
    {
        if (!_isOn || !_policy.Wants(daemonEvent, Settings))
        {
            return;
        }

        bool hadOpen = _queue.Open is not null;
        if (!_queue.Add(stamp, daemonEvent, _scheduler.Now, Settings))
        {
            _losses.Add();
            return;
        }

        if (_queue.Open is null)
        {
            HandOverSoon();
        }
        else if (!hadOpen)
        {
            _coalesce.Arm(_scheduler.Now + Settings.Coalesce);
        }
    }

    /// <summary>
    /// The end: hands everything that waits to the worker, due or not, and waits a moment for it. What the worker has then it still delivers.
    /// </summary>
    public async ValueTask StopAsync(TimeSpan limit)
    {
        CloseMail();
        _backOff = TimeSpan.Zero;
        _retry.Disarm();
        _quiet.Cancel();
        Hear();
        SendUpTo(int.MaxValue);
        if (_underWay > 0)
        {
            _flushed = new TaskCompletionSource();
            using ILoopTimer timer = _scheduler.CreateTimer(_ => _flushed.TrySetResult());
            timer.Arm(_scheduler.Now + limit);
            await _flushed.Task;
        }

        int left = _queue.Mails.Count(static mail => !mail.IsUnderWay);
        if (left > 0)
        {
            NotifyLog.MailLostAtStop(_logger, left);
        }

        Dispose();
    }

    /// <summary>Writes counters and what waits.</summary>
    public void Dump(TextWriter writer)
    {
        writer.WriteLine($" Mail server = {Settings.ServerName}");
        writer.WriteLine($"   Mails asked for = {_queue.Asked}");
        writer.WriteLine($"   Mails waiting = {_queue.Count}");
        writer.WriteLine($"   Mails delivered = {Delivered}");
        writer.WriteLine($"   Mails deferred = {Deferrals}");
        writer.WriteLine($"   Mails refused = {Refused}");
        writer.WriteLine($"   Mails lost = {Lost}");
    }

    public void Dispose()
    {
        EndWorker();
        _losses.Close();
        _batch.Dispose();
        _coalesce.Dispose();
        _quiet.Dispose();
        _retry.Dispose();
        _watchdog.Dispose();
        _idle.Dispose();
    }

    private void CloseMail()
    {
        _coalesce.Disarm();
        _queue.Close();
        Send();
    }

    private void Send()
    {
        if (!_retry.IsArmed)
        {
            SendUpTo(MostUnderWay);
        }
    }

    private void HandOverSoon()
    {
        // With the hands full the next reply brings us here, and while a retry waits so do the others.
        if (!_retry.IsArmed && _underWay < MostUnderWay)
        {
            _quiet.AwaitFrom(_scheduler.Now + HandoverDelay);
        }
    }

    private void SendUpTo(int most)
    {
        while (_underWay < most && Fill(most - _underWay))
        {
            _worker ??= _workers.Start(Command, OnReply, OnWorkerEnded);
            _idle.Disarm();
            if (!_worker.TrySend(_batch.Message))
            {
                // It is behind with reading, or has not begun to: its next reply or the timer brings us back.
                _inBatch.ForEach(static mail => mail.IsUnderWay = false);
                RetryIn(_underWay > 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(1));
                return;
            }

            _underWay += _inBatch.Count;
            ArmWatchdog();
        }
    }

    /// <summary>Puts the next mails into the batch, as many as fit.</summary>
    /// <returns>False when there is none.</returns>
    private bool Fill(int most)
    {
        _inBatch.Clear();
        while (_inBatch.Count < most && _queue.Next() is { } mail)
        {
            if (_inBatch.Count == 0)
            {
                _batch.Begin(Settings, RouterId, _process);
            }

            if (_batch.TryAdd(mail))
            {
                mail.IsUnderWay = true;
                _inBatch.Add(mail);
            }
            else if (_inBatch.Count > 0)
            {
                break;
            }
            else
            {
                GiveUp(mail, "it is too large, write to a mailing list instead of many recipients");
            }
        }

        return _inBatch.Count > 0;
    }

    private void OnReply(ReadOnlySpan<byte> message)
    {
        _heard.Write(message);
        if (_flushed is not null || _quiet.IsNow)
        {
            HearAndSend();
        }
        else
        {
            _quiet.AwaitFrom(_scheduler.Now);
        }
    }

    private void HearAndSend()
    {
        bool isReply = _heard.WrittenCount > 0;
        Hear();
        Send();
        if (_queue.Count == 0)
        {
            _idle.Arm(_scheduler.Now + IdleTime);
        }

        if (isReply && _underWay == 0)
        {
            // Last: who waits for it goes on in here, and disposes of this.
            _flushed?.TrySetResult();
        }
    }

    /// <summary>Takes in what the worker has said so far; its messages one behind the other are one.</summary>
    private void Hear()
    {
        if (_heard.WrittenCount == 0)
        {
            return;
        }

        List<MailReply> replies = MailReply.Decode(_heard.WrittenSpan);
        _heard.ResetWrittenCount();
        foreach (MailReply reply in replies)
        {
            foreach (string note in reply.Notes.AsSpan())
            {
                NotifyLog.MailNote(_logger, note);
            }

            if (_queue.Find(reply.Id) is { IsUnderWay: true } mail)
            {
                mail.IsUnderWay = false;
                _underWay--;
                Judge(mail, reply);
            }
        }

        if (_underWay > 0)
        {
            ArmWatchdog();
        }
        else
        {
            _watchdog.Disarm();
        }
    }

    private void Judge(QueuedMail mail, MailReply reply)
    {
        foreach (string refused in reply.Refused.AsSpan())
        {
            NotifyLog.RecipientRefused(_logger, mail.Id, mail.Subject, refused);
        }

        switch (reply.Outcome)
        {
            case MailOutcome.Delivered when reply.Deferred.Count > 0:
                mail.Remaining = reply.Deferred;
                Defer(mail, reply.Text);
                break;
            case MailOutcome.Delivered:
                Delivered++;
                _queue.Remove(mail);
                _backOff = TimeSpan.Zero;
                if (_logger.IsEnabled(LogLevel.Debug))
                {
                    NotifyLog.MailDelivered(_logger, mail.Id, mail.Subject, Settings.ServerName);
                }

                if (_isFailing)
                {
                    _isFailing = false;
                    NotifyLog.MailRecovered(_logger, Settings.ServerName);
                }

                break;
            case MailOutcome.Refused:
                Refused++;
                _queue.Remove(mail);
                NotifyLog.MailRefused(_logger, mail.Id, mail.Subject, reply.Text);
                break;
            default:
                Defer(mail, reply.Text);
                break;
        }
    }

    private void Defer(QueuedMail mail, string reason)
    {
        Deferrals++;
        if (_scheduler.Now - mail.Made >= Settings.RetryLimit)
        {
            GiveUp(mail, reason);
            return;
        }

        // All that were under way fail together: one wait for them.
        if (!_retry.IsArmed && _flushed is null)
        {
            _backOff = _backOff == TimeSpan.Zero ? Settings.RetryInterval : _backOff * 2;
            _backOff = _backOff < _longestBackOff ? _backOff : _longestBackOff;
            NotifyLog.MailDeferred(_logger, mail.Id, mail.Subject, reason, _queue.Count, _backOff.TotalSeconds);
            _isFailing = true;
            RetryIn(_backOff);
        }
    }

    private void RetryIn(TimeSpan wait)
    {
        if (wait != Timeout.InfiniteTimeSpan && _flushed is null)
        {
            _retry.Arm(_scheduler.Now + wait);
        }
    }

    private void GiveUp(QueuedMail mail, string reason)
    {
        _givenUp++;
        _queue.Remove(mail);
        NotifyLog.MailGivenUp(_logger, mail.Id, mail.Subject, Math.Round((_scheduler.Now - mail.Made).TotalSeconds), reason);
    }

    // The worker keeps to a limit for each mail of its own; this one is for a worker that does not.
    private void ArmWatchdog() => _watchdog.Arm(_scheduler.Now + WatchdogTime);

    private TimeSpan WatchdogTime => (Settings.ConnectTimeout * MailLimits.StepsPerMail) + TimeSpan.FromSeconds(30);

    private void KillWorker()
    {
        NotifyLog.WorkerStuck(_logger, WatchdogTime.TotalSeconds);
        _worker?.Kill();
    }

    private void OnWorkerEnded(string how)
    {
        Hear();
        _worker = null;
        _watchdog.Disarm();
        if (_underWay > 0)
        {
            NotifyLog.WorkerEnded(_logger, how, _underWay);
        }

        _underWay = 0;
        foreach (QueuedMail mail in _queue.Mails.ToArray())
        {
            if (mail.IsUnderWay)
            {
                mail.IsUnderWay = false;
                Defer(mail, $"the mail process has ended ({how})");
            }
        }

        if (!_retry.IsArmed && _queue.Count > 0 && _queue.Open is null)
        {
            RetryIn(Settings.RetryInterval);
        }

        _flushed?.TrySetResult();
    }

    private void EndWorker()
    {
        _worker?.Dispose();
        _worker = null;
    }
}

/// <summary>Limits that both sides know.</summary>
internal static class MailLimits
{
    /// <summary>A whole mail may take as long as this many steps may.</summary>
    public const int StepsPerMail = 10;
}
