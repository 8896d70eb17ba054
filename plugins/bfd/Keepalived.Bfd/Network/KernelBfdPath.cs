using System.Net;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;

namespace Keepalived.Bfd.Network;

/// <summary>
/// A session's own socket. Not connected: an ICMP error about one packet must not cost the next one, and a source that the kernel chooses follows the
/// routes.
/// </summary>
internal sealed class KernelBfdPath : IBfdPath
{
    private const int LowestPort = 49152;
    private const int Ports = 65536 - LowestPort;
    private const int MostTries = 32;
    private const int NetworkControl = 0xC0; // class selector 6: what routers say to each other goes first

    private readonly LinuxSocket _socket;
    private readonly SocketName _neighbor;
    private readonly EchoPath? _echo;

    private KernelBfdPath(LinuxSocket socket, SocketName neighbor, int port, EchoPath? echo)
    {
        _socket = socket;
        _neighbor = neighbor;
        SourcePort = port;
        _echo = echo;
    }

    /// <inheritdoc/>
    public int SourcePort { get; }

    /// <summary>Opens the socket.</summary>
    /// <exception cref="LinuxException">The source address is not there, or the kernel does not have the family.</exception>
    public static KernelBfdPath Open(BfdSessionSettings settings, int neighborPort, Random random, EchoPath? echo)
    {
        SocketFamily family = FamilyOf(settings.Neighbor);
        LinuxSocket socket = LinuxSocket.Open(family, SocketKind.Datagram);
        try
        {
            socket.SetHopLimit(family, settings.TimeToLive);
            socket.SetTrafficClass(family, NetworkControl);
            socket.SetPriority(6);
            socket.DropAllReceived();
            int port = Bind(socket, settings, random);
            return new(socket, SocketName.FromAddress(settings.Neighbor, neighborPort), port, echo);
        }
        catch (LinuxException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The family of an address.</summary>
    public static SocketFamily FamilyOf(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? SocketFamily.Internet6 : SocketFamily.Internet;

    /// <inheritdoc/>
    public Errno Send(ReadOnlySpan<byte> packet) => _socket.SendTo(packet, _neighbor);

    /// <inheritdoc/>
    public Errno SendEcho(ReadOnlySpan<byte> packet) => _echo?.Send(packet) ?? Errno.ENOTCONN;

    /// <inheritdoc/>
    public void ForgetEcho() => _echo?.Forget();

    public void Dispose() => _socket.Dispose();

    // A random port of the range; one that is in use is not an answer yet (RFC 5881 section 4).
    private static int Bind(LinuxSocket socket, BfdSessionSettings settings, Random random)
    {
        IPAddress source = settings.Source
            ?? (FamilyOf(settings.Neighbor) == SocketFamily.Internet6 ? IPAddress.IPv6Any : IPAddress.Any);
        Errno error = Errno.None;
        for (int i = 0; i < MostTries; i++)
        {
            int port = LowestPort + random.Next(Ports);
            error = LinuxSocket.TryBind(socket.Descriptor, SocketName.FromAddress(source, port));
            if (error == Errno.None)
            {
                return port;
            }

            if (error != Errno.EADDRINUSE)
            {
                break;
            }
        }

        throw new LinuxException($"bind a socket to {source}", error);
    }
}
