using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Keepalived.Bench.Kernel;

/// <summary>How a mail server behaves.</summary>
internal enum SinkManner
{
    /// <summary>Takes everything at once.</summary>
    Taking,

    /// <summary>Refuses every recipient for good.</summary>
    Refusing,

    /// <summary>Accepts connections and never says a word.</summary>
    Silent,
}

/// <summary>A mail server on the loopback of a namespace, with TLS from the first octet if wanted.</summary>
internal sealed class MailSink : IDisposable
{
    private readonly Socket _listener;
    private readonly SinkManner _manner;
    private readonly X509Certificate2? _certificate;
    private readonly List<Socket> _open = [];
    private int _taken;

    private MailSink(Socket listener, SinkManner manner, X509Certificate2? certificate)
    {
        _listener = listener;
        _manner = manner;
        _certificate = certificate;
    }

    /// <summary>Mails taken so far.</summary>
    public int Taken => _taken;

    public static MailSink Start(NetworkNamespace space, int port, SinkManner manner = SinkManner.Taking, bool secure = false)
    {
        Socket listener = space.Inside(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(512);
            return socket;
        });
        var sink = new MailSink(listener, manner, secure ? Certificate() : null);
        new Thread(sink.Accept) { IsBackground = true }.Start();
        return sink;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _certificate?.Dispose();
        lock (_open)
        {
            _open.ForEach(socket => socket.Dispose());
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                lock (_open)
                {
                    _open.Add(socket);
                }

                if (_manner != SinkManner.Silent)
                {
                    new Thread(() => Serve(socket)) { IsBackground = true }.Start();
                }
            }
        }
        catch (SocketException)
        {
            // Disposed: the measurement is over.
        }
        catch (ObjectDisposedException)
        {
            // The same.
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = new CertificateRequest("CN=sink", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private Stream Secured(NetworkStream stream)
    {
        if (_certificate is null)
        {
            return stream;
        }

        var secure = new SslStream(stream);
        secure.AuthenticateAsServer(_certificate);
        return secure;
    }

    private void Serve(Socket socket)
    {
        try
        {
            using Stream stream = Secured(new NetworkStream(socket, ownsSocket: true));
            using var reader = new StreamReader(stream, Encoding.ASCII);
            void Say(string text) => stream.Write(Encoding.ASCII.GetBytes(text + "\r\n"));
            Say("220 sink");
            bool isData = false;
            while (reader.ReadLine() is { } line)
            {
                if (isData)
                {
                    isData = line != ".";
                    if (!isData)
                    {
                        Interlocked.Increment(ref _taken);
                        Say("250 taken");
                    }

                    continue;
                }

                isData = _manner == SinkManner.Taking && line.StartsWith("DATA", StringComparison.Ordinal);
                Say(line switch
                {
                    _ when isData => "354 go",
                    _ when line.StartsWith("QUIT", StringComparison.Ordinal) => "221 bye",
                    _ when _manner == SinkManner.Refusing && line.StartsWith("RCPT", StringComparison.Ordinal) => "550 nobody of that name",
                    _ => "250 ok",
                });
            }
        }
        catch (IOException)
        {
            // The daemon was ended in the middle.
        }
    }
}
