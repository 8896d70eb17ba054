// recvmmsg(2) with the ancillary data of ip(7), ipv6(7) and socket(7).
using System.Runtime.InteropServices;
using Keepalived.Linux.Events;

namespace Keepalived.Linux.Sockets;

/// <summary>Receives up to its capacity of datagrams with one system call. Spans it returns are good until the next receive.</summary>
public sealed unsafe partial class DatagramReceiver : DatagramBatch
{
    private const int FlagTruncated = 0x20; // MSG_TRUNC

    /// <summary>Makes room.</summary>
    /// <param name="capacity">Most datagrams of one receive.</param>
    /// <param name="datagramSize">Most bytes kept of a datagram.</param>
    public DatagramReceiver(int capacity, int datagramSize)
        : base(capacity, datagramSize)
    {
    }

    /// <summary>Receives what waits. EAGAIN means nothing; a batch that came full may have left more behind.</summary>
    public Errno Receive(LinuxSocket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ThrowIfDisposed();
        for (int i = 0; i < Capacity; i++)
        {
            Vectors[i].Length = (nuint)DatagramSize;
            ref MessageHeader header = ref Messages[i].Header;
            header.NameLength = SocketName.Capacity;
            header.ControlLength = ControlCapacity;
        }

        int count = ReceiveMany(socket.Descriptor, Messages, (uint)Capacity, 0, null);
        Count = Math.Max(count, 0);
        return count < 0 ? LibC.LastErrno : Errno.None;
    }

    /// <summary>The bytes of a datagram; for a raw IPv4 socket they begin with the IPv4 header.</summary>
    public ReadOnlySpan<byte> Payload(int index)
    {
        CheckIndex(index);
        return new ReadOnlySpan<byte>(PayloadAt(index), (int)Math.Min(Messages[index].Length, (uint)DatagramSize));
    }

    /// <summary>True when the datagram was longer than <see cref="DatagramBatch.DatagramSize"/>.</summary>
    public bool IsTruncated(int index)
    {
        CheckIndex(index);
        return (Messages[index].Header.Flags & FlagTruncated) != 0;
    }

    /// <summary>Who sent it.</summary>
    public SocketName Source(int index)
    {
        CheckIndex(index);
        SocketName name = default;
        name.Length = (int)Math.Min(Messages[index].Header.NameLength, SocketName.Capacity);
        new ReadOnlySpan<byte>(NameAt(index), name.Length).CopyTo(new Span<byte>(name.Bytes, SocketName.Capacity));
        return name;
    }

    /// <summary>The 4 or 16 bytes of the sender's address.</summary>
    public ReadOnlySpan<byte> SourceAddress(int index)
    {
        CheckIndex(index);
        byte* name = NameAt(index);
        return (SocketFamily)(*(ushort*)name) switch
        {
            SocketFamily.Internet => new ReadOnlySpan<byte>(name + 4, 4),
            SocketFamily.Internet6 => new ReadOnlySpan<byte>(name + 8, 16),
            _ => default,
        };
    }

    /// <summary>The hop limit it arrived with, 0..255; -1 when the socket was not asked to tell.</summary>
    public int HopLimit(int index)
    {
        ControlHeader* header = Find(index, ControlMessages.LevelIp, ControlMessages.TimeToLive, sizeof(int));
        if (header is null)
        {
            header = Find(index, ControlMessages.LevelIp6, ControlMessages.HopLimit6, sizeof(int));
        }

        return header is null ? -1 : *(int*)ControlMessages.Data(header);
    }

    /// <summary>The interface it arrived on; 0 when the socket was not asked to tell.</summary>
    public int InterfaceIndex(int index)
    {
        ControlHeader* header = Find(index, ControlMessages.LevelIp, ControlMessages.PacketInfo, sizeof(PacketInformation));
        if (header is not null)
        {
            return ((PacketInformation*)ControlMessages.Data(header))->InterfaceIndex;
        }

        header = Find(index, ControlMessages.LevelIp6, ControlMessages.PacketInfo6, sizeof(PacketInformation6));
        return header is null ? 0 : ((PacketInformation6*)ControlMessages.Data(header))->InterfaceIndex;
    }

    /// <summary>The 4 or 16 bytes of the address it was sent to; empty when the socket was not asked to tell.</summary>
    public ReadOnlySpan<byte> Destination(int index)
    {
        ControlHeader* header = Find(index, ControlMessages.LevelIp, ControlMessages.PacketInfo, sizeof(PacketInformation));
        if (header is not null)
        {
            return new ReadOnlySpan<byte>(((PacketInformation*)ControlMessages.Data(header))->Destination, 4);
        }

        header = Find(index, ControlMessages.LevelIp6, ControlMessages.PacketInfo6, sizeof(PacketInformation6));
        return header is null ? default : new ReadOnlySpan<byte>(((PacketInformation6*)ControlMessages.Data(header))->Address, 16);
    }

    /// <summary>When the kernel received it, CLOCK_REALTIME in nanoseconds; 0 when the socket was not asked to tell.</summary>
    public long Timestamp(int index)
    {
        ControlHeader* header = Find(index, ControlMessages.LevelSocket, ControlMessages.TimestampNs, sizeof(Timespec));
        if (header is null)
        {
            return 0;
        }

        var time = (Timespec*)ControlMessages.Data(header);
        return (time->Seconds * Timespec.NanosecondsPerSecond) + time->Nanoseconds;
    }

    private ControlHeader* Find(int index, int level, int type, int length)
    {
        CheckIndex(index);
        ref MessageHeader message = ref Messages[index].Header;
        for (ControlHeader* header = ControlMessages.First(message); header is not null; header = ControlMessages.Next(message, header))
        {
            if (header->Level == level && header->Type == type && ControlMessages.DataLength(header) >= length)
            {
                return header;
            }
        }

        return null;
    }

    [LibraryImport(LibC.Name, EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(int socket, BatchedMessage* messages, uint count, int flags, void* timeout);
}
