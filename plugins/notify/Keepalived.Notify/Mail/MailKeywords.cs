using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Notify;

/// <summary>
/// The keywords of mail in <c>global_defs</c>: keepalived's, and ours for TLS, authentication, the queue and templates (docs/options.md).
/// <c>smtp_alert_vrrp</c> is the VRRP plugin's, <c>smtp_alert</c> the host's.
/// </summary>
internal static class MailKeywords
{
    public const string Names = "notification_email notification_email_from smtp_server smtp_helo_name smtp_connect_timeout "
        + "smtp_alert_checker no_email_faults no_checker_emails "
        + "smtp_tls smtp_tls_name smtp_tls_ca_file smtp_tls_verify smtp_user smtp_password_file smtp_auth_insecure "
        + "smtp_coalesce smtp_queue_length smtp_retry_interval smtp_retry_limit mail_template";

    private const int LongestTimeout = 4294;

    public static void Register(IKeywordBlock<IConfigurationSession> block)
    {
        AddAddresses(block);
        AddServer(block);
        AddOccasions(block);
        AddSecurity(block);
        AddQueue(block);
    }

    private static void AddAddresses(IKeywordBlock<IConfigurationSession> block)
    {
        block.Lines<MailRecipients>(
            new("notification_email", "{ ADDRESS… }", "Who gets mail."),
            static (r, _) => new(r.Location),
            static (r, recipients) =>
            {
                while (r.TryWord(out string address))
                {
                    recipients.Addresses.Add(address);
                }
            },
            static (session, _, recipients) => recipients.Close(session));
        block.Keyword(new("notification_email_from", "ADDRESS", "Sender of mail; user@host if absent."), static (r, s) =>
            Change(s, r.Word("address"), static (mail, value) => mail with { Sender = value }));
    }

    private static void AddServer(IKeywordBlock<IConfigurationSession> block)
    {
        block.Keyword(new("smtp_server", "HOST|IP [PORT 1..65535]", "Mail server; port 25 if none is named, 465 with smtp_tls implicit."), static (r, s) =>
        {
            string host = r.Word("name or address of the mail server");
            int? port = r.AtEnd ? null : (int)r.Integer("port", 1, 65535);
            Change(s, (host, port), static (mail, value) => mail with { Server = value.host, Port = value.port });
        });
        block.Keyword(new("smtp_helo_name", "STRING", "Name to greet the mail server with; the host name if absent."), static (r, s) =>
            Change(s, r.Word("name"), static (mail, value) => mail with { HeloName = value }));
        block.Keyword(new("smtp_connect_timeout", "SECONDS 0..4294", "Time allowed for connecting to the mail server and for each of its answers; 0 becomes 1.") { Default = "30" }, static (r, s) =>
            Change(s, ReadTimeout(r), static (mail, value) => mail with { ConnectTimeout = value }));
    }

    private static void AddOccasions(IKeywordBlock<IConfigurationSession> block)
    {
        block.Keyword(new("smtp_alert_checker", "BOOL?", "Mail about virtual and real servers that say nothing of it; smtp_alert if absent.") { Process = PluginRoles.Checker }, static (r, s) =>
            Change(s, r.OptionalBoolean(), static (mail, value) => mail with { CheckerAlerts = value }));
        block.Keyword(new("no_email_faults", "", "No mail about the state FAULT.") { Default = "false", Process = PluginRoles.Vrrp }, static (r, s) =>
        {
            r.Rest();
            Change(s, true, static (mail, value) => mail with { SuppressesFaults = value });
        });
        block.Keyword(new("no_checker_emails", "BOOL?", "No mail about virtual and real servers.") { Default = "false", Process = PluginRoles.Checker }, static (r, s) =>
            Change(s, r.OptionalBoolean(), static (mail, value) => mail with { SuppressesCheckers = value }));
    }

