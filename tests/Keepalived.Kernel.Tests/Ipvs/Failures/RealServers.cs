using System.Globalization;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>The real servers of the distribution on the healthy machine, and their broken doubles.</summary>
internal static class RealServers
{
    private const string AioSmtpd = "aiosmtpd -n -u -c aiosmtpd.handlers.Debugging stdout -l";

    /// <summary>Programs that must be there; null when they are.</summary>
    public static string? WhyNot => ((string[])["nginx", "named", "dnsmasq", "aiosmtpd", "openssl", "bird"]).FirstOrDefault(static name => Command.Find(name) is null) is { } missing
        ? $"The program {missing} is missing (packages nginx-light, bind9, dnsmasq-base, python3-aiosmtpd, openssl, bird2)" : null;

    public static void Start(FailureLab lab)
    {
        string folder = lab.Folder;
        Web(lab, lab.Healthy, "nginx", $"{Plain(80)}{Secure(443)}");
        Web(lab, lab.Healthy, "nginx-2", $"{Plain(8080)}{Secure(8443)}");
        Names(lab, lab.Healthy, "named", "zone \"example.org\" { type primary; file \"healthy.zone\"; };");
        lab.Run(lab.Healthy, "dnsmasq", "dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --port=5353 --pid-file= --address=/www.example.org/192.0.2.1");
        lab.Run(lab.Healthy, "smtp", $"{AioSmtpd} 0.0.0.0:25");
        lab.Run(lab.Healthy, "smtp-2", $"{AioSmtpd} 0.0.0.0:2525");
        lab.Run(lab.Healthy, "mailbox", $"env PYTHONUNBUFFERED=1 {AioSmtpd} {lab.Healthy.Address4}:26");
        Bird(lab, lab.Healthy, "bird");
        Bird(lab, lab.Neighbour, "bird-n");
        Doubles(lab);
        File.WriteAllText(Path.Combine(folder, "notify.sh"), $"#!/bin/sh\necho \"$1\" >>{folder}/notified\n");
        File.SetUnixFileMode(Path.Combine(folder, "notify.sh"), (UnixFileMode)0b111_101_101);

        string Plain(int port) => $"server {{ listen {port}; location / {{ return 200 'healthy page\\n'; }} }}\n";

        string Secure(int port) =>
            $"server {{ listen {port} ssl; ssl_certificate {folder}/server.crt; ssl_certificate_key {folder}/server.key; ssl_client_certificate {folder}/ca.crt; ssl_verify_client on; location / {{ return 200 'healthy page\\n'; }} }}\n";
    }

    /// <summary>What listens at the rows' addresses on the broken machine.</summary>
    private static void Doubles(FailureLab lab)
    {
        var web = new StringBuilder();
        var views = new StringBuilder();
        System.Net.Security.SslServerAuthenticationOptions identity = Certificates.Load(lab.Folder, "server");
        for (int i = 0; i < lab.Rows.Count; i++)
        {
            FailureRow row = lab.Rows[i];
            string address = FailureLab.AddressOf(i);
            if (row.Check == "UDP_CHECK")
            {
                lab.HealthyPeers.Answer(address, row.Port, static octets => octets);
            }

            switch (row.Fault)
            {
                case Fault.Nginx nginx: web.Append(Block(lab.Folder, address, row.Port, nginx.Block)); break;
                case Fault.Named named: views.Append(View(named.View, address)); break;
                case Fault.Peer peer: lab.Peers.Listen(address, row.Port, peer.Serve, peer.UsesTls ? identity : null); break;
                case Fault.FullQueue: lab.Peers.ListenInVain(address, row.Port); break;
                case Fault.Datagrams datagrams: lab.Peers.Answer(address, row.Port, datagrams.Answer); break;
                case Fault.Program program: lab.Run(lab.Broken, $"program-{i}", program.Command(lab, address)); break;
            }
        }

        Web(lab, lab.Broken, "nginx-b", web.ToString());
        Names(lab, lab.Broken, "named-b", views.ToString());
    }

