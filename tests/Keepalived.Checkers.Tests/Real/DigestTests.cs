using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keepalived.Checkers.Http;
using Keepalived.Checkers.Http.Genhash;
using Keepalived.Checking;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scheduling.Sockets;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>Our digests are those of C's genhash on the same pages of nginx, over HTTP and TLS, and HTTP_GET accepts them.</summary>
public sealed class DigestTests : IDisposable
{
    private const string TheirGenhash = "/usr/bin/genhash";

    private readonly string _folder = Directory.CreateTempSubdirectory("keepalived-digest-").FullName;
    private readonly int _port = FreePort();
    private readonly int _securePort = FreePort();

    [Fact]
    public void Ours_and_C_agree_about_every_page_in_every_form_of_request()
    {
        Assert.SkipUnless(File.Exists(TheirGenhash), "keepalived's genhash is not installed");
        Assert.SkipUnless(File.Exists("/usr/sbin/nginx"), "nginx is not installed");
        Dictionary<string, byte[]> pages = Pages();
        WriteSite(pages);
        using ServerProgram nginx = ServerProgram.Start("nginx", ["-c", Path.Combine(_folder, "nginx.conf"), "-e", Path.Combine(_folder, "errors")])!;
        Assert.True(nginx.UntilItAnswers(() => RealLoop.Run(Define("/line", null), new(IPAddress.Loopback, _port))).IsUp);

        foreach ((string page, byte[] body) in pages)
        {
            string digest = Convert.ToHexStringLower(MD5.HashData(body));
            foreach (string protocol in (string[])["1.0", "1.0c", "1.1"])
            {
                string[] words = ["-s", "127.0.0.1", "-p", $"{_port}", "-u", "/" + page, "-P", protocol];
                Assert.Equal((page, protocol, digest), (page, protocol, Theirs(words)));
                Assert.Equal((page, protocol, digest), (page, protocol, Ours(words)));
            }

            string[] secure = ["-s", "127.0.0.1", "-p", $"{_securePort}", "-u", "/" + page, "-S"];
            Assert.Equal((page, digest), (page, Theirs(secure)));
            Assert.Equal((page, digest), (page, Ours(secure)));
            Assert.True(RealLoop.Run(Define("/" + page, digest), new(IPAddress.Loopback, _port)).IsUp, page);
        }

        CheckResult wrong = RealLoop.Run(Define("/line", Convert.ToHexStringLower(MD5.HashData("another"u8))), new(IPAddress.Loopback, _port));
        Assert.False(wrong.IsUp);
        Assert.Contains("digest", wrong.Reason, StringComparison.OrdinalIgnoreCase);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Around the sizes at which readers cut, and octets that text would not survive.</summary>
    private static Dictionary<string, byte[]> Pages()
    {
        var random = new Random(1);
        byte[] Octets(int count)
        {
            byte[] octets = new byte[count];
            random.NextBytes(octets);
            return octets;
        }

        return new()
        {
            ["line"] = "hello\n"u8.ToArray(), ["crlf"] = "a\r\n\r\nb\r\n"u8.ToArray(), ["zeros"] = new byte[300], ["one"] = [0xFF],
            ["b4095"] = Octets(4095), ["b4096"] = Octets(4096), ["b4097"] = Octets(4097), ["b100000"] = Octets(100_000),
        };
    }

    private void WriteSite(Dictionary<string, byte[]> pages)
    {
        string root = Directory.CreateDirectory(Path.Combine(_folder, "site")).FullName;
        foreach ((string page, byte[] body) in pages)
        {
            File.WriteAllBytes(Path.Combine(root, page), body);
        }

        File.WriteAllText(Path.Combine(_folder, "cert.pem"), StreamServer.Certificate.Value.ExportCertificatePem());
        using RSA key = StreamServer.Certificate.Value.GetRSAPrivateKey()!;
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        // Run as whoever runs the test: workers would give root's rights up and could not read the folder.
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
            daemon off;
            master_process off;
            pid {{_folder}}/pid;
            error_log {{_folder}}/errors;
            events { }
            http {
                access_log off;
                client_body_temp_path {{_folder}}/t1; proxy_temp_path {{_folder}}/t2; fastcgi_temp_path {{_folder}}/t3; uwsgi_temp_path {{_folder}}/t4; scgi_temp_path {{_folder}}/t5;
                server {
                    listen 127.0.0.1:{{_port}};
                    listen 127.0.0.1:{{_securePort}} ssl;
                    ssl_certificate {{_folder}}/cert.pem;
                    ssl_certificate_key {{_folder}}/key.pem;
                    root {{root}};
                }
            }
            """);
    }

    private static CheckerDefinition Define(string path, string? digest) => HttpCheckTests.Define(false, TimeSpan.FromSeconds(3), new HttpUrl
    {
        Path = path, Digest = digest is null ? null : UInt128.Parse(digest, System.Globalization.NumberStyles.HexNumber, null),
    });

    private static string Theirs(string[] words)
    {
        using Process process = Process.Start(new ProcessStartInfo(TheirGenhash, words) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }

    private static string Ours(string[] words)
    {
        using EventLoop loop = new();
        IScheduler scheduler = loop.ForOwner("genhash");
        using CheckSockets sockets = new(scheduler);
        using var output = new StringWriter();
        scheduler.Post(async () => loop.Stop(await new GenhashCommand().RunAsync(new PluginCommandContext(words.ToEquatableArray(), output, output, scheduler, sockets))));
        Assert.Equal(0, loop.Run());
        return output.ToString().Trim();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
