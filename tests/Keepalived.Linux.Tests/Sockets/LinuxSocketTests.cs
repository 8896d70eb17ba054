using System.Net;
using Keepalived.Linux.Sockets;

namespace Keepalived.Linux.Tests.Sockets;

public sealed class LinuxSocketTests
{
    [Theory]
    [InlineData("192.0.2.1", 80)]
    [InlineData("2001:db8::1", 65535)]
    [InlineData("fe80::1%7", 0)]
    public void An_end_point_survives_the_kernels_layout(string address, int port)
    {
        var endPoint = new IPEndPoint(IPAddress.Parse(address), port);

        Assert.Equal(endPoint, SocketName.FromEndPoint(endPoint).ToEndPoint());
    }

    [Fact]
    public void A_packet_address_has_interface_and_hardware_address()
    {
        SocketName name = SocketName.ForPackets(3, 0x0806, [0x01, 0, 0x5e, 0, 0, 18]);

        Assert.Equal((SocketFamily.Packet, 3), (name.Family, name.InterfaceIndex));
        Assert.Equal([0x01, 0, 0x5e, 0, 0, 18], name.AddressBytes.ToArray());
    }

    [Fact]
    public void Nothing_to_receive_is_EAGAIN_and_never_waits()
    {
        using LinuxSocket socket = OpenUdp("127.0.0.1");

        Assert.Equal(Errno.EAGAIN, socket.Receive(new byte[10], out _));
    }

    [Fact]
    public void A_batch_tells_source_hop_limit_destination_and_interface_of_each_IPv4_datagram() =>
        SendAndReceive(SocketFamily.Internet, "127.0.0.1");

    [Fact]
    public void A_batch_tells_source_hop_limit_destination_and_interface_of_each_IPv6_datagram() =>
        SendAndReceive(SocketFamily.Internet6, "::1");

    [Fact]
    public void A_datagram_longer_than_the_batchs_room_is_cut_and_says_so()
    {
        using LinuxSocket receiver = OpenUdp("127.0.0.1");
        using LinuxSocket sender = OpenUdp("127.0.0.1");
        using var batch = new DatagramReceiver(2, 4);
        sender.SendTo("longer"u8, receiver.GetLocalName());

        Assert.Equal(Errno.None, batch.Receive(receiver));

        Assert.True(batch.IsTruncated(0));
        Assert.Equal("long"u8.ToArray(), batch.Payload(0).ToArray());
    }

    [Fact]
    public void A_datagram_sent_from_a_chosen_source_arrives_from_there()
    {
        using LinuxSocket receiver = OpenUdp("127.0.0.1");
        using LinuxSocket sender = OpenUdp("0.0.0.0");
        using var batch = new DatagramSender(1, 16);
        "x"u8.CopyTo(batch.Add(receiver.GetLocalName(), 1, [127, 0, 0, 9], 1));

        Assert.Equal(Errno.None, batch.Send(sender, out _));

        receiver.ReceiveFrom(new byte[8], out _, out SocketName source);
        Assert.Equal(IPAddress.Parse("127.0.0.9"), source.ToEndPoint().Address);
    }

