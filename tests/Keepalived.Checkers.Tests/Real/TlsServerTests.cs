using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Keepalived.Checkers.Http;
using Keepalived.Checkers.Http.Genhash;
using Keepalived.Checking;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Scheduling.Sockets;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>SSL_GET against OpenSSL's server and genhash against keepalived's, with a web server of Python's.</summary>
public sealed class TlsServerTests : IDisposable
{
    private const string Web = """
        import http.server, ssl, sys
        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
        if len(sys.argv) > 2:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain("server.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.serve_forever()
        """;

    private static readonly TimeSpan _patient = TimeSpan.FromSeconds(5);
    private readonly string _folder = Directory.CreateTempSubdirectory("ssl-get-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void OpenSSL_gets_the_name_that_SNI_says_and_refuses_another_one()
    {
        Assert.SkipUnless(MakeCertificates(), "openssl is not installed");
        using ServerProgram server = OpenSsl(out IPEndPoint endPoint, "-servername", "www.example.org", "-servername_fatal", "-cert2", "server.pem", "-key2", "server.pem")!;
        Assert.Equal(CheckResult.Up(), server.UntilItAnswers(() => RealLoop.Run(Define(new TlsSettings(true, "www.example.org", false)), endPoint)));

        Assert.Equal(CheckResult.Up(), RealLoop.Run(Define(new TlsSettings(true, null, true)), endPoint, virtualHost: "www.example.org"));
        CheckResult wrong = RealLoop.Run(Define(new TlsSettings(true, "other.example.org", false)), endPoint);
        Assert.Equal("TLS handshake: the server ended it with alert 112 (unrecognized_name)", wrong.Reason);
        Assert.Equal(CheckResult.Up(), RealLoop.Run(Define(TlsSettings.None), endPoint, virtualHost: "other.example.org"));
    }

    [Fact]
    public void OpenSSL_is_shown_the_certificate_that_SSL_names()
    {
        Assert.SkipUnless(MakeCertificates(), "openssl is not installed");
        string client = Path.Combine(_folder, "client.pem");
        using ServerProgram server = OpenSsl(out IPEndPoint endPoint, "-Verify", "1")!;
        var identity = new TlsIdentity("secret", null, client, Path.Combine(_folder, "client.key"));
        Assert.Equal(CheckResult.Up(), server.UntilItAnswers(() => RealLoop.Run(Define(TlsSettings.None, identity), endPoint)));

        Assert.EndsWith(": the server ended it with alert 116 (certificate_required)", RealLoop.Run(Define(TlsSettings.None), endPoint).Reason, StringComparison.Ordinal);
        string? reason = RealLoop.Run(Define(TlsSettings.None, identity with { Password = "wrong" }), endPoint).Reason;
        Assert.StartsWith($"SSL: the client certificate {client} with the key ", reason, StringComparison.Ordinal);
        reason = RealLoop.Run(Define(TlsSettings.None, identity with { Certificate = "/nowhere/client.pem" }), endPoint).Reason;
        Assert.StartsWith("SSL: the client certificate /nowhere/client.pem with the key ", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Digests_are_those_of_keepaliveds_genhash_and_SSL_GET_accepts_them(bool isSecure)
    {
        Assert.SkipUnless(MakeCertificates(), "openssl is not installed");
        Assert.SkipUnless(File.Exists("/usr/bin/genhash"), "keepalived's genhash is not installed (Debian: keepalived)");
        File.WriteAllText(Path.Combine(_folder, "web.py"), Web);
        IPEndPoint endPoint = FreePort();
        using ServerProgram? server = ServerProgram.Start("python3", ["web.py", $"{endPoint.Port}", .. isSecure ? ["tls"] : Array.Empty<string>()], _folder);
        Assert.SkipUnless(server is not null, "python3 is not installed");
        Write("small.html", 6);
        Write("large.bin", 300_000);
        Write("empty", 0);
        server.UntilItAnswers(() => RealLoop.Run(HttpCheckTests.Define(isSecure, _patient, new HttpUrl { Path = "/empty" }), endPoint));
        foreach (string path in (ReadOnlySpan<string>)["/small.html", "/large.bin", "/empty", "/missing"])
        {
            string[] arguments = ["-s", "127.0.0.1", "-p", $"{endPoint.Port}", "-u", path, .. isSecure ? ["-S"] : Array.Empty<string>()];
            string theirs = Run("/usr/bin/genhash", arguments);
            Assert.Equal((path, theirs), (path, Genhash(arguments)));
            var url = new HttpUrl { Path = path, Digest = UInt128.Parse(theirs, System.Globalization.NumberStyles.AllowHexSpecifier, null), StatusCodes = default(StatusCodes).With(200, 404) };
            Assert.Equal((path, CheckResult.Up()), (path, RealLoop.Run(HttpCheckTests.Define(isSecure, _patient, url), endPoint)));
        }
    }

    private static CheckerDefinition Define(TlsSettings tls, TlsIdentity? identity = null) => HttpCheckTests.Define(true, _patient, null, tls, identity);

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static string Genhash(string[] arguments)
    {
        using EventLoop loop = new();
        IScheduler scheduler = loop.ForOwner("genhash");
        using CheckSockets sockets = new(scheduler);
        using StringWriter output = new();
        using StringWriter error = new();
        scheduler.Post(async () => loop.Stop(await new GenhashCommand().RunAsync(new(arguments.ToEquatableArray(), output, error, scheduler, sockets))));
        loop.OwnerFailed += (_, _) => loop.Stop(1);
        Assert.Equal(0, loop.Run());
        Assert.Equal("", error.ToString());
        return output.ToString().Trim();
    }

    private static string Run(string program, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit(10_000);
        return output.Trim();
    }

    private ServerProgram? OpenSsl(out IPEndPoint endPoint, params string[] more)
    {
        endPoint = FreePort();
        return ServerProgram.Start("openssl", ["s_server", "-accept", $"127.0.0.1:{endPoint.Port}", "-www", "-quiet", "-cert", "server.pem", "-key", "server.pem", .. more], _folder);
    }

    private bool MakeCertificates()
    {
        if (!File.Exists("/usr/bin/openssl"))
        {
            return false;
        }

        string server = Path.Combine(_folder, "server.pem");
        Run("/usr/bin/openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=www.example.org", "-days", "1", "-keyout", server, "-out", server + ".crt"]);
        File.AppendAllText(server, File.ReadAllText(server + ".crt"));
        Run("/usr/bin/openssl", ["req", "-x509", "-newkey", "rsa:2048", "-passout", "pass:secret", "-subj", "/CN=director", "-days", "1", "-keyout", Path.Combine(_folder, "client.key"), "-out", Path.Combine(_folder, "client.pem")]);
        return true;
    }

    private void Write(string name, int length)
    {
        byte[] content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(Path.Combine(_folder, name), content);
    }
}
