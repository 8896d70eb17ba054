using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Notify;

/// <summary>
/// The keywords of mail in <c>global_defs</c>. They are read, typed and checked; sending comes with a later issue. <c>smtp_alert_vrrp</c> is
/// the VRRP plugin's.
/// </summary>
internal static class MailKeywords
{
    public const string Names = "notification_email notification_email_from smtp_server smtp_helo_name smtp_connect_timeout smtp_alert "
        + "smtp_alert_checker no_email_faults no_checker_emails";

    private const int LongestTimeout = 4294;

    public static void Register(IKeywordBlock<IConfigurationSession> block)
    {
        AddAddresses(block);
        AddServer(block);
        AddOccasions(block);
    }

    private static void AddAddresses(IKeywordBlock<IConfigurationSession> block)
    {
        block.Lines<MailRecipients>(
            new("notification_email", "{ ADDRESS… }", "Who gets mail.") { HasNoEffectYet = true },
            static (r, _) => new(r.Location),
            static (r, recipients) =>
            {
                while (r.TryWord(out string address))
                {
                    recipients.Addresses.Add(address);
                }
            },
            static (session, _, recipients) => recipients.Close(session));
        block.Keyword(new("notification_email_from", "ADDRESS", "Sender of mail; user@host if absent.") { HasNoEffectYet = true }, static (r, s) =>
            Change(s, r.Word("address"), static (mail, value) => mail with { Sender = value }));
    }

    private static void AddServer(IKeywordBlock<IConfigurationSession> block)
    {
        block.Keyword(new("smtp_server", "HOST|IP [PORT 1..65535]", "Mail server; port 25 if none is named.") { HasNoEffectYet = true }, static (r, s) =>
        {
            string host = r.Word("name or address of the mail server");
            int port = r.AtEnd ? MailSettings.None.Port : (int)r.Integer("port", 1, 65535);
            Change(s, (host, port), static (mail, value) => mail with { Server = value.host, Port = value.port });
        });
        block.Keyword(new("smtp_helo_name", "STRING", "Name to greet the mail server with; the host name if absent.") { HasNoEffectYet = true }, static (r, s) =>
            Change(s, r.Word("name"), static (mail, value) => mail with { HeloName = value }));
        block.Keyword(new("smtp_connect_timeout", "SECONDS 0..4294", "Time allowed for connecting to the mail server; 0 becomes 1.") { Default = "30", HasNoEffectYet = true }, static (r, s) =>
            Change(s, ReadTimeout(r), static (mail, value) => mail with { ConnectTimeout = value }));
    }

    private static void AddOccasions(IKeywordBlock<IConfigurationSession> block)
    {
        block.Keyword(new("smtp_alert", "BOOL?", "Mail about whatever says nothing of mail itself; if absent, real servers only.") { HasNoEffectYet = true }, static (r, s) =>
            Change(s, r.OptionalBoolean(), static (mail, value) => mail with { Alerts = value }));
        block.Keyword(new("smtp_alert_checker", "BOOL?", "Mail about virtual and real servers that say nothing of it; smtp_alert if absent.") { HasNoEffectYet = true, Process = PluginRoles.Checker }, static (r, s) =>
            Change(s, r.OptionalBoolean(), static (mail, value) => mail with { CheckerAlerts = value }));
        block.Keyword(new("no_email_faults", "", "No mail about the state FAULT.") { Default = "false", HasNoEffectYet = true, Process = PluginRoles.Vrrp }, static (r, s) =>
        {
            r.Rest();
            Change(s, true, static (mail, value) => mail with { SuppressesFaults = value });
        });
        block.Keyword(new("no_checker_emails", "BOOL?", "No mail about virtual and real servers.") { Default = "false", HasNoEffectYet = true, Process = PluginRoles.Checker }, static (r, s) =>
            Change(s, r.OptionalBoolean(), static (mail, value) => mail with { SuppressesCheckers = value }));
    }

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
            draft.Mail = draft.Mail with { Recipients = draft.Mail.Recipients.Concat(Addresses).ToEquatableArray() };
        }
    }
}
