using Keepalived.Lab;
using static Keepalived.Kernel.Tests.Ipvs.Failures.BrokenPeers;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>What can befall the checks that speak over TCP.</summary>
internal static class StreamFailures
{
    private const string Page = "url {\n path /\n }";
    private const string Digested = "url {\n path /\n digest DIGEST\n }";
    private const string Header = "HTTP/1.0 200 OK\r\nContent-Length: 100000\r\n\r\n";
    private const string EachRead = "begins its time-out anew with each read";
    private static readonly byte[] s_drop = "x"u8.ToArray();
    private static readonly byte[] s_flood = [.. Enumerable.Repeat((byte)'x', 8192)];

    public static IEnumerable<FailureRow> All() => [.. Tcp(), .. Http(), .. Tls(), .. Smtp()];

    private static IEnumerable<FailureRow> Tcp() =>
    [
        new("TCP_CHECK", "refused: the server stopped", new Fault.Killed("nginx-2"), "connect: connection refused") { Port = 8080 },
        new("TCP_CHECK", "the same with inhibit_on_failure", new Fault.Killed("nginx-2"), "connect: connection refused") { Port = 8080, Inhibits = true },
        new("TCP_CHECK", "black hole", new Fault.BlackHole(), "connect: no answer in time"),
        new("TCP_CHECK", "listens and does not accept", new Fault.FullQueue(), "connect: no answer in time"),
        new("TCP_CHECK", "no route", new Fault.NoRoute(), "connect: unreachable, No route to host"),
        new("TCP_CHECK", "ICMP host unreachable", new Fault.RouterRefuses(), "connect: unreachable, No route to host"),
    ];