    private static void AddSecurity(IKeywordBlock<IConfigurationSession> block)
    {
        block.Keyword(new("smtp_tls", "off|opportunistic|starttls|implicit", "Protect the connection to the mail server; starttls and implicit insist and check its certificate.") { Default = "off" }, static (r, s) =>
            Change(s, ReadEncryption(r), static (mail, value) => mail with { Encryption = value }));
        block.Keyword(new("smtp_tls_name", "NAME", "Name that the certificate of the mail server must have; that of smtp_server if absent."), static (r, s) =>
            Change(s, r.Word("name"), static (mail, value) => mail with { TlsName = value }));
        block.Keyword(new("smtp_tls_ca_file", "PATH", "Authorities for that certificate, PEM; the system's if absent."), static (r, s) =>
            Change(s, r.Word("path"), static (mail, value) => mail with { AuthoritiesFile = value }));
        block.Keyword(new("smtp_tls_verify", "BOOL?", "Check the certificate of the mail server.") { Default = "true" }, static (r, s) =>
            Change(s, r.OptionalBoolean(), static (mail, value) => mail with { VerifiesServer = value }));
        block.Keyword(new("smtp_user", "NAME", "Sign in to the mail server as this user (AUTH PLAIN or LOGIN)."), static (r, s) =>
            Change(s, r.Word("user name"), static (mail, value) => mail with { User = value }));
        block.Keyword(new("smtp_password_file", "PATH", "File whose first line is the password; nobody but its owner may read it."), static (r, s) =>
        {
            s.Get<NotifyDraft>().PasswordFileLocation = r.NextLocation;
            Change(s, r.Word("path"), static (mail, value) => mail with { PasswordFile = value });
        });
        block.Keyword(new("smtp_auth_insecure", "BOOL?", "Sign in without TLS too.") { Default = "false" }, static (r, s) =>
            Change(s, r.OptionalBoolean(), static (mail, value) => mail with { AllowsPlainPassword = value }));
    }

    private static void AddQueue(IKeywordBlock<IConfigurationSession> block)
    {
        block.Keyword(new("smtp_coalesce", "SECONDS 0..3600", "Wait this long for more events and send them in one mail.") { Default = "0" }, static (r, s) =>
            Change(s, r.Seconds("time", TimeSpan.Zero, TimeSpan.FromHours(1), 3), static (mail, value) => mail with { Coalesce = value }));
        block.Keyword(new("smtp_queue_length", "INT 1..100000", "Most mails that wait; further ones are lost and counted.") { Default = "1000" }, static (r, s) =>
            Change(s, (int)r.Integer("number of mails", 1, 100_000), static (mail, value) => mail with { QueueLength = value }));
        block.Keyword(new("smtp_retry_interval", "SECONDS 0.1..300", "Time until a deferred mail is tried again; doubles each time, up to 300.") { Default = "10" }, static (r, s) =>
            Change(s, r.Seconds("time", TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(5), 3), static (mail, value) => mail with { RetryInterval = value }));
        block.Keyword(new("smtp_retry_limit", "SECONDS 0..604800", "Age at which a mail that cannot be delivered is given up.") { Default = "14400" }, static (r, s) =>
            Change(s, r.Seconds("time", TimeSpan.Zero, TimeSpan.FromDays(7), 0), static (mail, value) => mail with { RetryLimit = value }));
        block.Keyword(new("mail_template", "KIND PATH", "Template file for a kind of mail: vrrp_instance, vrrp_group, real_server, virtual_server or digest."), static (r, s) =>
        {
            string kind = r.Word("kind of mail");
            if (Array.IndexOf(MailKinds.All, kind) < 0)
            {
                throw r.Reject($"'{kind}' is no kind of mail", $"use one of {string.Join(", ", MailKinds.All)}");
            }

            SourceLocation location = r.NextLocation;
            s.Get<NotifyDraft>().Templates[kind] = (new MailTemplateFile(kind, r.Word("path of the template")), location);
        });
    }

    private static MailEncryption ReadEncryption(IKeywordReader reader) => reader.Word("kind of protection") switch
    {
        "off" => MailEncryption.None,
        "opportunistic" => MailEncryption.Opportunistic,
        "starttls" => MailEncryption.StartTls,
        "implicit" => MailEncryption.Implicit,
        _ => throw reader.Reject("smtp_tls is off, opportunistic, starttls or implicit", "use one of these words"),
    };

    private static TimeSpan ReadTimeout(IKeywordReader reader)
    {
        long seconds = reader.Integer("time-out in seconds", 0, LongestTimeout);
        if (seconds > 0)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        reader.Session.Report(new(DiagnosticClass.GeneralError, DiagnosticSeverity.Warning, reader.Location, "smtp_connect_timeout 0 leaves no time at all: 1 is used", "write a number from 1"));
        return TimeSpan.FromSeconds(1);
    }

    private static void Change<T>(IConfigurationSession session, T value, Func<MailSettings, T, MailSettings> change)
    {
        NotifyDraft draft = session.Get<NotifyDraft>();
        draft.Mail = change(draft.Mail, value);
    }

    /// <summary>A <c>notification_email</c> block while it is read.</summary>
    private sealed class MailRecipients(SourceLocation location)
    {
        public List<string> Addresses { get; } = [];

        public void Close(IConfigurationSession session)
        {
            if (Addresses.Count == 0)
            {
                session.Warn(location, "notification_email names nobody", "write one address a line");
            }

            // Several blocks add up, as in keepalived.
            NotifyDraft draft = session.Get<NotifyDraft>();
            draft.RecipientsLocation = location;
            draft.Mail = draft.Mail with { Recipients = draft.Mail.Recipients.Concat(Addresses).ToEquatableArray() };
        }
    }
}
