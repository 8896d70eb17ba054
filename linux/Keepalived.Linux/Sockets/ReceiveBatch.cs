using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>Room for packets that come with one recvmmsg(2). All memory is taken once; receiving allocates nothing. Belongs to one thread.</summary>
public sealed unsafe class ReceiveBatch : IDisposable
{
    private const int ControlSize = SocketAbi.PacketInfoSpace + SocketAbi.HopLimitSpace;

    private readonly MultiMessageHeader* _headers;
    private readonly IoVector* _vectors;
    private readonly byte* _names;
    private readonly byte* _controls;
    private readonly byte* _store;
    private readonly int _bytesPerPacket;
    private bool _isDisposed;

    /// <summary>Takes memory.</summary>
    /// <param name="capacity">Packets in one batch, 1..1024.</param>
    /// <param name="bytesPerPacket">The longest packet; a longer one is cut off.</param>
    public ReceiveBatch(int capacity, int bytesPerPacket)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1024);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerPacket, 1);
        Capacity = capacity;
        _bytesPerPacket = bytesPerPacket;
        _headers = (MultiMessageHeader*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(MultiMessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(IoVector));
        _names = (byte*)NativeMemory.AllocZeroed((nuint)capacity, SocketAbi.AddressSize);
        _controls = (byte*)NativeMemory.AllocZeroed((nuint)capacity, ControlSize);
        _store = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)bytesPerPacket);
    }

    /// <summary>Packets it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Packets the last receive gave.</summary>
    public int Count { get; internal set; }

    internal MultiMessageHeader* Headers => _headers;

    /// <summary>The bytes of a packet, until the next receive: with header for IPv4, without for IPv6.</summary>
    public ReadOnlySpan<byte> Packet(int index) => new(_store + (index * _bytesPerPacket), (int)Header(index).Length);

    /// <summary>Who sent it.</summary>
    public InetAddress Source(int index) => SocketAddress.Read(new(_names + (index * SocketAbi.AddressSize), SocketAbi.AddressSize));

    /// <summary>True when the packet was longer than the room for it.</summary>
    public bool IsTruncated(int index) => (Header(index).Flags & SocketAbi.MsgTrunc) != 0;

    /// <summary>IPv6 destination, where the socket asked for it (IPV6_RECVPKTINFO); none otherwise.</summary>
    public InetAddress Destination(int index)
    {
        ReadOnlySpan<byte> data = Control(index, SocketAbi.Ipv6PktInfo);
        return data.Length < 16 ? InetAddress.None : InetAddress.FromBytes(data[..16]);
    }

    /// <summary>IPv6 hop limit, where the socket asked for it (IPV6_RECVHOPLIMIT); -1 otherwise.</summary>
    public int HopLimit(int index)
    {
        ReadOnlySpan<byte> data = Control(index, SocketAbi.Ipv6HopLimit);
        return data.Length < sizeof(int) ? -1 : MemoryMarshal.Read<int>(data);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        NativeMemory.Free(_headers);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_names);
        NativeMemory.Free(_controls);
        NativeMemory.Free(_store);
    }

    /// <summary>Makes every slot ready: the kernel overwrites the lengths at each receive.</summary>
    internal void Prepare()
    {
        Count = 0;
        for (int i = 0; i < Capacity; i++)
        {
            _vectors[i] = new IoVector { Base = _store + (i * _bytesPerPacket), Length = (nuint)_bytesPerPacket };
            _headers[i] = new MultiMessageHeader
            {
                Name = _names + (i * SocketAbi.AddressSize),
                NameLength = SocketAbi.AddressSize,
                Vectors = _vectors + i,
                VectorCount = 1,
                Control = _controls + (i * ControlSize),
                ControlLength = ControlSize,
            };
        }
    }

    private ref MultiMessageHeader Header(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
        return ref _headers[index];
    }

    private ReadOnlySpan<byte> Control(int index, int type)
    {
        ReadOnlySpan<byte> rest = new(_controls + (index * ControlSize), (int)Header(index).ControlLength);
        while (rest.Length >= SocketAbi.ControlHeaderSize)
        {
            int length = (int)MemoryMarshal.Read<nuint>(rest);
            if (length < SocketAbi.ControlHeaderSize || length > rest.Length)
            {
                break;
            }

            if (MemoryMarshal.Read<int>(rest[8..]) == SocketAbi.SolIpv6 && MemoryMarshal.Read<int>(rest[12..]) == type)
            {
                return rest[SocketAbi.ControlHeaderSize..length];
            }

            int space = (length + 7) & ~7;
            rest = space >= rest.Length ? default : rest[space..];
        }

        return default;
    }
}
