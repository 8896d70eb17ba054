using System.Buffers.Binary;
using System.Net;
using Keepalived.Linux;
using Keepalived.Linux.Sockets;
using Keepalived.Scheduling;

namespace Keepalived.Bfd.Network;

/// <summary>
/// What echo packets need, opened with the first session that uses them. Over IPv4 as RFC 5881 section 4 has it: a packet from us to us goes out
/// to the neighbour's hardware address, the neighbour's kernel forwards it back; our kernel would never let such a packet out nor in,
/// so both ways lead past it. Over IPv6 as FRR has it, the only other implementation: a packet to the neighbour, whose daemon returns it with a
/// lower hop limit.
/// </summary>
internal sealed class EchoSockets(IScheduler scheduler, IBfdDatagramHandler handler) : IDisposable
{
    /// <summary>RFC 5881 section 4.</summary>
    public const int Port = 3785;

    /// <summary>The hop limit of an echo packet that nobody has returned yet.</summary>
    public const int FreshHopLimit = 255;

    private const int EtherTypeIPv4 = 0x0800;
    private const int Batch = 16;
    private const int LongestPacket = 512;
    private const int ShortestHeader = 20;
    private const int UdpHeader = 8;
    private const int NetworkControl = 0xC0;

    private readonly DatagramReceiver _receiver = new(Batch, LongestPacket);
    private LinuxSocket? _packets;
    private LinuxSocket? _datagrams;
    private LinuxSocket? _answers;
    private IDescriptorWatch? _packetWatch;
    private IDescriptorWatch? _datagramWatch;

    /// <summary>The way of one session's echo packets.</summary>
    /// <exception cref="LinuxException">Another program has the port, or CAP_NET_RAW is missing.</exception>
    public EchoPath Open(BfdSessionSettings settings)
    {
        if (KernelBfdPath.FamilyOf(settings.Neighbor) == SocketFamily.Internet6)
        {
            OpenDatagrams();
            return new EchoPath6(_datagrams!, settings.Neighbor);
        }

        OpenPackets();
        return new EchoPath4(_packets!, settings);
    }

    public void Dispose()
    {
        _packetWatch?.Dispose();
        _datagramWatch?.Dispose();
        _packets?.Dispose();
        _datagrams?.Dispose();
        _answers?.Dispose();
        _receiver.Dispose();
    }

    private void OpenPackets()
    {
        if (_packets is not null)
        {
            return;
        }

        LinuxSocket socket = LinuxSocket.Open(SocketFamily.Packet, SocketKind.Datagram, EtherTypeIPv4);
        try
        {
            socket.SetUdpPortFilter(Port);
            _packetWatch = scheduler.Watch(socket.Descriptor, Readiness.Read, _ => OnPackets());
        }
        catch (LinuxException)
        {
            socket.Dispose();
            throw;
        }

        _packets = socket;
    }

    private void OpenDatagrams()
    {
        if (_datagrams is not null)
        {
            return;
        }

        LinuxSocket socket = LinuxSocket.Open(SocketFamily.Internet6, SocketKind.Datagram);
        try
        {
            socket.SetIPv6Only(true);
            socket.SetReceiveHopLimit(SocketFamily.Internet6, true);
            socket.SetHopLimit(SocketFamily.Internet6, FreshHopLimit);
            socket.SetTrafficClass(SocketFamily.Internet6, NetworkControl);
            socket.Bind(SocketName.FromAddress(IPAddress.IPv6Any, Port));
            _datagramWatch = scheduler.Watch(socket.Descriptor, Readiness.Read, _ => OnDatagrams());
            _answers = LinuxSocket.Open(SocketFamily.Internet6, SocketKind.Datagram);
            _answers.SetHopLimit(SocketFamily.Internet6, FreshHopLimit - 1);
            _answers.SetTrafficClass(SocketFamily.Internet6, NetworkControl);
            _answers.DropAllReceived();
        }
        catch (LinuxException)
        {
            socket.Dispose();
            throw;
        }

        _datagrams = socket;
    }

    private void OnPackets()
    {
        if (_receiver.Receive(_packets!) != Errno.None)
        {
            return;
        }

        for (int i = 0; i < _receiver.Count; i++)
        {
            ReadOnlySpan<byte> packet = _receiver.Payload(i);
            int header = packet.Length >= ShortestHeader ? (packet[0] & 15) * 4 : LongestPacket;
            bool isReturned = packet.Length >= header + UdpHeader && packet[8] < FreshHopLimit;
            if (isReturned)
            {
                int length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 4)..]), packet.Length - header);
                handler.EchoReceived(packet.Slice(header + UdpHeader, Math.Max(0, length - UdpHeader)));
            }
        }
    }

    private void OnDatagrams()
    {
        if (_receiver.Receive(_datagrams!) != Errno.None)
        {
            return;
        }

        for (int i = 0; i < _receiver.Count; i++)
        {
            if (_receiver.HopLimit(i) < FreshHopLimit)
            {
                handler.EchoReceived(_receiver.Payload(i));
            }
            else if (handler.ReturnsEchoOf(NeighborPath.Of(_receiver.SourceAddress(i))))
            {
                _ = _answers!.SendTo(_receiver.Payload(i), _receiver.Source(i));
            }
        }
    }
}
