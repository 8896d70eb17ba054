// The worker process of mail: writes messages and delivers them, one after another, over one connection as long as there is more to send.
//
// Owns      The conversation with the mail server, templates, the password.
// Thread    The loop of a process of its own, with time-sharing priority, which nothing waits for. Name resolution and TLS use the framework's pool.
// Never     Decides what is sent or when it is tried again, keeps anything: that is the asking process's part. Never logs; it replies.
// RFCs      5321 (SMTP), 3207 (STARTTLS), 4954 (AUTH), 8314 (implicit TLS), 5322 and 2045-2047 (messages), 3834 (automatic mail).
using System.Runtime.InteropServices;
using Keepalived.Plugins;
using Keepalived.Scheduling;

[assembly: PluginCommand("keepalived-mail", typeof(Keepalived.Notify.MailWorker))]

namespace Keepalived.Notify;

/// <summary>The program of the mail process; started by the daemon, of no use on a command line.</summary>
public sealed class MailWorker : IPluginCommand, IDisposable
{
    /// <summary>How long it goes on after the process that started it has gone.</summary>
    private static readonly TimeSpan _timeAlone = TimeSpan.FromSeconds(60);

    /// <summary>How many mails it has done with before it says so, unless there is none left to do or <see cref="LongestSilence"/> has passed.</summary>
    internal const int MostUntold = 4;

    /// <summary>How long it keeps what it has to say to itself.</summary>
    internal static readonly TimeSpan LongestSilence = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a connection is kept for the next mail.</summary>
    internal static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(500);

    private readonly IMailDialer _dialer;
    private readonly Queue<MailRequest> _inbox = new();
    private readonly List<MailReply> _untold = [];
    private readonly TemplateLibrary _templates = new();
    private TaskCompletionSource _wake = new();
    private IMessageChannel? _daemon;
    private IScheduler? _scheduler;
    private ILoopTimer? _alone;
    private ILoopTimer? _tell;
    private ILoopTimer? _lingering;
    private SmtpTransport? _transport;
    private readonly CancellationTokenSource _over = new();
    private bool _isAlone;

    /// <summary>The program as the daemon runs it.</summary>
    public MailWorker()
        : this(new TcpMailDialer())
    {
    }

    internal MailWorker(IMailDialer dialer) => _dialer = dialer;

    /// <inheritdoc/>
    public async ValueTask<int> RunAsync(PluginCommandContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Daemon is null)
        {
            context.Error.WriteLine("keepalived-mail is a part of the daemon, which starts it itself");
            return 1;
        }

        _daemon = context.Daemon;
        _scheduler = context.Scheduler;
        _tell = _scheduler.CreateTimer(_ => Tell());
        _lingering = _scheduler.CreateTimer(_ => _wake.TrySetResult());
        _daemon.Listen(OnMessage, OnDaemonGone);
        while (!_over.IsCancellationRequested)
        {
            if (_inbox.TryDequeue(out MailRequest? request))
            {
                await DeliverAsync(request);
                continue;
            }

            Tell();
            if (_transport is not null && !_isAlone && await LingerAsync())
            {
                continue;
            }

            await FinishAsync();
            if (_inbox.Count > 0)
            {
                continue;
            }

            if (_isAlone)
            {
                break;
            }

            await WakeAsync();
        }

        return 0;
    }

    /// <summary>Ends whatever is under way.</summary>
    public void Dispose()
    {
        _over.Dispose();
        _alone?.Dispose();
        _tell?.Dispose();
        _lingering?.Dispose();
    }

    // The asking process gives a few mails at a time: the next may be on their way, and need no connection of their own.
    private async ValueTask<bool> LingerAsync()
    {
        // What it is set by now was for mails that are done.
        _wake = new TaskCompletionSource();
        _lingering!.Arm(_scheduler!.Now + Linger);
        await WakeAsync();
        _lingering.Disarm();
        return _inbox.Count > 0;
    }

    private async ValueTask WakeAsync()
    {
        await _wake.Task;
        _wake = new TaskCompletionSource();
    }

    private void OnMessage(ReadOnlySpan<byte> message)
    {
        foreach (MailRequest request in MailBatch.Read(message))
        {
            _inbox.Enqueue(request);
        }

        _wake.TrySetResult();
    }

    private void OnDaemonGone()
    {
        _isAlone = true;
        _alone = _scheduler!.CreateTimer(_ => _over.Cancel());
        _alone.Arm(_scheduler.Now + _timeAlone);
        _wake.TrySetResult();
    }

    private async ValueTask DeliverAsync(MailRequest request)
    {
        MailReply reply;
        try
        {
            reply = await AttemptAsync(request);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever it was, the asking process must hear of it, and the next mail deserves a fresh connection.
            await FinishAsync();
            reply = MailReply.Of(request.Id, MailOutcome.Deferred, $"{exception.GetType().Name}: {exception.Message}");
        }

        Answer(reply);
        if (reply.Outcome == MailOutcome.Deferred)
        {
            // Those behind it wait with it, so that mails arrive in the order of their events.
            while (_inbox.TryDequeue(out MailRequest? behind))
            {
                Answer(MailReply.Of(behind.Id, MailOutcome.Deferred, $"waits behind mail {request.Id}"));
            }
        }
    }

    private async ValueTask<MailReply> AttemptAsync(MailRequest request)
    {
        List<string> notes = [];
        OutgoingMail mail = MailComposer.Compose(request, _templates.For(request.Settings, notes), notes);
        if (_transport is not null && !_transport.Serves(request.Settings))
        {
            await FinishAsync();
        }

        _transport ??= new SmtpTransport(request.Settings, _dialer, _over.Token);
        MailReply reply = await _transport.SendAsync(mail);
        return notes.Count == 0 ? reply : reply with { Notes = [.. notes] };
    }

    private async ValueTask FinishAsync()
    {
        if (_transport is { } transport)
        {
            _transport = null;
            await transport.FinishAsync();
        }
    }

    private void Answer(MailReply reply)
    {
        _untold.Add(reply);
        if (_untold.Count >= MostUntold)
        {
            Tell();
        }
        else if (!_tell!.IsArmed)
        {
            _tell.Arm(_scheduler!.Now + LongestSilence);
        }
    }

    private void Tell()
    {
        _tell!.Disarm();
        if (_untold.Count > 0)
        {
            _daemon!.TrySend(MailReply.Encode(CollectionsMarshal.AsSpan(_untold)));
            _untold.Clear();
        }
    }
}
