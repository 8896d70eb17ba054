using System.Buffers.Binary;
using System.Net;
using Keepalived.Bfd.Protocol;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Linux.Sockets;

namespace Keepalived.Bfd.Network;

/// <summary>The way of one session's echo packets. The sockets belong to <see cref="EchoSockets"/>.</summary>
internal abstract class EchoPath
{
    /// <summary>Sends an echo packet.</summary>
    public abstract Errno Send(ReadOnlySpan<byte> packet);

    /// <summary>The session is another one than before: what was found out about the neighbour may be as well.</summary>
    public virtual void Forget()
    {
    }
}

/// <summary>To the neighbour, whose daemon returns it.</summary>
internal sealed class EchoPath6(LinuxSocket socket, IPAddress neighbor) : EchoPath
{
    private readonly SocketName _neighbor = SocketName.FromAddress(neighbor, EchoSockets.Port);

    /// <inheritdoc/>
    public override Errno Send(ReadOnlySpan<byte> packet) => socket.SendTo(packet, _neighbor);
}

/// <summary>
/// From us to us by the neighbour's hardware address, which the kernel knows while control packets go there. It is asked once for each time that the
/// session comes up; after that a packet costs one system call and no allocation.
/// </summary>
internal sealed class EchoPath4(LinuxSocket socket, BfdSessionSettings settings) : EchoPath
{
    private const int IpHeader = 20;
    private const int UdpHeader = 8;
    private const int EtherTypeIPv4 = 0x0800;
    private const int Udp = 17;
    private const int DontFragment = 0x4000;
    private readonly byte[] _image = new byte[IpHeader + UdpHeader + BfdEchoSigner.PacketLength];
    private SocketName _hardware;
    private bool _isResolved;

    /// <inheritdoc/>
    public override void Forget() => _isResolved = false;

    /// <inheritdoc/>
    public override Errno Send(ReadOnlySpan<byte> packet)
    {
        if (!_isResolved && Resolve() is var error && error != Errno.None)
        {
            return error;
        }

        packet.CopyTo(_image.AsSpan(IpHeader + UdpHeader));
        return socket.SendTo(_image, _hardware);
    }

    private Errno Resolve()
    {
        try
        {
            IPAddress? own = settings.Source ?? OwnAddress();
            if (own is null || FindNeighbor() is not { } neighbor)
            {
                return Errno.EHOSTUNREACH;
            }

            Span<byte> hardware = stackalloc byte[HardwareAddress.MaxLength];
            int length = neighbor.Hardware.Write(hardware);
            _hardware = SocketName.ForPackets(neighbor.InterfaceIndex, EtherTypeIPv4, hardware[..Math.Min(length, 8)]);
            WriteHeaders(own);
            _isResolved = true;
            return Errno.None;
        }
        catch (LinuxException exception)
        {
            return exception.Errno;
        }
    }

    private NeighbourInfo? FindNeighbor()
    {
        using NetlinkConnection connection = new(NetlinkSocket.Open(NetlinkFamily.Route));
        InetAddress address = InetAddress.FromIPAddress(settings.Neighbor);
        foreach (NeighbourInfo entry in new NeighbourClient(connection).List())
        {
            if (entry.Address == address && entry.Hardware.Length > 0)
            {
                return entry;
            }
        }

        return null;
    }

    // The address that the kernel sends from when it is left to it.
    private IPAddress? OwnAddress()
    {
        using LinuxSocket probe = LinuxSocket.Open(SocketFamily.Internet, SocketKind.Datagram);
        return probe.Connect(SocketName.FromAddress(settings.Neighbor, EchoSockets.Port)) == Errno.None ? probe.GetLocalName().ToEndPoint().Address : null;
    }

    // RFC 791 and 768. The checksum of UDP is left out, which IPv4 permits: the packet carries its own signature.
    private void WriteHeaders(IPAddress own)
    {
        Span<byte> image = _image;
        image[..(IpHeader + UdpHeader)].Clear();
        image[0] = 0x45;
        image[1] = 0xC0;
        BinaryPrimitives.WriteUInt16BigEndian(image[2..], (ushort)image.Length);
        BinaryPrimitives.WriteUInt16BigEndian(image[6..], DontFragment);
        image[8] = EchoSockets.FreshHopLimit;
        image[9] = Udp;
        own.TryWriteBytes(image[12..16], out _);
        own.TryWriteBytes(image[16..20], out _);
        BinaryPrimitives.WriteUInt16BigEndian(image[10..], Checksum(image[..IpHeader]));
        BinaryPrimitives.WriteUInt16BigEndian(image[IpHeader..], EchoSockets.Port);
        BinaryPrimitives.WriteUInt16BigEndian(image[(IpHeader + 2)..], EchoSockets.Port);
        BinaryPrimitives.WriteUInt16BigEndian(image[(IpHeader + 4)..], (ushort)(image.Length - IpHeader));
    }

    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int i = 0; i < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        return unchecked((ushort)~(sum + (sum >> 16)));
    }
}
