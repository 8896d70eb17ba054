using System.Text;
using System.Text.Json;

namespace Keepalived.Notify.Tests;

/// <summary>The SMTP client against a real server, with and without TLS (RFC 3207, RFC 8314) and AUTH (RFC 4954).</summary>
public sealed class SmtpServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keepalived-smtp-").FullName;
    private MailServer? _server;

    public void Dispose()
    {
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Without_tls_and_authentication_a_mail_arrives_with_its_envelope()
    {
        MailReply reply = await Send(Start(), "a@example.net", "b@example.net");
        Assert.Equal(MailOutcome.Delivered, reply.Outcome);
        JsonElement envelope = _server!.Envelope(1);
        Assert.Equal("k@example.net", envelope.GetProperty("from").GetString());
        Assert.Equal("""["a@example.net", "b@example.net"]""", envelope.GetProperty("to").GetRawText());
        Assert.Contains("EHLO lb1", _server.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("starttls", MailEncryption.StartTls)]
    [InlineData("starttls", MailEncryption.Opportunistic)]
    [InlineData("implicit", MailEncryption.Implicit)]
    public async Task Under_tls_a_mail_arrives(string offered, object encryption)
    {
        string certificate = MailServer.Certificate(_folder);
        MailReply reply = await Send(Start($"tls={offered}", "cert=" + certificate) with { Encryption = (MailEncryption)encryption, AuthoritiesFile = certificate });
        Assert.Equal((MailOutcome.Delivered, "250 2.0.0 kept"), (reply.Outcome, reply.Text));
        Assert.True(_server!.Envelope(1).GetProperty("tls").GetBoolean());
    }

    [Theory]
    [InlineData("starttls", MailEncryption.StartTls)]
    [InlineData("implicit", MailEncryption.Implicit)]
    public async Task A_certificate_of_nobody_known_is_not_accepted_unless_that_is_said(string offered, object encryption)
    {
        string certificate = MailServer.Certificate(_folder);
        MailSettings settings = Start($"tls={offered}", "cert=" + certificate) with { Encryption = (MailEncryption)encryption };
        MailReply reply = await Send(settings);
        Assert.Equal(MailOutcome.Deferred, reply.Outcome);
        Assert.StartsWith("TLS handshake: ", reply.Text, StringComparison.Ordinal);
        Assert.Equal(MailOutcome.Delivered, (await Send(settings with { VerifiesServer = false })).Outcome);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_not_accepted()
    {
        string certificate = MailServer.Certificate(_folder);
        MailReply reply = await Send(Start("tls=starttls", "cert=" + certificate) with
        {
            Encryption = MailEncryption.StartTls, AuthoritiesFile = certificate, TlsName = "mail.example.net",
        });
        Assert.Equal(MailOutcome.Deferred, reply.Outcome);
    }

    [Fact]
    public async Task A_server_without_starttls_gets_nothing_where_tls_is_demanded()
    {
        MailReply reply = await Send(Start() with { Encryption = MailEncryption.StartTls });
        Assert.Equal((MailOutcome.Deferred, "the server does not offer STARTTLS, which smtp_tls demands"), (reply.Outcome, reply.Text));
        Assert.Equal(MailOutcome.Delivered, (await Send(Start() with { Encryption = MailEncryption.Opportunistic })).Outcome);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task With_authentication_under_tls_a_mail_arrives(string mechanism)
    {
        string certificate = MailServer.Certificate(_folder);
        MailReply reply = await Send(Start("tls=starttls", "cert=" + certificate, "auth=kä:pä ss", "mechanisms=" + mechanism) with
        {
            Encryption = MailEncryption.StartTls, AuthoritiesFile = certificate, User = "kä", PasswordFile = Password("pä ss\n"),
        });
        Assert.Equal((MailOutcome.Delivered, "250 2.0.0 kept"), (reply.Outcome, reply.Text));
        Assert.True(_server!.Envelope(1).GetProperty("auth").GetBoolean());
        Assert.Contains("AUTH " + mechanism, _server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_not_sent_in_the_clear_unless_that_is_said()
    {
        MailSettings settings = Start("auth=k:p") with { User = "k", PasswordFile = Password("p") };
        MailReply reply = await Send(settings);
        Assert.Equal(MailOutcome.Deferred, reply.Outcome);
        Assert.DoesNotContain("AUTH", _server!.Log, StringComparison.Ordinal);
        Assert.Equal(MailOutcome.Delivered, (await Send(settings with { AllowsPlainPassword = true })).Outcome);
    }

    [Fact]
    public async Task A_wrong_password_defers_the_mail_and_does_not_appear_in_what_is_said()
    {
        MailReply reply = await Send(Start("auth=k:p") with { User = "k", PasswordFile = Password("secret"), AllowsPlainPassword = true });
        Assert.Equal(MailOutcome.Deferred, reply.Outcome);
        Assert.StartsWith("AUTH: 535", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("secret"u8), reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherWrite)]
    public async Task A_password_file_that_others_may_read_or_change_is_not_used(UnixFileMode mode)
    {
        string file = Password("p");
        File.SetUnixFileMode(file, mode);
        MailReply reply = await Send(Start("auth=k:p") with { User = "k", PasswordFile = file, AllowsPlainPassword = true });
        Assert.Equal(MailOutcome.Deferred, reply.Outcome);
        Assert.Contains("chmod 600", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_server!.Log.Split('\n'), line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deferred_mail_is_taken_at_the_next_attempt_over_the_same_connection()
    {
        MailSettings settings = Start("defer=1");
        SmtpTransport transport = new(settings, new TcpMailDialer(), CancellationToken.None);
        MailReply first = await transport.SendAsync(Compose(settings, 1));
        Assert.Equal((MailOutcome.Deferred, "the message: 451 4.3.0 later"), (first.Outcome, first.Text));
        Assert.Equal(MailOutcome.Delivered, (await transport.SendAsync(Compose(settings, 1))).Outcome);
        await transport.FinishAsync();
        Assert.Single(_server!.Log.Split('\n'), line => line == "EHLO lb1");
    }

    [Fact]
    public async Task Refused_and_deferred_recipients_are_told_apart_and_the_others_are_served()
    {
        MailReply reply = await Send(Start("refuse=gone@example.net", "later=busy@example.net"), "gone@example.net", "busy@example.net", "ok@example.net");
        Assert.Equal(MailOutcome.Delivered, reply.Outcome);
        Assert.Equal(["busy@example.net"], reply.Deferred.ToArray());
        Assert.Equal(["gone@example.net: 550 5.1.1 nobody of that name"], reply.Refused.ToArray());
        Assert.Equal("""["ok@example.net"]""", _server!.Envelope(1).GetProperty("to").GetRawText());
    }

    [Fact]
    public async Task A_mail_that_nobody_may_have_is_refused_and_the_next_goes_over_the_same_connection()
    {
        MailSettings settings = Start("refuse=gone@example.net");
        SmtpTransport transport = new(settings, new TcpMailDialer(), CancellationToken.None);
        MailReply reply = await transport.SendAsync(Compose(settings, 1, "gone@example.net"));
        Assert.Equal((MailOutcome.Refused, "RCPT TO: 550 5.1.1 nobody of that name"), (reply.Outcome, reply.Text));
        Assert.Equal(MailOutcome.Delivered, (await transport.SendAsync(Compose(settings, 2, "ok@example.net"))).Outcome);
        await transport.FinishAsync();
    }

    [Fact]
    public async Task A_server_that_knows_HELO_alone_is_served()
    {
        Assert.Equal(MailOutcome.Delivered, (await Send(Start("helo=only"))).Outcome);
        Assert.Equal("EHLO lb1\nHELO lb1\nDATA\n", _server!.Log);
    }

    [Theory]
    [InlineData("greeting", "greeting: no answer within 1 s")]
    [InlineData("data", "the message: no answer within 1 s")]
    public async Task A_server_that_accepts_and_never_answers_defers_the_mail_after_the_time_limit(string where, string text)
    {
        MailReply reply = await Send(Start("silent=" + where) with { ConnectTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal((MailOutcome.Deferred, text), (reply.Outcome, reply.Text));
    }

    [Fact]
    public async Task What_is_under_way_ends_when_the_mail_process_must()
    {
        using CancellationTokenSource stop = new();
        MailSettings settings = Start("silent=data");
        SmtpTransport transport = new(settings, new TcpMailDialer(), stop.Token);
        Task<MailReply> sending = transport.SendAsync(Compose(settings, 1)).AsTask();
        await Until(() => _server!.Log.Contains("DATA", StringComparison.Ordinal));
        Assert.False(sending.IsCompleted);
        await stop.CancelAsync();
        Assert.Equal(MailOutcome.Deferred, (await sending).Outcome);
    }

    [Fact]
    public async Task A_server_that_is_not_there_defers_the_mail()
    {
        MailSettings settings = Start();
        _server!.Dispose();
        _server = null;
        MailReply reply = await Send(settings);
        Assert.Equal(MailOutcome.Deferred, reply.Outcome);
        Assert.Contains("Connection refused", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_that_begin_with_dots_arrive_as_they_were()
    {
        MailSettings settings = Start();
        SmtpTransport transport = new(settings, new TcpMailDialer(), CancellationToken.None);
        byte[] content = Encoding.ASCII.GetBytes("Subject: x\r\nFrom: k@x.net\r\nTo: a@x.net\r\n\r\n.\r\n..\r\n.a\r\nb.\r\n");
        Assert.Equal(MailOutcome.Delivered, (await transport.SendAsync(new OutgoingMail(1, "k@x.net", ["a@x.net"], content))).Outcome);
        await transport.FinishAsync();
        Assert.Equal(content, _server!.Raw(1));
    }

    private static async Task Until(Func<bool> condition)
    {
        for (long end = Environment.TickCount64 + 30_000; !condition();)
        {
            Assert.True(Environment.TickCount64 < end, "not within 30 s");
            await Task.Delay(10);
        }
    }

    private MailSettings Start(params string[] options)
    {
        _server?.Dispose();
        _server = MailServer.Start(options);
        return new()
        {
            Server = "127.0.0.1", Port = _server.Port, Sender = "k@example.net", HeloName = "lb1", ConnectTimeout = TimeSpan.FromSeconds(20),
            Recipients = ["a@example.net"],
        };
    }

    private static async Task<MailReply> Send(MailSettings settings, params string[] recipients)
    {
        SmtpTransport transport = new(settings, new TcpMailDialer(), CancellationToken.None);
        MailReply reply = await transport.SendAsync(Compose(settings, 1, recipients));
        await transport.FinishAsync();
        return reply;
    }

    private static OutgoingMail Compose(MailSettings settings, long id, params string[] recipients)
    {
        MailEvent mailEvent = new(MailKinds.Instance, id, DateTimeOffset.UnixEpoch, "VRRP Instance V - Entering MASTER state", []);
        string[] to = recipients.Length == 0 ? ["a@example.net"] : recipients;
        return MailComposer.Compose(new MailRequest(id, settings, [.. to], "lb1", "vrrp", 0, [mailEvent]), new TemplateLibrary().For(settings, []), []);
    }

    private string Password(string text)
    {
        string file = Path.Combine(_folder, "password");
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
