using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Network;

/// <summary>Sends announcements through one packet socket for all interfaces.</summary>
internal sealed class KernelAnnouncementNetwork(LinuxSocket socket) : IAnnouncementNetwork
{
    /// <summary>More than 64 in one call gains nothing (measured).</summary>
    private const int BatchSize = 64;

    private readonly DatagramSender _batch = new(BatchSize, UnsolicitedNeighborAdvertisement.EthernetFrameLength);
    private Errno _errno;

    /// <exception cref="LinuxException">No packet socket.</exception>
    public KernelAnnouncementNetwork()
        // Protocol 0: the socket receives nothing.
        : this(LinuxSocket.Open(SocketFamily.Packet, SocketKind.Raw))
    {
    }

    public Span<byte> Reserve(int interfaceIndex, int length)
    {
        if (_batch.IsFull)
        {
            Send();
        }

        return _batch.Add(SocketName.ForPackets(interfaceIndex, 0, default), length);
    }

    public Errno Flush()
    {
        if (_batch.Count > 0)
        {
            Send();
        }

        Errno errno = _errno;
        _errno = Errno.None;
        return errno;
    }

    public void Dispose()
    {
        socket.Dispose();
        _batch.Dispose();
    }

    private void Send()
    {
        while (_batch.Send(socket, out _) is var errno && errno != Errno.None)
        {
            _errno = _errno == Errno.None ? errno : _errno;
            _batch.Skip();
        }
    }
}
