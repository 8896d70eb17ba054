using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Network;

/// <summary>Sends announcements through one packet socket for all interfaces.</summary>
internal sealed class KernelAnnouncementNetwork : IAnnouncementNetwork
{
    /// <summary>More than 64 in one call gains nothing (measured).</summary>
    private const int BatchSize = 64;

    // Protocol 0: the socket receives nothing.
    private readonly LinuxSocket _socket = LinuxSocket.Open(SocketFamily.Packet, SocketKind.Raw);
    private readonly DatagramSender _batch = new(BatchSize, UnsolicitedNeighborAdvertisement.EthernetFrameLength);
    private Errno _errno;

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
        _socket.Dispose();
        _batch.Dispose();
    }

    private void Send()
    {
        while (_batch.Send(_socket, out _) is var errno && errno != Errno.None)
        {
            _errno = _errno == Errno.None ? errno : _errno;
            _batch.Skip();
        }
    }
}
