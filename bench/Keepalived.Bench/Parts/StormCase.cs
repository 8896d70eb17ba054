using System.Globalization;
using System.Text;
using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>What there is to mail to.</summary>
internal enum StormMail
{
    None,
    Answering,

    /// <summary>TLS from the first octet; ours alone can.</summary>
    Secure,

    /// <summary>The smtp-sink of Debian's postfix.</summary>
    Postfix,

    /// <summary>Takes connections and never says a word.</summary>
    Hanging,

    /// <summary>Says 550 to every recipient.</summary>
    Refusing,

    /// <summary>Nobody listens.</summary>
    Absent,

    /// <summary>Answers, but the mails are a stranger's: their load without their mails.</summary>
    Strangers,
}

/// <summary>One case of the storm: whose daemon, what mail, what else.</summary>
internal sealed record StormCase(string Name, Candidate Candidate, StormMail Mail, bool Scripts = false, bool IsBusy = false)
{
    public const double Interval = 0.01;
    public const int Quiet = 50;
    public const int Restless = 20;
    public const int MailPort = 2525;

    /// <summary>The daemon mails.</summary>
    public bool Mails => Mail is not (StormMail.None or StormMail.Strangers);

    /// <summary>What the others are measured by: twice the same, so that it shows what two equal things differ by.</summary>
    public bool IsReference => Name is "none" or "none-again";

    public string Label => $"{Name} ({Candidate.Name})";

    public static IEnumerable<StormCase> All(BenchOptions options)
    {
        StormCase[] all =
        [
            new("c-none", options.Theirs, StormMail.None),
            new("c-answering", options.Theirs, StormMail.Answering),
            new("none", options.Ours, StormMail.None),
            new("none-again", options.Ours, StormMail.None),
            new("strangers", options.Ours, StormMail.Strangers),
            new("busy", options.Ours, StormMail.None, IsBusy: true),
            new("answering", options.Ours, StormMail.Answering),
            new("smtp-sink", options.Ours, StormMail.Postfix),
            new("tls", options.Ours, StormMail.Secure),
            new("refusing", options.Ours, StormMail.Refusing),
            new("absent", options.Ours, StormMail.Absent),
            new("hanging", options.Ours, StormMail.Hanging),
            new("hanging-scripts-fifo", options.Ours, StormMail.Hanging, Scripts: true),
        ];
        return options.Cases.Count > 0
            ? all.Where(storm => options.Cases.Contains(storm.Name))
            : all.Where(storm => storm.Mail != StormMail.Postfix || File.Exists(StormServer.PostfixSink));
    }

    public string Configuration(string folder)
    {
        var text = new StringBuilder($$"""
            global_defs {
                router_id bench
                vrrp_rt_priority 50
                vrrp_rlimit_rttime 5000000
                script_user root

            """);
        if (Mails)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                    notification_email {
                        ops@example.net
                    }
                    notification_email_from k@example.net
                    smtp_server 127.0.0.1 {{MailPort}}
                    smtp_connect_timeout 5

                """);
        }

        if (Mail == StormMail.Secure)
        {
            text.Append("    smtp_tls implicit\n    smtp_tls_verify off\n");
        }

        string more = $"    smtp_alert\n    track_file {{\n        storm weight 0\n    }}\n";
        if (Scripts)
        {
            string script = Path.Combine(folder, "sleep.sh");
            File.WriteAllText(script, "#!/bin/sh\nexec sleep 5\n");
            ChildProcess.Run("chmod", "755", script);
            text.Append(CultureInfo.InvariantCulture, $"    vrrp_notify_fifo {folder}/fifo\n");
            more += $"    notify {script}\n";
        }

        text.Append("}\n").Append(CultureInfo.InvariantCulture, $"track_file storm {{\n    file {folder}/value\n}}\n");
        text.Append(Configurations.Instances("d0", Quiet, Interval, static id => 1 + (id * 253 / Quiet)));
        for (int id = Quiet + 1; id <= Quiet + Restless; id++)
        {
            text.Append(Configurations.Instance($"restless_{id}", "d0", id, Interval, 1 + (id * 3), $"10.99.1.{id}/32", more));
        }

        return text.ToString();
    }
}
