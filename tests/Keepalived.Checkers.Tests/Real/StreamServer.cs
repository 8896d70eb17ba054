using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>A small TCP server on a loopback port and threads of its own; what it does with a connection is the test's business.</summary>
internal sealed class StreamServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public StreamServer(Action<Socket, NetworkStream> serve)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        new Thread(() => Accept(serve)) { IsBackground = true }.Start();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>A server that speaks TLS with a certificate that nobody should trust: expired, of another host, signed by itself.</summary>
    public static StreamServer WithTls(Action<Socket, SslStream> serve)
    {
        // Made before anybody asks: that takes longer than some time-outs.
        X509Certificate2 certificate = Certificate.Value;
        return new((socket, stream) =>
        {
            using var tls = new SslStream(stream);
            tls.AuthenticateAsServer(certificate);
            serve(socket, tls);
        });
    }

    /// <summary>A certificate that expired long ago.</summary>
    public static Lazy<X509Certificate2> Certificate { get; } = new(() => Issue("CN=another.example"));

    /// <summary>Reads a request to its end.</summary>
    public static string ReadRequest(Stream stream)
    {
        var text = new System.Text.StringBuilder();
        for (int next = stream.ReadByte(); next >= 0; next = stream.ReadByte())
        {
            text.Append((char)next);
            if (text.Length >= 4 && text.ToString(text.Length - 4, 4) == "\r\n\r\n")
            {
                break;
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static X509Certificate2 Issue(string subject)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 made = request.CreateSelfSigned(new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2002, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private void Accept(Action<Socket, NetworkStream> serve)
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                new Thread(() => Serve(socket, serve)) { IsBackground = true }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed: the test is over.
        }
    }

    private static void Serve(Socket socket, Action<Socket, NetworkStream> serve)
    {
        try
        {
            using (socket)
            {
                using var stream = new NetworkStream(socket);
                serve(socket, stream);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, as it may.
        }
    }
}
