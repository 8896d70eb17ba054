using System.Net;
using Keepalived.Linux.Sockets;

namespace Keepalived.Linux.Tests.Sockets;

public sealed class PacketSocketTests
{
    private const ushort Experimental = 0x88B5; // IEEE 802 local experimental EtherType

    [Fact]
    public void A_frame_sent_on_an_interface_arrives_there()
    {
        using var space = new TestNamespace();
        byte[] received = space.Enter(() =>
        {
            using LinuxSocket receiver = LinuxSocket.Open(SocketFamily.Packet, SocketKind.Raw, Experimental);
            receiver.Bind(SocketName.ForPackets(1, Experimental, []));
            using LinuxSocket sender = LinuxSocket.Open(SocketFamily.Packet, SocketKind.Raw);
            byte[] frame = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0xB5, 1, 2, 3];
            Assert.Equal(Errno.None, sender.SendTo(frame, SocketName.ForPackets(1, Experimental, frame.AsSpan(0, 6))));
            byte[] buffer = new byte[64];
            Assert.Equal(Errno.None, receiver.ReceiveFrom(buffer, out int count, out SocketName source));
            Assert.Equal((SocketFamily.Packet, 1), (source.Family, source.InterfaceIndex));
            return buffer[..count];
        });

        Assert.Equal([1, 2, 3], received[14..]);
    }

    [Fact]
    public void A_raw_IPv6_socket_has_its_checksum_written_and_verified_by_the_kernel()
    {
        using var space = new TestNamespace();
        space.Enter(() =>
        {
            using LinuxSocket receiver = LinuxSocket.Open(SocketFamily.Internet6, SocketKind.Raw, 112);
            using LinuxSocket sender = LinuxSocket.Open(SocketFamily.Internet6, SocketKind.Raw, 112);
            sender.SetChecksumOffset(6);
            sender.SetHopLimit(SocketFamily.Internet6, 255);
            receiver.SetReceiveHopLimit(SocketFamily.Internet6, true);
            using var batch = new DatagramReceiver(2, 64);

            Assert.Equal(Errno.None, sender.SendTo(new byte[8], SocketName.FromAddress(IPAddress.IPv6Loopback, 0)));
            Assert.Equal(Errno.None, batch.Receive(receiver));

            Assert.Equal(255, batch.HopLimit(0));
            Assert.NotEqual([0, 0], batch.Payload(0)[6..8].ToArray());
        });
    }
}
