namespace Keepalived.Notify;

/// <summary>How the connection to the mail server is protected.</summary>
internal enum MailEncryption
{
    /// <summary>Not at all, as in keepalived.</summary>
    None,

    /// <summary>STARTTLS (RFC 3207) when the server offers it, whoever it is.</summary>
    Opportunistic,

    /// <summary>STARTTLS or nothing; the server's certificate is checked.</summary>
    StartTls,

    /// <summary>TLS from the first octet (RFC 8314 section 3.3); the server's certificate is checked.</summary>
    Implicit,
}

/// <summary>A template file of the operator.</summary>
/// <param name="Kind">Which mails it is for, one of <see cref="MailKinds"/>.</param>
/// <param name="Path">Absolute path.</param>
internal sealed record MailTemplateFile(string Kind, string Path);

/// <summary>The kinds of mail that have templates.</summary>
internal static class MailKinds
{
    public const string Instance = "vrrp_instance";
    public const string Group = "vrrp_group";
    public const string RealServer = "real_server";
    public const string VirtualServer = "virtual_server";

    /// <summary>Several events in one mail (<c>smtp_coalesce</c>).</summary>
    public const string Digest = "digest";

    public static readonly string[] All = [Instance, Group, RealServer, VirtualServer, Digest];
}

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

    /// <summary>Its port, 1..65535; null = 25, or 465 with implicit TLS.</summary>
    public int? Port { get; init; }

    /// <summary><c>smtp_helo_name</c>; null = the host name.</summary>
    public string? HeloName { get; init; }

    /// <summary><c>smtp_connect_timeout</c>, 1..4294 s: for connecting and for each step after it.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>smtp_alert</c>: whether to send mail about whatever says nothing itself; null = unset.</summary>
    public bool? Alerts { get; init; }

    /// <summary><c>smtp_alert_checker</c>: the same for virtual and real servers; null = unset.</summary>
    public bool? CheckerAlerts { get; init; }

    /// <summary><c>no_email_faults</c>: no mail about FAULT.</summary>
    public bool SuppressesFaults { get; init; }

    /// <summary><c>no_checker_emails</c>: no mail about virtual and real servers.</summary>
    public bool SuppressesCheckers { get; init; }

    /// <summary><c>smtp_tls</c>.</summary>
    public MailEncryption Encryption { get; init; }

    /// <summary><c>smtp_tls_name</c>: name that the certificate must have; null = that of the server.</summary>
    public string? TlsName { get; init; }

    /// <summary><c>smtp_tls_ca_file</c>: authorities in PEM form; null = the system's.</summary>
    public string? AuthoritiesFile { get; init; }

    /// <summary><c>smtp_tls_verify</c>: check the certificate.</summary>
    public bool VerifiesServer { get; init; } = true;

    /// <summary><c>smtp_user</c>: who we are; null = no authentication.</summary>
    public string? User { get; init; }

    /// <summary><c>smtp_password_file</c>: file whose first line is the password, readable by its owner alone.</summary>
    public string? PasswordFile { get; init; }

    /// <summary><c>smtp_auth_insecure</c>: the password may travel without TLS.</summary>
    public bool AllowsPlainPassword { get; init; }

    /// <summary><c>smtp_coalesce</c>: how long the first event waits for others to share a mail with; zero = a mail for each.</summary>
    public TimeSpan Coalesce { get; init; }

    /// <summary><c>smtp_queue_length</c>: most mails that wait, 1..100000.</summary>
    public int QueueLength { get; init; } = 1000;

    /// <summary><c>smtp_retry_interval</c>: first wait after a failure; doubles up to five minutes.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>smtp_retry_limit</c>: age at which a mail is given up.</summary>
    public TimeSpan RetryLimit { get; init; } = TimeSpan.FromHours(4);

    /// <summary><c>mail_template</c>.</summary>
    public EquatableArray<MailTemplateFile> Templates { get; init; }

    /// <summary>True when there is somebody to write to and a server to do it through.</summary>
    public bool IsOn => Server is not null && Recipients.Count > 0;

    /// <summary>The port in force.</summary>
    public int EffectivePort => Port ?? (Encryption == MailEncryption.Implicit ? 465 : 25);

    /// <summary>The server for messages.</summary>
    public string ServerName => $"{Server}:{EffectivePort}";
}
