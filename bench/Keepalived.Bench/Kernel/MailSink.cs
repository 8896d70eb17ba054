using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Keepalived.Bench.Kernel;

/// <summary>A mail server on the loopback of a namespace: takes everything at once, with TLS from the first octet if wanted, or accepts connections and
/// never says a word.</summary>
internal sealed class MailSink : IDisposable
{
    private readonly Socket _listener;
    private readonly bool _answers;
    private readonly X509Certificate2? _certificate;
    private readonly List<Socket> _open = [];
    private int _taken;

    private MailSink(Socket listener, bool answers, X509Certificate2? certificate)
    {
        _listener = listener;
        _answers = answers;
        _certificate = certificate;
    }

    /// <summary>Mails taken so far.</summary>
    public int Taken => _taken;

    public static MailSink Start(NetworkNamespace space, int port, bool answers, bool secure = false)
    {
        Socket listener = space.Inside(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(512);
            return socket;
        });
        var sink = new MailSink(listener, answers, secure ? Certificate() : null);
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

                if (_answers)
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

                isData = line.StartsWith("DATA", StringComparison.Ordinal);
                Say(isData ? "354 go" : line.StartsWith("QUIT", StringComparison.Ordinal) ? "221 bye" : "250 ok");
            }
        }
        catch (IOException)
        {
            // The daemon was ended in the middle.
        }
    }
}
