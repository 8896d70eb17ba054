using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Keepalived.Bench.Kernel;

/// <summary>A mail server on the loopback of a namespace: takes everything at once, or accepts connections and never says a word.</summary>
internal sealed class MailSink : IDisposable
{
    private readonly Socket _listener;
    private readonly bool _answers;
    private readonly List<Socket> _open = [];
    private int _taken;

    private MailSink(Socket listener, bool answers)
    {
        _listener = listener;
        _answers = answers;
    }

    /// <summary>Mails taken so far.</summary>
    public int Taken => _taken;

    public static MailSink Start(NetworkNamespace space, int port, bool answers)
    {
        Socket listener = space.Inside(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(512);
            return socket;
        });
        var sink = new MailSink(listener, answers);
        new Thread(sink.Accept) { IsBackground = true }.Start();
        return sink;
    }

    public void Dispose()
    {
        _listener.Dispose();
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

    private void Serve(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
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
