using System.Net;
using System.Net.Sockets;
using System.Text;
using Keepalived.Checkers.Http;
using Keepalived.Checking;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>HTTP_GET and SSL_GET against small servers that fail in every way a server can.</summary>
public sealed class HttpCheckTests
{
    private const string Good = "HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";
    private static readonly TimeSpan _patient = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _short = TimeSpan.FromSeconds(0.6);
    private static readonly TimeSpan _handshake = TimeSpan.FromSeconds(1.5);

    public static TheoryData<bool> Kinds => [false, true];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_server_that_answers_is_up_whatever_its_certificate_says(bool isSecure)
    {
        using StreamServer server = Serve(isSecure, (_, stream) => Answer(stream, Good));

        CheckResult[] results = RealLoop.RunMany(Define(isSecure, _patient, new HttpUrl { Path = "/", Digest = Md5("hello\n"), Pattern = new("^hel+o$", default, false, 0, null) }), server.EndPoint, 3);

        Assert.Equal([CheckResult.Up(), CheckResult.Up(), CheckResult.Up()], results);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_chunked_answer_in_single_octets_is_put_together(bool isSecure)
    {
        using StreamServer server = Serve(isSecure, (_, stream) =>
        {
            StreamServer.ReadRequest(stream);
            foreach (byte octet in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n3;x=y\r\nlo\n\r\n0\r\n\r\n"u8)
            {
                stream.WriteByte(octet);
            }
        });

        Assert.Equal(CheckResult.Up(), RealLoop.Run(Define(isSecure, _patient, new HttpUrl { Path = "/", Digest = Md5("hello\n") }), server.EndPoint));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_wrong_answer_says_what_is_wrong(bool isSecure)
    {
        Assert.Equal("/: status 503", Fail(isSecure, _patient, (_, stream) => Answer(stream, "HTTP/1.0 503 No\r\n\r\n")));
        Assert.Equal("/: the digest of the body differs", Fail(isSecure, _patient, (_, stream) => Answer(stream, Good.Replace("hello", "hallo", StringComparison.Ordinal)), new HttpUrl { Path = "/", Digest = Md5("hello\n") }));
        Assert.Equal("/: the body does not match the regular expression", Fail(isSecure, _patient, (_, stream) => Answer(stream, Good), new HttpUrl { Path = "/", Pattern = new("^HELLO", default, false, 0, null) }));
        Assert.Equal("/: the answer is not HTTP", Fail(isSecure, _patient, (_, stream) => Answer(stream, "220 smtp.example ready\r\n")));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Half_a_header_is_a_failure(bool isSecure) =>
        Assert.Equal("/: the connection was closed before a whole header came", Fail(isSecure, _patient, (_, stream) => Answer(stream, "HTTP/1.0 200 OK\r\nContent-Le")));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Silence_after_the_request_a_slow_drip_and_an_endless_answer_end_at_the_time_out(bool isSecure)
    {
        TimeSpan limit = isSecure ? _handshake : _short;
        Assert.Equal("receive: no answer in time", Fail(isSecure, limit, (_, stream) => stream.ReadExactly(new byte[100_000])));
        Assert.Equal("/: the header did not end in time", Fail(isSecure, limit, (socket, stream) => Drip(socket, stream, "HTTP/1.0 200 OK\r\nX: ")));
        Assert.StartsWith("/: the answer did not end in time, ", Fail(isSecure, limit, (_, stream) =>
        {
            Answer(stream, "HTTP/1.0 200 OK\r\n\r\n");
            while (true)
            {
                stream.Write(new byte[16384]);
            }
        }), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_reset_after_the_request_names_itself(bool isSecure) => Assert.Equal("receive: connection reset", Fail(isSecure, _patient, (socket, stream) =>
    {
        StreamServer.ReadRequest(stream);
        Reset(socket);
    }));

    [Fact]
    public void Failures_of_the_handshake_name_themselves()
    {
        using (var silent = new StreamServer(static (_, stream) => stream.ReadExactly(new byte[100_000])))
        {
            Assert.Equal("TLS handshake: no answer in time", RealLoop.Run(Define(true, _short), silent.EndPoint).Reason);
        }

        using (var reset = new StreamServer(static (socket, stream) =>
        {
            stream.ReadExactly(new byte[1]); // a reset before that would be one of connecting
            Reset(socket);
        }))
        {
            Assert.Equal("TLS handshake: connection reset", RealLoop.Run(Define(true, _patient), reset.EndPoint).Reason);
        }

        using (var closing = new StreamServer(static (_, stream) => stream.ReadAtLeast(new byte[4096], 1)))
        {
            Assert.Equal("TLS handshake: the connection was closed in the middle of TLS", RealLoop.Run(Define(true, _patient), closing.EndPoint).Reason);
        }

        using var plain = new StreamServer(static (_, stream) =>
        {
            stream.ReadAtLeast(new byte[4096], 1);
            stream.Write("HTTP/1.0 400 Bad Request\r\n\r\n"u8);
        });
        Assert.Equal("TLS handshake: what the server sent is not TLS", RealLoop.Run(Define(true, _patient), plain.EndPoint).Reason);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_port_without_anybody_refuses(bool isSecure)
    {
        IPEndPoint nobody;
        using (var server = new StreamServer(static (_, _) => { }))
        {
            nobody = server.EndPoint;
        }

        Assert.Equal("connect: connection refused", RealLoop.Run(Define(isSecure, _patient), nobody).Reason);
    }

    internal static CheckerDefinition Define(bool isSecure, TimeSpan timeout, HttpUrl? url = null, TlsSettings? tls = null, TlsIdentity? identity = null)
    {
        var options = new CheckOptions { ConnectTimeout = timeout };
        EquatableArray<HttpUrl> urls = new[] { url ?? new HttpUrl { Path = "/" } }.ToEquatableArray();
        return isSecure
            ? new SslCheckDefinition(options, urls, HttpProtocol.Http11, null, false, tls ?? TlsSettings.None, new SharedIdentity { Identity = identity ?? TlsIdentity.None })
            : new HttpCheckDefinition(options, urls, HttpProtocol.Http11, null, false);
    }

    internal static UInt128 Md5(string text) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(System.Security.Cryptography.MD5.HashData(Encoding.Latin1.GetBytes(text)));

    private static string? Fail(bool isSecure, TimeSpan timeout, Action<Socket, Stream> serve, HttpUrl? url = null)
    {
        using StreamServer server = Serve(isSecure, serve);
        CheckResult result = RealLoop.Run(Define(isSecure, timeout, url), server.EndPoint);
        Assert.False(result.IsUp);
        return result.Reason;
    }

    private static StreamServer Serve(bool isSecure, Action<Socket, Stream> serve) =>
        isSecure ? StreamServer.WithTls((socket, stream) => serve(socket, stream)) : new((socket, stream) => serve(socket, stream));

    private static void Answer(Stream stream, string text)
    {
        StreamServer.ReadRequest(stream);
        stream.Write(Encoding.Latin1.GetBytes(text));
    }

    private static void Drip(Socket socket, Stream stream, string beginning)
    {
        Answer(stream, beginning);
        while (true)
        {
            stream.WriteByte((byte)'x');
            socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectError);
        }
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }
}
