using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Keepalived.Notify;

/// <summary>A server's reply ended the conversation, or there was none.</summary>
internal sealed class SmtpFailedException(string message, bool isPermanent = false) : IOException(message)
{
    /// <summary>A 5yz reply to this mail: trying again is of no use.</summary>
    public bool IsPermanent { get; } = isPermanent;
}

/// <summary>
/// Mail by SMTP (RFC 5321): one connection for as many mails as come in a row, each step with a time limit, a whole mail with
/// <see cref="MailLimits.StepsPerMail"/> times as much. <paramref name="stop"/> ends whatever is under way.
/// </summary>
internal sealed class SmtpTransport(MailSettings settings, IMailDialer dialer, CancellationToken stop) : IMailTransport
{
    private SmtpConversation? _conversation;

    /// <summary>Whether mails with these settings may go over this connection.</summary>
    public bool Serves(MailSettings other) =>
        other with { Recipients = settings.Recipients, Templates = settings.Templates, Sender = settings.Sender } == settings;

    public async ValueTask<MailReply> SendAsync(OutgoingMail mail)
    {
        using CancellationTokenSource whole = Limit(settings.ConnectTimeout * MailLimits.StepsPerMail, stop);
        try
        {
            _conversation ??= await OpenAsync(whole.Token);
            return await TransferAsync(_conversation, mail, whole.Token);
        }
        catch (SmtpFailedException exception)
        {
            await HangUpAsync();
            return MailReply.Of(mail.Id, exception.IsPermanent ? MailOutcome.Refused : MailOutcome.Deferred, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            string step = _conversation?.Step ?? "connecting";
            await HangUpAsync();
            string what = exception switch
            {
                OperationCanceledException => $"no answer within {settings.ConnectTimeout.TotalSeconds} s",
                AuthenticationException { InnerException: { } inner } => $"{exception.Message} {inner.Message}",
                _ => exception.Message,
            };
            return MailReply.Of(mail.Id, MailOutcome.Deferred, $"{step}: {what}");
        }
    }

    public async ValueTask FinishAsync()
    {
        if (_conversation is not { } conversation)
        {
            return;
        }

        try
        {
            await conversation.AskAsync("QUIT", stop);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Everything that was to be delivered has been; a server that does not say good-bye has lost nothing of ours.
        }

        await HangUpAsync();
    }

    private static CancellationTokenSource Limit(TimeSpan time, CancellationToken outer)
    {
        CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(outer);
        limit.CancelAfter(time);
        return limit;
    }

    private async ValueTask HangUpAsync()
    {
        if (_conversation is { } conversation)
        {
            _conversation = null;
            await conversation.DisposeAsync();
        }
    }

    private async ValueTask<SmtpConversation> OpenAsync(CancellationToken whole)
    {
        using CancellationTokenSource limit = Limit(settings.ConnectTimeout, whole);
        Stream stream = await dialer.ConnectAsync(settings.Server!, settings.EffectivePort, limit.Token);
        SmtpConversation conversation = new(stream, settings.ConnectTimeout);
        try
        {
            if (settings.Encryption == MailEncryption.Implicit)
            {
                await SecureAsync(conversation, whole);
            }

            await GreetAsync(conversation, whole);
            return conversation;
        }
        catch (Exception exception)
        {
            await conversation.DisposeAsync();
            throw exception is OperationCanceledException or AuthenticationException or SocketException
                ? new SmtpFailedException($"{conversation.Step}: {Explain(exception)}")
                : exception;
        }
    }

    private string Explain(Exception exception) => exception switch
    {
        OperationCanceledException => $"no answer within {settings.ConnectTimeout.TotalSeconds} s",
        AuthenticationException { InnerException: { } inner } => $"{exception.Message} {inner.Message}",
        _ => exception.Message,
    };

    private async ValueTask GreetAsync(SmtpConversation conversation, CancellationToken whole)
    {
        SmtpReply greeting = await conversation.ReadReplyAsync("greeting", whole);
        greeting.Require(2, "greeting");
        SmtpExtensions extensions = await HelloAsync(conversation, whole);
        if (settings.Encryption is MailEncryption.StartTls or MailEncryption.Opportunistic)
        {
            if (extensions.HasStartTls)
            {
                (await conversation.AskAsync("STARTTLS", whole)).Require(2, "STARTTLS");
                conversation.DropBuffered();
                await SecureAsync(conversation, whole);
                extensions = await HelloAsync(conversation, whole);
            }
            else if (settings.Encryption == MailEncryption.StartTls)
            {
                throw new SmtpFailedException("the server does not offer STARTTLS, which smtp_tls demands");
            }
        }

        if (settings.User is { } user)
        {
            await SmtpAuthentication.SignInAsync(conversation, extensions, settings, user, whole);
        }
    }

    private async ValueTask<SmtpExtensions> HelloAsync(SmtpConversation conversation, CancellationToken whole)
    {
        string name = HeaderText.Plain(settings.HeloName ?? System.Net.Dns.GetHostName());
        SmtpReply reply = await conversation.AskAsync($"EHLO {name}", whole);
        if (reply.Code / 100 == 2)
        {
            return SmtpExtensions.Of(reply);
        }

        // A server of the old kind (RFC 5321 section 3.2).
        (await conversation.AskAsync($"HELO {name}", whole)).Require(2, "HELO");
        return SmtpExtensions.None;
    }

    private async ValueTask SecureAsync(SmtpConversation conversation, CancellationToken whole)
    {
        bool verifies = settings.VerifiesServer && settings.Encryption != MailEncryption.Opportunistic;
        await conversation.SecureAsync(SmtpTls.OptionsFor(settings, verifies), whole);
    }

    private static async ValueTask<MailReply> TransferAsync(SmtpConversation conversation, OutgoingMail mail, CancellationToken whole)
    {
        SmtpReply from = await conversation.AskAsync($"MAIL FROM:<{mail.Sender}>", whole);
        if (from.Code / 100 != 2)
        {
            return await ResetAsync(conversation, mail, from, "MAIL FROM", whole);
        }

        List<string> deferred = [];
        List<string> refused = [];
        SmtpReply last = from;
        foreach (string recipient in mail.Recipients.ToArray())
        {
            SmtpReply reply = await conversation.AskAsync($"RCPT TO:<{recipient}>", whole);
            switch (reply.Code / 100)
            {
                case 2: break;
                case 5: refused.Add($"{recipient}: {reply}"); last = reply; break;
                default: deferred.Add(recipient); last = reply; break;
            }
        }

        if (deferred.Count + refused.Count == mail.Recipients.Count)
        {
            MailReply none = await ResetAsync(conversation, mail, last, "RCPT TO", whole);
            return none with { Outcome = deferred.Count > 0 ? MailOutcome.Deferred : MailOutcome.Refused, Refused = [.. refused] };
        }

        SmtpReply data = await conversation.AskAsync("DATA", whole);
        if (data.Code != 354)
        {
            return await ResetAsync(conversation, mail, data, "DATA", whole);
        }

        SmtpReply taken = await conversation.SendMessageAsync(mail.Content, whole);
        return taken.Code / 100 == 2
            ? new MailReply(mail.Id, MailOutcome.Delivered, deferred.Count == 0 ? taken.ToString() : last.ToString(), [.. deferred], [.. refused], [])
            : await ResetAsync(conversation, mail, taken, "the message", whole);
    }

    // The mail failed, the conversation did not: the next mail begins where this one began.
    private static async ValueTask<MailReply> ResetAsync(SmtpConversation conversation, OutgoingMail mail, SmtpReply reply, string step, CancellationToken whole)
    {
        if (reply.Code == 421)
        {
            throw new SmtpFailedException($"{step}: {reply}");
        }

        (await conversation.AskAsync("RSET", whole)).Require(2, "RSET");
        return MailReply.Of(mail.Id, reply.Code / 100 == 5 ? MailOutcome.Refused : MailOutcome.Deferred, $"{step}: {reply}");
    }
}