    [Fact]
    public void A_datagram_that_fails_names_itself_and_can_be_skipped()
    {
        using LinuxSocket receiver = OpenUdp("127.0.0.1");
        using LinuxSocket sender = OpenUdp("127.0.0.1");
        using var batch = new DatagramSender(3, 16);
        SocketName good = receiver.GetLocalName();
        batch.Add(good, 1);
        batch.Add(SocketName.FromAddress(IPAddress.Parse("192.0.2.1"), 9), 1); // bound to loopback: no way there
        batch.Add(good, 1);

        Errno error = batch.Send(sender, out int failed);
        batch.Skip();

        Assert.NotEqual(Errno.None, error);
        Assert.Equal(1, failed);
        Assert.Equal(Errno.None, batch.Send(sender, out _));
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public void A_filter_that_drops_everything_does_and_can_be_taken_off()
    {
        using LinuxSocket receiver = OpenUdp("127.0.0.1");
        using LinuxSocket sender = OpenUdp("127.0.0.1");
        SocketName name = receiver.GetLocalName();
        receiver.DropAllReceived();
        sender.SendTo("dropped"u8, name);
        receiver.ReceiveAgain();
        sender.SendTo("kept"u8, name);
        byte[] buffer = new byte[16];

        receiver.Receive(buffer, out int count);

        Assert.Equal("kept"u8.ToArray(), buffer[..count]);
    }

    [Fact]
    public void Descriptors_pass_over_a_unix_socket_with_their_message()
    {
        (LinuxSocket first, LinuxSocket second) = LinuxSocket.OpenPair();
        using var file = new MemoryFile("passed");
        file.Write("content"u8);
        Span<int> received = stackalloc int[2];
        byte[] message = new byte[16];

        Assert.Equal(Errno.None, first.SendWithDescriptors("take"u8, [file.Descriptor]));
        Assert.Equal(Errno.None, second.ReceiveWithDescriptors(message, received, out int count, out int descriptors));

        Assert.Equal((4, 1), (count, descriptors));
        using MemoryFile copy = MemoryFile.FromDescriptor(received[0]);
        Assert.NotEqual(file.Descriptor, copy.Descriptor);
        Assert.Equal("content"u8.ToArray(), copy.ReadAll());
        Assert.Equal(Environment.ProcessId, second.GetPeerCredentials().ProcessId);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public void Messages_of_a_sequenced_packet_pair_keep_their_boundaries_and_the_end_is_told()
    {
        (LinuxSocket first, LinuxSocket second) = LinuxSocket.OpenPair();
        byte[] buffer = new byte[16];
        first.Send("one"u8, out _);
        first.Send("three"u8, out _);
        first.Dispose();

        second.Receive(buffer, out int count);
        Assert.Equal(3, count);
        second.Receive(buffer, out count);
        Assert.Equal(5, count);
        Assert.Equal(Errno.None, second.Receive(buffer, out count));
        Assert.Equal(0, count);
        second.Dispose();
    }

    [Fact]
    public void Sending_to_a_socket_nobody_reads_is_EPIPE_and_no_signal()
    {
        (LinuxSocket first, LinuxSocket second) = LinuxSocket.OpenPair(SocketKind.Stream);
        second.Dispose();

        Assert.Equal(Errno.EPIPE, first.Send("x"u8, out _));
        first.Dispose();
    }

    [Fact]
    public void An_interface_that_is_not_there_is_an_error_that_names_it()
    {
        using LinuxSocket socket = OpenUdp("127.0.0.1");

        LinuxException error = Assert.Throws<LinuxException>(() => socket.BindToInterface("no-such-if0"));

        Assert.Equal(Errno.ENODEV, error.Errno);
        Assert.Contains("no-such-if0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_is_joined_twice_and_left_twice_without_an_error()
    {
        using LinuxSocket socket = OpenUdp("0.0.0.0");
        IPAddress group = IPAddress.Parse("224.0.0.18");

        socket.JoinGroup(group, 1);
        socket.JoinGroup(group, 1);
        socket.LeaveGroup(group, 1);
        socket.LeaveGroup(group, 1);
        Assert.Throws<LinuxException>(() => socket.JoinGroup(group, 99999));
    }

    [Fact]
    public void Receiving_and_sending_batches_allocate_nothing()
    {
        using LinuxSocket receiver = OpenUdp("127.0.0.1");
        using LinuxSocket sender = OpenUdp("127.0.0.1");
        using var outgoing = new DatagramSender(4, 32);
        using var incoming = new DatagramReceiver(4, 32);
        SocketName name = receiver.GetLocalName();
        Exchange(20);

        long before = GC.GetAllocatedBytesForCurrentThread();
        int received = Exchange(200);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(800, received);

        int Exchange(int rounds)
        {
            int count = 0;
            for (int i = 0; i < rounds; i++)
            {
                for (int j = 0; j < 4; j++)
                {
                    outgoing.Add(name, 8).Clear();
                }

                outgoing.Send(sender, out _);
                incoming.Receive(receiver);
                count += incoming.Count;
            }

            return count;
        }
    }

    private static void SendAndReceive(SocketFamily family, string address)
    {
        using LinuxSocket receiver = OpenUdp(address);
        using LinuxSocket sender = OpenUdp(address);
        receiver.SetReceiveHopLimit(family, true);
        receiver.SetReceivePacketInformation(family, true);
        receiver.SetReceiveTimestamps(true);
        sender.SetHopLimit(family, 255);
        using var outgoing = new DatagramSender(4, 32);
        using var incoming = new DatagramReceiver(4, 32);
        SocketName destination = receiver.GetLocalName();
        "one"u8.CopyTo(outgoing.Add(destination, 3));
        "two"u8.CopyTo(outgoing.Add(destination, 3));

        Assert.Equal(Errno.None, outgoing.Send(sender, out _));
        Assert.Equal(Errno.None, incoming.Receive(receiver));

        Assert.Equal(2, incoming.Count);
        Assert.Equal("two"u8.ToArray(), incoming.Payload(1).ToArray());
        Assert.Equal(sender.GetLocalName().ToEndPoint(), incoming.Source(1).ToEndPoint());
        Assert.Equal(255, incoming.HopLimit(1));
        Assert.Equal(1, incoming.InterfaceIndex(1));
        Assert.Equal(IPAddress.Parse(address), new IPAddress(incoming.Destination(1)));
        Assert.InRange(incoming.Timestamp(1), 1_000_000_000_000_000_000, long.MaxValue);
    }

    private static LinuxSocket OpenUdp(string address)
    {
        SocketName name = SocketName.FromAddress(IPAddress.Parse(address), 0);
        LinuxSocket socket = LinuxSocket.Open(name.Family, SocketKind.Datagram);
        socket.Bind(name);
        return socket;
    }
}
