// sendmmsg(2) with the ancillary data of ip(7) and ipv6(7).
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>
/// Sends several datagrams with one system call: add them, fill in what <see cref="Add(in SocketName, int)"/> returns, then send. Add
/// only after the previous batch was sent or cleared.
/// </summary>
public sealed unsafe partial class DatagramSender : DatagramBatch
{
    private int _sent;

    /// <summary>Makes room.</summary>
    /// <param name="capacity">Most datagrams of one batch; 16..64 is where more no longer helps.</param>
    /// <param name="datagramSize">Most bytes of a datagram.</param>
    public DatagramSender(int capacity, int datagramSize)
        : base(capacity, datagramSize)
    {
    }

    /// <summary>True when nothing more can be added.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>Adds a datagram; the caller fills the returned span, which may hold bytes of an earlier one.</summary>
    /// <param name="destination">Where to send it; <c>default</c> on a connected socket.</param>
    /// <param name="length">Bytes, 0..<see cref="DatagramBatch.DatagramSize"/>.</param>
    /// <exception cref="InvalidOperationException">The sender is full.</exception>
    public Span<byte> Add(scoped in SocketName destination, int length)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)DatagramSize, nameof(length));
        if (IsFull)
        {
            throw new InvalidOperationException("The sender is full: send it first.");
        }

        int index = Count++;
        fixed (SocketName* name = &destination)
        {
            new ReadOnlySpan<byte>(name->Bytes, name->Length).CopyTo(new Span<byte>(NameAt(index), SocketName.Capacity));
            ref MessageHeader header = ref Messages[index].Header;
            header.Name = name->Length == 0 ? null : NameAt(index);
            header.NameLength = (uint)name->Length;
            header.Control = null;
            header.ControlLength = 0;
        }

        Vectors[index].Length = (nuint)length;
        return new Span<byte>(PayloadAt(index), length);
    }

    /// <summary>Adds a datagram with a source address and an interface of its own (IP_PKTINFO, IPV6_PKTINFO).</summary>
    /// <param name="destination">Where to send it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="source">The 4 or 16 bytes of a local address.</param>
    /// <param name="interfaceIndex">The interface to leave on; 0 = as routed.</param>
    public Span<byte> Add(scoped in SocketName destination, int length, scoped ReadOnlySpan<byte> source, int interfaceIndex)
    {
        if (source.Length is not (4 or 16))
        {
            throw new ArgumentException("An internet address has 4 or 16 bytes.", nameof(source));
        }

        Span<byte> payload = Add(destination, length);
        int index = Count - 1;
        var control = (ControlHeader*)ControlAt(index);
        byte* data = ControlMessages.Data(control);
        int size;
        if (source.Length == 4)
        {
            size = sizeof(PacketInformation);
            *(PacketInformation*)data = new PacketInformation { InterfaceIndex = interfaceIndex };
            source.CopyTo(new Span<byte>(((PacketInformation*)data)->LocalAddress, 4));
        }
        else
        {
            size = sizeof(PacketInformation6);
            *(PacketInformation6*)data = new PacketInformation6 { InterfaceIndex = interfaceIndex };
            source.CopyTo(new Span<byte>(((PacketInformation6*)data)->Address, 16));
        }

        control->Level = source.Length == 4 ? ControlMessages.LevelIp : ControlMessages.LevelIp6;
        control->Type = source.Length == 4 ? ControlMessages.PacketInfo : ControlMessages.PacketInfo6;
        control->Length = (nuint)(sizeof(ControlHeader) + size);
        Messages[index].Header.Control = control;
        Messages[index].Header.ControlLength = (nuint)ControlMessages.Space(size);
        return payload;
    }

    /// <summary>
    /// Sends what has been added. On an error the datagram at <paramref name="failed"/> was not sent and those after it were not tried;
    /// <see cref="Skip"/> passes over it, and sending again goes on from there.
    /// </summary>
    /// <param name="socket">The socket.</param>
    /// <param name="failed">Index of the datagram that the error belongs to; <see cref="DatagramBatch.Count"/> when there is none.</param>
    /// <returns>No error when all have been sent; the batch is empty then.</returns>
    public Errno Send(LinuxSocket socket, out int failed)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ThrowIfDisposed();
        while (_sent < Count)
        {
            int sent = SendMany(socket.Descriptor, Messages + _sent, (uint)(Count - _sent), 0);
            if (sent < 0)
            {
                Errno error = LibC.LastErrno;
                if (error == Errno.EINTR)
                {
                    continue;
                }

                failed = _sent;
                return error;
            }

            _sent += sent;
        }

        Clear();
        failed = 0;
        return Errno.None;
    }

    /// <summary>Gives up on the datagram that failed.</summary>
    public void Skip() => _sent = Math.Min(_sent + 1, Count);

    /// <summary>Forgets everything that was added.</summary>
    public void Clear()
    {
        Count = 0;
        _sent = 0;
    }

    [LibraryImport(LibC.Name, EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMany(int socket, BatchedMessage* messages, uint count, int flags);
}
