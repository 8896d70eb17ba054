using System.Net;
using System.Net.Sockets;

namespace Keepalived.Bench.Kernel;

/// <summary>
/// Real servers to be checked by TCP: one listener of a namespace that is every address of a network. It takes a connection and closes it; who
/// connected when is for the packet ring to tell.
/// </summary>
internal sealed class CheckedServers : IDisposable
{
    private readonly Socket _listener;
    private long _last;
    private long _longestGap;

    private CheckedServers(Socket listener) => _listener = listener;

    /// <param name="space">Where they are; gets the route that makes the addresses its own.</param>
    /// <param name="port">Their port.</param>
    /// <param name="network">Their addresses.</param>
    public static CheckedServers Start(NetworkNamespace space, int port, string network = "10.78.0.0/16")
    {
        space.Ip("route", "add", "local", network, "dev", "lo");
        var servers = new CheckedServers(space.Inside(() =>
        {
            // A queue of the system's size overflows while somebody compiles.
            File.WriteAllText("/proc/sys/net/core/somaxconn", "4096");
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            socket.Listen(4096);
            return socket;
        }));
        new Thread(servers.Accept) { IsBackground = true }.Start();
        return servers;
    }

    /// <summary>The longest time without a new connection since this was asked last, up to now, in nanoseconds.</summary>
    public long TakeLongestGap()
    {
        long now = RealTime.Monotonic;
        long gap = Math.Max(Interlocked.Exchange(ref _longestGap, 0), now - Interlocked.Exchange(ref _last, now));
        return gap;
    }

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                _listener.Accept().Dispose();
                long now = RealTime.Monotonic;
                long gap = now - Interlocked.Exchange(ref _last, now);
                if (gap > Interlocked.Read(ref _longestGap))
                {
                    Interlocked.Exchange(ref _longestGap, gap);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed: the measurement is over.
        }
    }
}
