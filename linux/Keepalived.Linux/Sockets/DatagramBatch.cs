using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>
/// Room for several datagrams with their addresses and ancillary data, allocated once outside the garbage collector's reach and used
/// over and over: the common part of <see cref="DatagramReceiver"/> and <see cref="DatagramSender"/>. Not thread-safe.
/// </summary>
public abstract unsafe class DatagramBatch : IDisposable
{
    private protected const int ControlCapacity = 256;
    private byte* _block;

    private protected DatagramBatch(int capacity, int datagramSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(datagramSize, 1);
        Capacity = capacity;
        DatagramSize = datagramSize;
        int each = sizeof(BatchedMessage) + sizeof(BufferVector) + SocketName.Capacity + ControlCapacity + ControlMessages.Align(datagramSize);
        _block = (byte*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)each);
        Messages = (BatchedMessage*)_block;
        Vectors = (BufferVector*)(Messages + capacity);
        Names = (byte*)(Vectors + capacity);
        Controls = Names + (SocketName.Capacity * capacity);
        Payloads = Controls + (ControlCapacity * capacity);
        for (int i = 0; i < capacity; i++)
        {
            Vectors[i].Start = PayloadAt(i);
            ref MessageHeader header = ref Messages[i].Header;
            header.Name = NameAt(i);
            header.Buffers = Vectors + i;
            header.BufferCount = 1;
            header.Control = ControlAt(i);
        }
    }

    /// <summary>Most datagrams it holds.</summary>
    public int Capacity { get; }

    /// <summary>Most bytes of one datagram.</summary>
    public int DatagramSize { get; }

    /// <summary>Datagrams it holds now.</summary>
    public int Count { get; private protected set; }

    private protected BatchedMessage* Messages { get; }

    private protected BufferVector* Vectors { get; }

    private byte* Names { get; }

    private byte* Controls { get; }

    private byte* Payloads { get; }

    /// <summary>Frees the room.</summary>
    public void Dispose()
    {
        Count = 0;
        NativeMemory.Free(_block);
        _block = null;
        GC.SuppressFinalize(this);
    }

    private protected byte* NameAt(int index) => Names + (SocketName.Capacity * index);

    private protected byte* ControlAt(int index) => Controls + (ControlCapacity * index);

    private protected byte* PayloadAt(int index) => Payloads + (ControlMessages.Align(DatagramSize) * index);

    private protected void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_block is null, this);

    private protected void CheckIndex(int index)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
    }
}