    private static IEnumerable<FailureRow> Http() =>
    [
        Get("refused: the server stopped", new Fault.Killed("nginx-2"), "connect: connection refused") with { Port = 8080 },
        Get("black hole", new Fault.BlackHole(), "connect: no answer in time"),
        Get("ICMP host unreachable", new Fault.RouterRefuses(), "connect: unreachable, No route to host"),
        Get("silence after the request", new Fault.Peer(static (_, stream) => Hold(stream)), "receive: no answer in time"),
        Get("reset after the request", ResetAfter(""), "receive: connection reset"),
        Get("reset in the header", ResetAfter("HTTP/1.0 200 OK\r\nServer"), "receive the header: connection reset"),
        Get("reset in the body", ResetAfter(Header), "receive the body: connection reset"),
        Get("closed without an answer (nginx 444)", new Fault.Nginx("return 444;"), "/: the connection was closed without an answer"),
        Get("half a header", CloseAfter("HTTP/1.0 200 OK\r\nServer"), "/: the connection was closed before a whole header came"),
        Get("half a body, with a digest", CloseAfter(Header + "half"), "/: the digest of the body differs, of which 99996 octets did not come", Digested),
        Get("half a body, with a status only", CloseAfter(Header + "half"), null),
        Get("slow drip in the header", Drip("HTTP/1.0 200 OK\r\nX: "), "/: the header did not end in time") with { WhyCDiffers = EachRead, IsOpenWithC = true },
        Get("slow drip in the body", Drip(Header), "/: the answer did not end in time, [0-9]{1,3} octets of its body came") with { WhyCDiffers = EachRead, IsOpenWithC = true },
        Get("endless body", Flood("HTTP/1.0 200 OK\r\n\r\n"), "/: the answer did not end in time, [0-9]{5,} octets of its body came") with { WhyCDiffers = EachRead, IsOpenWithC = true },
        Get("endless header", Flood("HTTP/1.0 200 OK\r\nX: "), "/: the header of the answer is too long"),
        Get("not HTTP", CloseAfter("SSH-2.0-OpenSSH_9.2\r\n"), "/: the answer is not HTTP"),
        Get("Content-Length is no number", CloseAfter("HTTP/1.0 200 OK\r\nContent-Length: many\r\n\r\nx"), "/: the answer's Content-Length is no number") with { WhyCDiffers = "takes what it can read of it" },
        Get("malformed chunks", CloseAfter("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "/: the answer's chunks are malformed") with { WhyCDiffers = "does not decode chunks" },
        Get("status 503", new Fault.Nginx("return 503;"), "/: status 503"),
        Get("status 302", new Fault.Nginx("return 302 /elsewhere;"), "/: status 302"),
        Get("another page, digest", new Fault.Nginx("return 200 other;"), "/: the digest of the body differs", Digested),
        Get("another page, regex", new Fault.Nginx("return 200 other;"), "/: the body does not match the regular expression", "url {\n path /\n regex \"healthy\"\n }"),
        Get("a page that must not be, regex_no_match", new Fault.Nginx("return 200 error;"), "/: the body matches the regular expression", "url {\n path /\n regex \"error\"\n regex_no_match\n }"),
        Get("wrong host", new Fault.Nginx("if ($http_host = www.example.org) { return 404; }"), "/: status 404", $"virtualhost www.example.org\n {Page}"),
        Get("speaks TLS", new Fault.Nginx("ssl"), "/: status 400"),
    ];

    private static IEnumerable<FailureRow> Tls() =>
    [
        Secure("refused: the server stopped", new Fault.Killed("nginx-2"), "connect: connection refused") with { Port = 8443 },
        Secure("black hole", new Fault.BlackHole(), "connect: no answer in time"),
        Secure("silence in the handshake", new Fault.Peer(static (_, stream) => Hold(stream)), "TLS handshake: no answer in time"),
        Secure("reset in the handshake", ResetAfter(""), "TLS handshake: connection reset"),
        Secure("closed in the handshake", CloseAfter(""), "TLS handshake: the connection was closed in the middle of TLS"),
        Secure("slow drip in the handshake", Drip("\u0016\u0003\u0003\u0002\u0000"), "TLS handshake: no answer in time") with { WhyCDiffers = EachRead, IsOpenWithC = true },
        Secure("does not speak TLS", CloseAfter("HTTP/1.0 400 Bad Request\r\n\r\n"), "TLS handshake: what the server sent is not TLS"),
        Secure("alert 40", CloseAfter("\u0015\u0003\u0003\u0000\u0002\u0002\u0028"), @"TLS handshake: the server ended it with alert 40 \(handshake_failure\)"),
        Secure("alert 70", CloseAfter("\u0015\u0003\u0003\u0000\u0002\u0002\u0046"), @"TLS handshake: the server ended it with alert 70 \(protocol_version\)"),
        Secure("wrong host: the name of SNI is refused", new Fault.Nginx("ssl reject"), @"TLS handshake: the server ended it with alert 112 \(unrecognized_name\)", $"enable_sni\n virtualhost www.example.org\n {Page}"),
        Secure("wrong host: another page for the name", new Fault.Nginx("ssl if ($ssl_server_name = www.example.org) { return 421; }"), "/: status 421", $"enable_sni\n virtualhost www.example.org\n {Page}"),
        Secure("our certificate is of an authority unknown there", new Fault.Program(static (lab, address) => lab.OpenSsl(address)), @"receive: the server ended it with alert 48 \(unknown_ca\)"),
        Secure("our certificate is not accepted (nginx)", new Fault.Nginx("ssl verify"), "/: status 400"),
        Secure("certificate expired", new Fault.Nginx("ssl expired"), null),
        Secure("certificate of another host, of nobody known", new Fault.Nginx("ssl other"), null),
        Secure("status 503", new Fault.Nginx("ssl return 503;"), "/: status 503"),
        Secure("another page, digest", new Fault.Nginx("ssl return 200 other;"), "/: the digest of the body differs", Digested),
        Secure("silence after the request", Within(static async (_, stream) => await Hold(stream)), "receive: no answer in time"),
        Secure("half a header", Within(CloseAfter("HTTP/1.0 200 OK\r\nServer").Serve), "/: the connection was closed before a whole header came"),
        Secure("endless body", Within(Flood("HTTP/1.0 200 OK\r\n\r\n").Serve), "/: the answer did not end in time, [0-9]{5,} octets of its body came") with { WhyCDiffers = EachRead, IsOpenWithC = true },
        Secure("reset in the body", Within(ResetAfter(Header).Serve), "receive the body: connection reset") with { WhyCDiffers = "takes it for the end of the answer" },
    ];

    private static IEnumerable<FailureRow> Smtp() =>
    [
        Mail("refused: the server stopped", new Fault.Killed("smtp-2"), "connect: connection refused") with { Port = 2525 },
        Mail("black hole", new Fault.BlackHole(), "connect: no answer in time"),
        Mail("silence instead of a greeting", new Fault.Peer(static (_, stream) => Hold(stream)), "greeting: no answer in time"),
        Mail("reset instead of a greeting", Dialogue(reset: true), "greeting: connection reset"),
        Mail("closed without a greeting", Dialogue(), "greeting: connection closed"),
        Mail("greeting 554", Dialogue("554 no service here\r\n"), "greeting: expected 220, got '554 no service here'"),
        Mail("greeting 421", Dialogue("421 too busy\r\n"), "greeting: expected 220, got '421 too busy'"),
        Mail("greeting of several lines", Dialogue("220-mail\r\n220 mail\r\n"), "greeting: expected 220, got '220-mail'"),
        Mail("half a greeting, then closed", Dialogue("220 ma"), "greeting: within the reply '220 ma': connection closed"),
        Mail("half a greeting, then silence", Dialogue(true, false, "220 ma"), "greeting: within the reply '220 ma': no answer in time"),
        Mail("slow drip", new Fault.Peer(static (_, stream) => Repeat(stream, s_drop, 300)), "greeting: within the reply 'x+': no answer in time") with { WhyCDiffers = EachRead, IsOpenWithC = true },
        Mail("endless line", new Fault.Peer(static (_, stream) => Repeat(stream, s_flood, 500)), "greeting: the reply is longer than 1024 octets") with { WhyCDiffers = EachRead, IsOpenWithC = true },
        Mail("not SMTP", Dialogue("SSH-2.0-OpenSSH_9.2\r\n"), "greeting: expected 220, got 'SSH-2.0-OpenSSH_9.2'"),
        Mail("HELO refused", Dialogue("220 mail\r\n", "501 who?\r\n"), @"HELO: expected 250, got '501 who\?'"),
        Mail("HELO not answered", Dialogue(true, false, "220 mail\r\n"), "HELO: no answer in time"),
        Mail("closed after HELO", Dialogue("220 mail\r\n", ""), "HELO: connection closed"),
        Mail("QUIT refused", Dialogue("220 mail\r\n", "250 mail\r\n", "500 what?\r\n"), @"QUIT: expected 221, got '500 what\?'") with { WhyCDiffers = "takes any reply to QUIT" },
        Mail("closed after QUIT", Dialogue("220 mail\r\n", "250 mail\r\n", ""), "QUIT: connection closed"),
    ];

    private static FailureRow Get(string failure, Fault fault, string? cause, string options = Page) => new("HTTP_GET", failure, fault, cause) { Options = options };

    private static FailureRow Secure(string failure, Fault fault, string? cause, string options = Page) => new("SSL_GET", failure, fault, cause) { Options = options, Port = 443 };

    private static FailureRow Mail(string failure, Fault fault, string? cause) => new("SMTP_CHECK", failure, fault, cause) { Port = 25 };

    private static Fault.Peer Within(Func<System.Net.Sockets.Socket, Stream, Task> serve) => new(serve) { UsesTls = true };

    private static Fault.Peer CloseAfter(string text) => new(async (_, stream) =>
    {
        await Ask(stream);
        await Say(stream, text);
    });

    private static Fault.Peer ResetAfter(string text) => new(async (socket, stream) =>
    {
        await Ask(stream);
        await Say(stream, text);
        // What was said must have been read before: a reset overtakes it.
        await Task.Delay(600);
        Reset(socket);
    });

    private static Fault.Peer Drip(string text) => new(async (_, stream) =>
    {
        await Ask(stream);
        await Say(stream, text);
        await Repeat(stream, s_drop, 200);
    });

    private static Fault.Peer Flood(string text) => new(async (_, stream) =>
    {
        await Ask(stream);
        await Say(stream, text);
        await Repeat(stream, s_flood, 100);
    });

    private static Fault.Peer Dialogue(params string[] replies) => Dialogue(false, false, replies);

    private static Fault.Peer Dialogue(bool hold = false, bool reset = false, params string[] replies) => new(async (socket, stream) =>
    {
        for (int i = 0; i < replies.Length; i++)
        {
            if (i > 0)
            {
                await Ask(stream);
            }

            await Say(stream, replies[i]);
        }

        if (hold)
        {
            await Hold(stream);
        }
        else if (reset)
        {
            await Task.Delay(1000); // else it may be one of connecting
            Reset(socket);
        }
    });
}
