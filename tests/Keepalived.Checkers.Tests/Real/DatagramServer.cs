using System.Net;
using System.Net.Sockets;

namespace Keepalived.Checkers.Tests.Real;

/// <summary>A small UDP server on a loopback address and a thread of its own; what it answers is the test's business.</summary>
internal sealed class DatagramServer : IDisposable
{
    private readonly Socket _socket;
    private readonly Thread _thread;

    /// <summary>Starts it.</summary>
    /// <param name="address">A loopback address.</param>
    /// <param name="answer">The answers to a datagram.</param>
    public DatagramServer(IPAddress address, Func<byte[], IEnumerable<byte[]>> answer)
    {
        _socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(address, 0));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _thread = new(() => Serve(answer)) { IsBackground = true };
        _thread.Start();
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>A port of the loopback address that nobody listens at.</summary>
    public static IPEndPoint Nobody(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join(TimeSpan.FromSeconds(5));
    }

    private void Serve(Func<byte[], IEnumerable<byte[]>> answer)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (true)
            {
                EndPoint from = EndPoint;
                int count = _socket.ReceiveFrom(buffer, ref from);
                foreach (byte[] reply in answer(buffer[..count]))
                {
                    _socket.SendTo(reply, from);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed: the test is over.
        }
    }
}
