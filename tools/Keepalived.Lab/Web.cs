using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Keepalived.Lab;

/// <summary>A small HTTP server in a host's namespace: answers every request with its name. One thread, one connection at a time.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _listening = new();
    private volatile bool _stopping;
    private volatile bool _failing;
    private int _requests;

    private WebServer(Host host, string address, int port, string name)
    {
        _thread = host.Enter(() => Serve(address, port, name), $"web server {name}");
        if (!_listening.Wait(10_000))
        {
            throw new TimeoutException($"The web server {name} did not start");
        }
    }

    /// <summary>Requests answered so far (connections without a request are not counted).</summary>
    public int Requests => _requests;

    /// <summary>Makes it answer 503 instead of 200.</summary>
    public bool Failing
    {
        get => _failing;
        set => _failing = value;
    }

    public static WebServer Start(Host host, string address, int port, string name) => host.Lan.Own(new WebServer(host, address, port, name));

    /// <summary>Closes the listening socket: new connections are refused from now on.</summary>
    public ValueTask DisposeAsync()
    {
        _stopping = true;
        _thread.Join(5000);
        return ValueTask.CompletedTask;
    }

    private void Serve(string address, int port, string name)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        using var listener = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(endPoint);
        listener.Listen(128);
        _listening.Set();
        var buffer = new byte[2048];
        while (!_stopping)
        {
            if (!listener.Poll(50_000, SelectMode.SelectRead))
            {
                continue;
            }

            try
            {
                using var connection = listener.Accept();
                connection.ReceiveTimeout = 300;
                if (connection.Receive(buffer) > 0)
                {
                    Interlocked.Increment(ref _requests);
                    var status = _failing ? "503 Service Unavailable" : "200 OK";
                    connection.Send(Encoding.ASCII.GetBytes($"HTTP/1.0 {status}\r\nContent-Length: {name.Length}\r\nConnection: close\r\n\r\n{name}"));
                    connection.Shutdown(SocketShutdown.Send);
                }
            }
            catch (SocketException)
            {
                // The other side went away; the next one is served.
            }
        }
    }
}

/// <summary>One HTTP request from inside a namespace. To be called on a thread that lives there (<see cref="Host.Enter"/>).</summary>
internal static class WebClient
{
    /// <summary>The body of the answer; null when there was none within <paramref name="limit"/>.</summary>
    public static string? Fetch(string address, int port, TimeSpan limit)
    {
        try
        {
            var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            try
            {
                socket.Connect(endPoint);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                if (!socket.Poll(limit, SelectMode.SelectWrite))
                {
                    return null;
                }
            }

            socket.Blocking = true;
            socket.ReceiveTimeout = socket.SendTimeout = (int)limit.TotalMilliseconds;
            socket.Send("GET / HTTP/1.0\r\n\r\n"u8);
            var buffer = new byte[2048];
            var length = 0;
            while (length < buffer.Length && socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None) is var read and > 0)
            {
                length += read;
            }

            var text = Encoding.ASCII.GetString(buffer, 0, length);
            return text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and >= 0 ? text[(end + 4)..] : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>The same, from <paramref name="host"/>, on a thread made for it.</summary>
    public static string? Fetch(Host host, string address, int port, TimeSpan limit)
    {
        string? body = null;
        host.Enter(() => body = Fetch(address, port, limit), "web client").Join();
        return body;
    }
}
