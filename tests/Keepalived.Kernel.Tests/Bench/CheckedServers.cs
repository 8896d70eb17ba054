using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Bench;

/// <summary>
/// One listener that is every real server of 10.78.0.0/16: it takes each connection, answers HTTP where asked to, and notes when which server was
/// probed. One thread; what it costs is the same for whoever probes.
/// </summary>
internal sealed class CheckedServers : IDisposable
{
    private static readonly byte[] s_answer = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray();
    private readonly Dictionary<IPAddress, long> _last = [];
    private readonly List<double> _intervals = [];
    private readonly Socket _listener;
    private readonly Lock _lock = new();
    private readonly bool _answersHttp;
    private bool _isCounting;
    private int _probes;

    public CheckedServers(Host host, int port, bool answersHttp)
    {
        _answersHttp = answersHttp;
        Socket? made = null;
        host.Enter(() =>
        {
            made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            made.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            made.Bind(new IPEndPoint(IPAddress.Any, port));
            made.Listen(4096);
        }, "listener").Join();
        _listener = made!;
        _ = host.Enter(Serve, "real servers");
    }

    /// <summary>Begins to count, and gives what was counted when it is called again.</summary>
    /// <returns>Probes and the intervals between two probes of one server, in seconds.</returns>
    public (int Probes, List<double> Intervals) Count(bool begin)
    {
        lock (_lock)
        {
            (int, List<double>) counted = (_probes, [.. _intervals]);
            _probes = 0;
            _intervals.Clear();
            _last.Clear();
            _isCounting = begin;
            return counted;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        byte[] request = new byte[2048];
        try
        {
            while (true)
            {
                using Socket connection = _listener.Accept();
                Note(((IPEndPoint)connection.LocalEndPoint!).Address);
                if (_answersHttp)
                {
                    Answer(connection, request);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed: the run is over.
        }
    }

    private static void Answer(Socket connection, byte[] request)
    {
        try
        {
            connection.ReceiveTimeout = 200;
            connection.Receive(request);
            connection.Send(s_answer);
            connection.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The checker has gone.
        }
    }

    private void Note(IPAddress server)
    {
        long now = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            if (!_isCounting)
            {
                return;
            }

            _probes++;
            if (_last.TryGetValue(server, out long last))
            {
                _intervals.Add(Stopwatch.GetElapsedTime(last, now).TotalSeconds);
            }

            _last[server] = now;
        }
    }
}