    /// <summary>A server of nginx: "ssl", perhaps one of the words below, directives.</summary>
    private static string Block(string folder, string address, int port, string text)
    {
        if (!text.StartsWith("ssl", StringComparison.Ordinal))
        {
            return $"server {{ listen {address}:{port}; {text} location / {{ return 200 'healthy page\\n'; }} }}\n";
        }

        string rest = text["ssl".Length..].Trim();
        (string certificate, string directives) = rest switch
        {
            "reject" => ("server", "ssl_reject_handshake on;"),
            "verify" => ("server", $"ssl_client_certificate {folder}/other-ca.crt; ssl_verify_client on;"),
            "expired" => ("expired", ""),
            "other" => ("other", ""),
            _ => ("server", rest),
        };
        return $"server {{ listen {address}:{port} ssl; ssl_certificate {folder}/{certificate}.crt; ssl_certificate_key {folder}/{certificate}.key; {directives} location / {{ return 200 'healthy page\\n'; }} }}\n";
    }

    private static string View(string view, string address) => $$"""
        view "{{view}}" {
            match-destinations { {{address}}; };
            {{(view == "closed" ? "allow-query { none; };" : $"zone \"example.org\" {{ type primary; file \"{view}.zone\"; }};")}}
        };

        """;

    private static void Web(FailureLab lab, Host host, string name, string servers)
    {
        string file = Path.Combine(lab.Folder, name + ".conf");
        File.WriteAllText(file, $$"""
            daemon off;
            master_process off;
            user root;
            pid {{lab.Folder}}/{{name}}.pid;
            error_log stderr error;
            events { worker_connections 512; }
            http {
                access_log off;
                client_body_temp_path {{lab.Folder}}/{{name}}-body;
                proxy_temp_path {{lab.Folder}}/{{name}}-proxy;
                fastcgi_temp_path {{lab.Folder}}/{{name}}-fastcgi;
                uwsgi_temp_path {{lab.Folder}}/{{name}}-uwsgi;
                scgi_temp_path {{lab.Folder}}/{{name}}-scgi;
                {{servers}}
            }

            """);
        lab.Run(host, name, $"nginx -e stderr -p {lab.Folder} -c {file}");
    }

    private static void Names(FailureLab lab, Host host, string name, string content)
    {
        string folder = Directory.CreateDirectory(Path.Combine(lab.Folder, name)).FullName;
        const string Authority = "$TTL 60\n@ SOA ns.example.org. root.example.org. 1 60 60 60 60\n@ NS ns.example.org.\nns A 192.0.2.2\n";
        File.WriteAllText(Path.Combine(folder, "healthy.zone"), Authority + "www A 192.0.2.1\n");
        File.WriteAllText(Path.Combine(folder, "empty.zone"), Authority);
        File.WriteAllText(Path.Combine(folder, "broken.zone"), "this is no zone\n");
        string addresses = string.Join(' ', Enumerable.Range(0, lab.Rows.Count)
            .Where(i => lab.Rows[i].Check == "DNS_CHECK" && (host == lab.Healthy || lab.Rows[i].Fault is Fault.Named)).Select(i => FailureLab.AddressOf(i) + ";"));
        string file = Path.Combine(folder, "named.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $$"""
            options { directory "{{folder}}"; pid-file none; session-keyfile none; listen-on { {{addresses}} }; listen-on-v6 { none; }; recursion no; dnssec-validation no; notify no; empty-zones-enable no; };
            controls { };
            {{content}}

            """));
        lab.Run(host, name, $"named -g -4 -n 1 -U 1 -c {file}");
    }

    private static void Bird(FailureLab lab, Host host, string name)
    {
        string file = Path.Combine(lab.Folder, name + ".conf");
        File.WriteAllText(file, $$"""
            router id {{host.Address4}};
            protocol device { }
            protocol bfd {
              interface "eth0" { min rx interval 300 ms; min tx interval 300 ms; idle tx interval 1 s; multiplier 5; };
              neighbor {{lab.Ours.Address4}} dev "eth0" local {{host.Address4}};
              neighbor {{lab.Theirs.Address4}} dev "eth0" local {{host.Address4}};
            }

            """);
        lab.Run(host, name, $"bird -f -c {file} -s {lab.Folder}/{name}.ctl");
    }
}
