namespace Keepalived.Notify;

/// <summary>What <c>global_defs</c> says of mail.</summary>
internal sealed record MailSettings
{
    /// <summary>Nothing written.</summary>
    public static MailSettings None { get; } = new();

    /// <summary><c>notification_email</c>: who gets mail; nobody means that none is sent.</summary>
    public EquatableArray<string> Recipients { get; init; }

    /// <summary><c>notification_email_from</c>; null = user@host.</summary>
    public string? Sender { get; init; }

    /// <summary><c>smtp_server</c>: name or address; null means that no mail is sent.</summary>
    public string? Server { get; init; }

    /// <summary>Its port, 1..65535.</summary>
    public int Port { get; init; } = 25;

    /// <summary><c>smtp_helo_name</c>; null = the host name.</summary>
    public string? HeloName { get; init; }

    /// <summary><c>smtp_connect_timeout</c>, 1..4294 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>smtp_alert</c>: whether to send mail about whatever says nothing itself; null = unset.</summary>
    public bool? Alerts { get; init; }

    /// <summary><c>smtp_alert_checker</c>: the same for virtual and real servers; null = unset.</summary>
    public bool? CheckerAlerts { get; init; }

    /// <summary><c>no_email_faults</c>: no mail about FAULT.</summary>
    public bool SuppressesFaults { get; init; }

    /// <summary><c>no_checker_emails</c>: no mail about virtual and real servers.</summary>
    public bool SuppressesCheckers { get; init; }
}
