using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>
/// Packets that leave with one sendmmsg(2). All memory is taken once; adding and sending allocate nothing. A batch may be used
/// with several sockets in turn. Belongs to one thread.
/// </summary>
public sealed unsafe class SendBatch : IDisposable
{
    private readonly MultiMessageHeader* _headers;
    private readonly IoVector* _vectors;
    private readonly byte* _names;
    private readonly byte* _controls;
    private readonly byte* _store;
    private readonly int _storePerPacket;
    private bool _isDisposed;

    /// <summary>Takes memory.</summary>
    /// <param name="capacity">Packets in one batch, 1..1024 (UIO_MAXIOV of linux/uio.h).</param>
    /// <param name="bytesPerPacket">Room for packets that are written into the batch by <see cref="Reserve"/>; 0 when all are the caller's own.</param>
    public SendBatch(int capacity, int bytesPerPacket = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1024);
        Capacity = capacity;
        _storePerPacket = bytesPerPacket;
        _headers = (MultiMessageHeader*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(MultiMessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(IoVector));
        _names = (byte*)NativeMemory.AllocZeroed((nuint)capacity, SocketAbi.AddressSize);
        _controls = (byte*)NativeMemory.AllocZeroed((nuint)capacity, SocketAbi.PacketInfoSpace);
        _store = bytesPerPacket == 0 ? null : (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)bytesPerPacket);
    }

    /// <summary>Packets it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Packets in it.</summary>
    public int Count { get; private set; }

    /// <summary>No further packet fits.</summary>
    public bool IsFull => Count == Capacity;

    internal MultiMessageHeader* Headers => _headers;

    /// <summary>Adds an IPv4 packet with its own header, or an IPv6 payload.</summary>
    /// <param name="pinned">The bytes. They must be pinned and stay as they are until the batch has been sent.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="source">The IPv6 address it leaves from, which the kernel is told beside it; none lets the kernel choose. Unused for IPv4.</param>
    /// <param name="interfaceIndex">The IPv6 interface it leaves by; 0 lets the kernel choose. Unused for IPv4.</param>
    public void Add(ReadOnlySpan<byte> pinned, InetAddress destination, InetAddress source, int interfaceIndex)
    {
        int nameLength = SocketAddress.Write(NewName(), destination, interfaceIndex);
        byte* bytes = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned));
        Put(bytes, pinned.Length, nameLength, source.IsIPv6 ? WritePacketInfo(source, interfaceIndex) : 0);
    }

    /// <summary>Room for a link-layer frame, which must be written before the batch is sent.</summary>
    /// <param name="interfaceIndex">The interface it leaves by.</param>
    /// <param name="length">Its length, at most the room per packet.</param>
    public Span<byte> Reserve(int interfaceIndex, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _storePerPacket);
        byte* bytes = _store + (Count * _storePerPacket);
        Put(bytes, length, SocketAddress.WriteLink(NewName(), interfaceIndex), controlLength: 0);
        return new Span<byte>(bytes, length);
    }

    /// <summary>Empties the batch.</summary>
    public void Clear() => Count = 0;

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

    private Span<byte> NewName()
    {
        if (IsFull)
        {
            throw new InvalidOperationException("The batch is full: send it first.");
        }

        Span<byte> name = new(_names + (Count * SocketAbi.AddressSize), SocketAbi.AddressSize);
        name.Clear();
        return name;
    }

    private int WritePacketInfo(InetAddress source, int interfaceIndex)
    {
        Span<byte> control = new(_controls + (Count * SocketAbi.PacketInfoSpace), SocketAbi.PacketInfoSpace);
        control.Clear();
        MemoryMarshal.Write(control, (nuint)(SocketAbi.ControlHeaderSize + SocketAbi.PacketInfoSize));
        MemoryMarshal.Write(control[8..], SocketAbi.SolIpv6);
        MemoryMarshal.Write(control[12..], SocketAbi.Ipv6PktInfo);
        source.Write(control[SocketAbi.ControlHeaderSize..]);
        MemoryMarshal.Write(control[(SocketAbi.ControlHeaderSize + 16)..], interfaceIndex);
        return SocketAbi.PacketInfoSpace;
    }

    private void Put(byte* bytes, int length, int nameLength, int controlLength)
    {
        _vectors[Count] = new IoVector { Base = bytes, Length = (nuint)length };
        _headers[Count] = new MultiMessageHeader
        {
            Name = _names + (Count * SocketAbi.AddressSize),
            NameLength = (uint)nameLength,
            Vectors = _vectors + Count,
            VectorCount = 1,
            Control = controlLength == 0 ? null : _controls + (Count * SocketAbi.PacketInfoSpace),
            ControlLength = (nuint)controlLength,
        };
        Count++;
    }
}
