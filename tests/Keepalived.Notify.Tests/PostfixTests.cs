using System.Text.Json;

namespace Keepalived.Notify.Tests;

/// <summary>The SMTP client against postfix, with and without TLS.</summary>
public sealed class PostfixTests
{
    [Fact]
    public async Task Postfix_takes_mail_in_the_clear_under_starttls_and_under_tls_and_judges_each_recipient()
    {
        using PostfixServer server = await PostfixServer.Start();
        MailSettings clear = new()
        {
            Server = "127.0.0.1", Port = server.Port, Sender = "k@example.net", HeloName = "lb1.example.net", ConnectTimeout = TimeSpan.FromSeconds(20),
            Recipients = ["Ops Ünit <ops@example.net>"],
        };
        MailSettings startTls = clear with { Encryption = MailEncryption.StartTls, AuthoritiesFile = server.Certificate };
        Assert.Equal(MailOutcome.Delivered, (await Send(clear, "VI_1", "ops@example.net")).Outcome);
        Assert.Equal(MailOutcome.Delivered, (await Send(startTls, "Zürich", "ops@example.net")).Outcome);
        Assert.Equal(MailOutcome.Delivered, (await Send(startTls with { Encryption = MailEncryption.Implicit, Port = server.SecurePort }, "third", "ops@example.net")).Outcome);
        MailReply partial = await Send(clear, "fourth", "gone@example.net", "busy@example.net", "ops@example.net");
        Assert.Equal((MailOutcome.Delivered, "busy@example.net"), (partial.Outcome, Assert.Single(partial.Deferred.ToArray())));
        Assert.StartsWith("gone@example.net: 554", Assert.Single(partial.Refused.ToArray()), StringComparison.Ordinal);
        Assert.Equal(MailOutcome.Refused, (await Send(clear, "fifth", "gone@example.net")).Outcome);
        Assert.Equal(MailOutcome.Deferred, (await Send(clear, "sixth", "busy@example.net")).Outcome);

        JsonElement[] mails = [.. (await server.Delivered(4)).Select(MailServer.Parse)];
        Assert.Equal(["VI_1", "Zürich", "fourth", "third"], mails.Select(mail => mail.GetProperty("subject").GetString()!.Split(' ')[3]).Order(StringComparer.Ordinal));
        Assert.All(mails, mail => Assert.Equal("Ops Ünit", mail.GetProperty("to")[0][0].GetString()));
        Assert.All(mails, mail => Assert.Equal("[]", mail.GetProperty("defects").GetRawText()));
    }

    private static async Task<MailReply> Send(MailSettings settings, string name, params string[] recipients)
    {
        MailEvent mailEvent = new(MailKinds.Instance, 1, DateTimeOffset.UnixEpoch, $"VRRP Instance {name} - Entering MASTER state", []);
        MailRequest request = new(1, settings, [.. recipients], "lb1", "vrrp", 0, [mailEvent]);
        SmtpTransport transport = new(settings, new TcpMailDialer(), CancellationToken.None);
        MailReply reply = await transport.SendAsync(MailComposer.Compose(request, new TemplateLibrary().For(settings, []), []));
        await transport.FinishAsync();
        return reply;
    }
}
