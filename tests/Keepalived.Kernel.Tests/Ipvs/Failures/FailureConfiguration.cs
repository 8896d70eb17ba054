using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>The directors' configuration: one virtual server with one real server for each row, all assumed down until the check has passed.</summary>
internal static class FailureConfiguration
{
    /// <summary>The FIFO of events.</summary>
    public static string Fifo(FailureLab lab) => Path.Combine(lab.Folder, "events.fifo");

    public static string For(FailureLab lab, Host director)
    {
        bool isOurs = director == lab.Ours;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""
            global_defs {
                script_user root
                {{(isOurs ? $"lvs_notify_fifo {Fifo(lab)}\n    notification_email {{\n        operator@example.org\n    }}\n    notification_email_from director@example.org\n    smtp_server {lab.Healthy.Address4} 26\n    smtp_alert_checker\n    smtp_coalesce 3" : "")}}
            }
            SSL {
                certificate {{lab.Folder}}/client.crt
                key {{lab.Folder}}/client.key
                ca {{lab.Folder}}/ca.crt
            }
            {{Session(director, "killed", lab.Healthy)}}
            {{Session(director, "cut", lab.Neighbour)}}

            """);
        for (int i = 0; i < lab.Rows.Count; i++)
        {
            Add(text, lab, i, isOurs);
        }

        return text.ToString();
    }

    /// <summary>Whether a script is run when the row's server goes down: for the first row of each check, as a hundred at once would take the kernel's only processor.</summary>
    public static bool Notifies(IReadOnlyList<FailureRow> rows, int row) => row == 0 || rows[row - 1].Check != rows[row].Check;

    /// <summary>Port of the row's virtual server.</summary>
    public static int PortOf(int row) => 1000 + row;

    private static string Session(Host director, string name, Host neighbour) => $$"""
        bfd_instance {{name}} {
            neighbor_ip {{neighbour.Address4}}
            source_ip {{director.Address4}}
            min_rx 300
            min_tx 300
            multiplier 5
        }
        """;

    private static void Add(StringBuilder text, FailureLab lab, int row, bool isOurs)
    {
        FailureRow wanted = lab.Rows[row];
        string special = wanted.Check switch
        {
            "MISC_CHECK" => $"misc_path {lab.FileOf(row)}\n",
            "FILE_CHECK" => $"track_file row{row}\n",
            _ => "",
        };
        if (wanted.Check == "FILE_CHECK")
        {
            text.Append(CultureInfo.InvariantCulture, $"track_file row{row} {{\n    file {lab.FileOf(row)}\n}}\n");
        }

        // With a retry: a check that is under way when its server breaks meets half of a failure, and the try after that the whole. One slow processor serves
        // both directors and all servers: the time-outs are long, for a TLS handshake the longest, so that who waits for the processor is not broken.
        string times = wanted.Check switch
        {
            "FILE_CHECK" or "BFD_CHECK" => "",
            "MISC_CHECK" => "delay_loop 6\nmisc_timeout 3\n",
            "SSL_GET" => "delay_loop 5\nconnect_timeout 5\nretry 1\ndelay_before_retry 1\n",
            _ => "connect_timeout 4\nretry 1\ndelay_before_retry 1\n",
        };
        string options = wanted.Options.Replace("DIGEST", Digest("healthy page\n"), StringComparison.Ordinal);
        text.Append(CultureInfo.InvariantCulture, $$"""
            virtual_server 10.77.0.100 {{PortOf(row)}} {
                delay_loop 4
                lb_algo rr
                lb_kind NAT
                protocol TCP
                alpha
                real_server {{FailureLab.AddressOf(row)}} {{wanted.Port}} {
                    weight 1
                    {{(wanted.Inhibits ? "inhibit_on_failure" : "")}}
                    {{(isOurs && Notifies(lab.Rows, row) ? $"notify_down \"{lab.Folder}/notify.sh row-{row}\"" : "")}}
                    {{wanted.Check}} {
                    {{times}}{{special}}{{options}}
                    }
                }
            }

            """);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "The format of keepalived's digests.")]
    private static string Digest(string page) => Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(page)));
}
