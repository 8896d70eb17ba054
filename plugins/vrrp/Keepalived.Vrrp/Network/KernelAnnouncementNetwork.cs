using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Network;

/// <summary>Sends announcements through one packet socket for all interfaces.</summary>
internal sealed class KernelAnnouncementNetwork : IAnnouncementNetwork
{
    /// <summary>More than 64 in one call gains nothing (measured).</summary>
    private const int BatchSize = 64;

    private readonly RawSocket _socket = RawSocket.OpenPacketSender();
    private readonly SendBatch _batch = new(BatchSize, UnsolicitedNeighborAdvertisement.EthernetFrameLength);
    private Errno _errno;

    public Span<byte> Reserve(int interfaceIndex, int length)
    {
        if (_batch.IsFull)
        {
            Send();
        }

        return _batch.Reserve(interfaceIndex, length);
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
        Errno errno = _socket.Send(_batch, out _);
        _errno = _errno == Errno.None ? errno : _errno;
    }
}
