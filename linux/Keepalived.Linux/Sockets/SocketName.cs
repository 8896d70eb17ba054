// sys/socket.h, netinet/in.h, sys/un.h, linux/if_packet.h: socket addresses.
using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Linux.Sockets;

/// <summary>A socket address of any family as the kernel lays it out. A value: making one allocates nothing.</summary>
public unsafe struct SocketName
{
    /// <summary>Room for the largest, that of a unix socket.</summary>
    internal const int Capacity = 112;

    private const int InternetLength = 16;
    private const int Internet6Length = 28;
    private const int PacketLength = 20;

    internal fixed byte Bytes[Capacity];
    internal int Length;

    /// <summary>The family; <see cref="SocketFamily.Unspecified"/> for an address nobody set.</summary>
    public readonly SocketFamily Family => (SocketFamily)MemoryMarshal.Read<ushort>(Span);

    /// <summary>The port of an internet address, else 0.</summary>
    public readonly int Port => IsInternet ? BinaryPrimitives.ReadUInt16BigEndian(Span[2..]) : 0;

    /// <summary>The interface of a packet address or the scope of an IPv6 one, else 0.</summary>
    public readonly int InterfaceIndex => Family switch
    {
        SocketFamily.Packet => MemoryMarshal.Read<int>(Span[4..]),
        SocketFamily.Internet6 => MemoryMarshal.Read<int>(Span[24..]),
        _ => 0,
    };

    /// <summary>The 4 or 16 bytes of an internet address, the hardware address of a packet address; else empty.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public readonly ReadOnlySpan<byte> AddressBytes => Family switch
    {
        SocketFamily.Internet => Span.Slice(4, 4),
        SocketFamily.Internet6 => Span.Slice(8, 16),
        SocketFamily.Packet => Span.Slice(12, Math.Min((int)Span[11], 8)),
        _ => default,
    };

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private readonly ReadOnlySpan<byte> Span => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AsRef(in Bytes[0]), Capacity);

    private readonly bool IsInternet => Family is SocketFamily.Internet or SocketFamily.Internet6;

    /// <summary>An IPv4 or IPv6 address with a port.</summary>
    /// <param name="address">The address; its scope id is kept.</param>
    /// <param name="port">0..65535; for a raw socket 0.</param>
    public static SocketName FromAddress(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        return FromBytes(bytes[..length], port, length == 16 ? (int)address.ScopeId : 0);
    }

    /// <summary>An end point.</summary>
    public static SocketName FromEndPoint(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return FromAddress(endPoint.Address, endPoint.Port);
    }

    /// <summary>An IPv4 or IPv6 address given by its 4 or 16 bytes.</summary>
    /// <param name="address">The bytes in network order.</param>
    /// <param name="port">0..65535.</param>
    /// <param name="scopeId">Interface of a link-local IPv6 address, else 0.</param>
    public static SocketName FromBytes(ReadOnlySpan<byte> address, int port, int scopeId = 0)
    {
        SocketName name = default;
        Span<byte> span = name.Writable();
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], checked((ushort)port));
        if (address.Length == 4)
        {
            name.Set(SocketFamily.Internet, InternetLength);
            address.CopyTo(span[4..]);
        }
        else if (address.Length == 16)
        {
            name.Set(SocketFamily.Internet6, Internet6Length);
            address.CopyTo(span[8..]);
            MemoryMarshal.Write(span[24..], scopeId);
        }
        else
        {
            throw new ArgumentException("An internet address has 4 or 16 bytes.", nameof(address));
        }

        return name;
    }

    /// <summary>A link-layer address (packet(7)).</summary>
    /// <param name="interfaceIndex">The interface.</param>
    /// <param name="etherType">Protocol number such as 0x0806, host order.</param>
    /// <param name="hardwareAddress">Where to send, at most 8 bytes; empty for binding.</param>
    public static SocketName ForPackets(int interfaceIndex, ushort etherType, ReadOnlySpan<byte> hardwareAddress)
    {
        SocketName name = default;
        Span<byte> span = name.Writable();
        name.Set(SocketFamily.Packet, PacketLength);
        BinaryPrimitives.WriteUInt16BigEndian(span[2..], etherType);
        MemoryMarshal.Write(span[4..], interfaceIndex);
        span[11] = (byte)hardwareAddress.Length;
        hardwareAddress.CopyTo(span.Slice(12, 8));
        return name;
    }

    /// <summary>The path of a unix socket; one that begins with <c>@</c> is in the abstract namespace.</summary>
    /// <exception cref="ArgumentException">Longer than 107 bytes.</exception>
    public static SocketName FromPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > 107)
        {
            throw new ArgumentException($"The path of a socket has at most 107 bytes: {path}", nameof(path));
        }

        SocketName name = default;
        Span<byte> span = name.Writable();
        Encoding.UTF8.GetBytes(path, span[2..]);
        bool isAbstract = path[0] == '@';
        if (isAbstract)
        {
            span[2] = 0;
        }

        name.Set(SocketFamily.Unix, 2 + length + (isAbstract ? 0 : 1));
        return name;
    }

    /// <summary>The end point of an internet address.</summary>
    /// <exception cref="InvalidOperationException">It is of another family.</exception>
    public readonly IPEndPoint ToEndPoint() => Family switch
    {
        SocketFamily.Internet => new IPEndPoint(new IPAddress(AddressBytes), Port),
        SocketFamily.Internet6 => new IPEndPoint(new IPAddress(AddressBytes, (uint)InterfaceIndex), Port),
        _ => throw new InvalidOperationException($"An address of family {Family} is no end point."),
    };

    /// <inheritdoc/>
    public override readonly string ToString() => IsInternet ? ToEndPoint().ToString() : Family.ToString();

    private void Set(SocketFamily family, int length)
    {
        MemoryMarshal.Write(Writable(), (ushort)family);
        Length = length;
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private Span<byte> Writable() => MemoryMarshal.CreateSpan(ref Bytes[0], Capacity);
}

/// <summary>Address families (AF_*, linux/socket.h).</summary>
public enum SocketFamily
{
    /// <summary>AF_UNSPEC.</summary>
    Unspecified = 0,

    /// <summary>AF_UNIX.</summary>
    Unix = 1,

    /// <summary>AF_INET.</summary>
    Internet = 2,

    /// <summary>AF_INET6.</summary>
    Internet6 = 10,

    /// <summary>AF_PACKET.</summary>
    Packet = 17,
}

/// <summary>Kinds of sockets (SOCK_*; the numbers of every architecture but MIPS).</summary>
public enum SocketKind
{
    /// <summary>SOCK_STREAM.</summary>
    Stream = 1,

    /// <summary>SOCK_DGRAM.</summary>
    Datagram = 2,

    /// <summary>SOCK_RAW.</summary>
    Raw = 3,

    /// <summary>SOCK_SEQPACKET.</summary>
    SequencedPacket = 5,
}
