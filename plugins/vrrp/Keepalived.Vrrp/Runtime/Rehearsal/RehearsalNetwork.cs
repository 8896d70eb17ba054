using Keepalived.Linux.Sockets;
using Keepalived.Vrrp.Network;

namespace Keepalived.Vrrp.Runtime.Rehearsal;

/// <summary>
/// The real channels over sockets that cannot send: a pair of unix sockets refuses every internet or packet address with EINVAL
/// (unix(7)), so the path is gone down to the system call and back and nothing leaves.
/// </summary>
internal sealed class RehearsalNetwork : IAdvertisementNetwork, IDisposable
{
    private readonly DatagramReceiver _received = new(1, KernelAdvertisementNetwork.LongestPacket);

    public IAdvertisementChannel Open(in ChannelKey key, in ChannelOptions options)
    {
        (LinuxSocket sender, LinuxSocket receiver) = LinuxSocket.OpenPair(SocketKind.Datagram);
        return new KernelAdvertisementChannel(key, sender, receiver, _received);
    }

    /// <summary>The announcements' half of the same.</summary>
    public static IAnnouncementNetwork OpenAnnouncements()
    {
        (LinuxSocket sender, LinuxSocket other) = LinuxSocket.OpenPair(SocketKind.Datagram);
        other.Dispose();
        return new KernelAnnouncementNetwork(sender);
    }

    public void Dispose() => _received.Dispose();
}
