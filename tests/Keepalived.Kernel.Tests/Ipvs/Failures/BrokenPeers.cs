using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Keepalived.Lab;

namespace Keepalived.Kernel.Tests.Ipvs.Failures;

/// <summary>Servers that do what no real server does. Their sockets live in a host's namespace, they themselves in this process.</summary>
internal sealed class BrokenPeers(Host host) : IAsyncDisposable
{
    private static readonly byte[] s_request = new byte[4096];
    private readonly List<Socket> _sockets = [];

    /// <summary>Listens; each connection is given to <paramref name="serve"/> and closed when that ends.</summary>
    public void Listen(string address, int port, Func<Socket, Stream, Task> serve, SslServerAuthenticationOptions? identity = null)
    {
        Socket listener = Open(SocketType.Stream, address, port);
        listener.Listen(64);
        _ = AcceptAll(listener, serve, identity);
    }

    /// <summary>Listens with a queue that is full already.</summary>
    public void ListenInVain(string address, int port)
    {
        Open(SocketType.Stream, address, port).Listen(0);
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);
        host.Enter(
            () =>
            {
                for (int i = 0; i < 4; i++)
                {
                    var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
                    _sockets.Add(socket);
                    try
                    {
                        socket.Connect(endPoint);
                    }
                    catch (SocketException)
                    {
                        // Under way, or waiting for ever: it fills the queue.
                    }
                }
            },
            "fills a queue").Join();
    }

    /// <summary>Answers datagrams.</summary>
    public void Answer(string address, int port, Func<byte[], byte[]?> answer) => _ = AnswerAll(Open(SocketType.Dgram, address, port), answer);

    public ValueTask DisposeAsync()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads what the client asks, which comes in one piece.</summary>
    public static async Task Ask(Stream stream) => _ = await stream.ReadAsync(s_request);

    public static Task Say(Stream stream, string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    /// <summary>Reads until the client goes away.</summary>
    public static async Task Hold(Stream stream)
    {
        while (await stream.ReadAsync(s_request) > 0)
        {
        }
    }

    /// <summary>Sends one piece after the other without end.</summary>
    public static async Task Repeat(Stream stream, byte[] piece, int milliseconds)
    {
        while (true)
        {
            await stream.WriteAsync(piece);
            await stream.FlushAsync();
            await Task.Delay(milliseconds);
        }
    }

    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private static async Task AcceptAll(Socket listener, Func<Socket, Stream, Task> serve, SslServerAuthenticationOptions? identity)
    {
        try
        {
            while (true)
            {
                _ = ServeOne(await listener.AcceptAsync(), serve, identity);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed: the test is over.
        }
    }

    private static async Task ServeOne(Socket socket, Func<Socket, Stream, Task> serve, SslServerAuthenticationOptions? identity)
    {
        try
        {
            using (socket)
            {
                await using var stream = new NetworkStream(socket);
                if (identity is null)
                {
                    await serve(socket, stream);
                    return;
                }

                await using var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(identity);
                await serve(socket, tls);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            // The client went away, as it may.
        }
    }

    private static async Task AnswerAll(Socket socket, Func<byte[], byte[]?> answer)
    {
        byte[] buffer = new byte[2048];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0));
                if (answer(buffer[..received.ReceivedBytes]) is { } reply)
                {
                    await socket.SendToAsync(reply, SocketFlags.None, received.RemoteEndPoint);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed: the test is over.
        }
    }

    private Socket Open(SocketType type, string address, int port)
    {
        Socket? socket = null;
        Exception? trouble = null;
        host.Enter(
            () =>
            {
                try
                {
                    socket = new Socket(AddressFamily.InterNetwork, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
                    socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
                }
                catch (SocketException exception)
                {
                    trouble = exception;
                }
            },
            "opens a socket").Join();
        if (trouble is not null)
        {
            throw new InvalidOperationException($"Cannot listen at {address}:{port}: {trouble.Message}");
        }

        _sockets.Add(socket!);
        return socket!;
    }
}
