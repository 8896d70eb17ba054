using Keepalived.Configuration;

namespace Keepalived.Notify;

/// <summary>Checks what was read of mail. What cannot be used is left out; nothing here stands in the way of a failover.</summary>
internal static class MailCompletion
{
    public static MailSettings Complete(NotifyDraft draft, IConfigurationSession session)
    {
        MailSettings mail = draft.Mail;
        if (!mail.IsOn)
        {
            return mail;
        }

        if (mail.PasswordFile is { } file && MailPassword.Check(file) is { } found)
        {
            session.Error(draft.PasswordFileLocation, $"smtp_password_file: {found.Problem}", found.Remedy);
        }

        return mail with { Recipients = Recipients(mail, draft, session), Alerts = session.Globals.SmtpAlert, Templates = Templates(draft, session) };
    }

    // keepalived takes anything: no finding for the verdict of -t, but no mail to it either.
    private static EquatableArray<string> Recipients(MailSettings mail, NotifyDraft draft, IConfigurationSession session)
    {
        List<string> usable = [];
        foreach (string recipient in mail.Recipients.ToArray())
        {
            if (MailboxAddress.Parse(recipient, out string? problem) is not null)
            {
                usable.Add(recipient);
                continue;
            }

            session.Report(new(
                DiagnosticClass.Ok, DiagnosticSeverity.Warning, draft.RecipientsLocation, $"notification_email: nothing can be sent to '{HeaderText.Plain(recipient)}': {problem}", "write user@host, or \"Name <user@host>\""));
        }

        return [.. usable];
    }

    private static EquatableArray<MailTemplateFile> Templates(NotifyDraft draft, IConfigurationSession session)
    {
        List<MailTemplateFile> usable = [];
        foreach ((MailTemplateFile file, SourceLocation location) in draft.Templates.Values)
        {
            string? problem = !file.Path.StartsWith('/') ? "its path is not absolute" : !File.Exists(file.Path) ? "there is no such file" : null;
            if (problem is not null)
            {
                session.Error(location, $"the template {file.Path} cannot be used: {problem}", "the default template is used");
                continue;
            }

            // Under -t alone: the language of templates must not be loaded into a process that advertises.
            if (session.IsTest && TemplateLibrary.Check(file.Kind, file.Path) is { } broken)
            {
                session.Error(location, $"the template {file.Path} is broken: {broken}", "correct it; until then the default template is used");
            }

            usable.Add(file);
        }

        return [.. usable];
    }
}
