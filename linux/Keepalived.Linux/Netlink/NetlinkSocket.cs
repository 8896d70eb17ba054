using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Keepalived.Linux.Sockets;

namespace Keepalived.Linux.Netlink;

/// <summary>
/// A netlink socket: datagrams in and out, never blocking. It belongs to the network namespace of the thread that opened it.
/// Headers: linux/netlink.h.
/// </summary>
public sealed partial class NetlinkSocket : LinuxDescriptor, INetlinkTransport
{
    private NetlinkSocket(int fd)
        : base(fd)
    {
    }

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    /// <param name="family">Which family to speak with.</param>
    /// <param name="receiveBuffer">What the kernel may queue for us.</param>
    /// <exception cref="LinuxException">No socket: too many descriptors, or a kernel without the family.</exception>
    public static NetlinkSocket Open(NetlinkFamily family, NetlinkReceiveBuffer receiveBuffer = default)
    {
        int fd = Socket(NetlinkAbi.AfNetlink, NetlinkAbi.SockRaw | NetlinkAbi.SockNonblock | NetlinkAbi.SockCloexec, (int)family);
        if (fd < 0)
        {
            LinuxException.ThrowLast($"open a netlink socket for {family}");
        }

        var socket = new NetlinkSocket(fd);
        try
        {
            socket.Prepare(receiveBuffer);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return socket;
    }

    /// <summary>The port that the kernel knows this socket by in its namespace: the nlmsg_pid of the news that its requests cause.</summary>
    /// <exception cref="LinuxException">The kernel does not tell.</exception>
    public uint Port
    {
        get
        {
            int length = SocketAddress.Size;
            if (GetSockName(Descriptor, out SocketAddress self, ref length) < 0)
            {
                LinuxException.ThrowLast("read a netlink socket's port");
            }

            return self.Port;
        }
    }

    /// <inheritdoc/>
    public Errno Send(ReadOnlySpan<byte> messages)
    {
        var kernel = new SocketAddress { Family = NetlinkAbi.AfNetlink };
        while (true)
        {
            nint sent = SendTo(Descriptor, in MemoryMarshal.GetReference(messages), (nuint)messages.Length, NetlinkAbi.MsgDontwait, in kernel, SocketAddress.Size);
            if (sent >= 0)
            {
                return Errno.None;
            }

            if (LibC.LastErrno != Errno.EINTR)
            {
                return LibC.LastErrno;
            }
        }
    }

    /// <inheritdoc/>
    public Errno Receive(Span<byte> buffer, out NetlinkDatagram datagram)
    {
        while (true)
        {
            int addressLength = SocketAddress.Size;
            // MSG_TRUNC makes the call return the datagram's own length, so a cut-off one is seen.
            nint length = ReceiveFrom(Descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length,
                NetlinkAbi.MsgDontwait | NetlinkAbi.MsgTrunc, out SocketAddress sender, ref addressLength);
            if (length < 0 && LibC.LastErrno == Errno.EINTR)
            {
                continue;
            }

            if (length < 0)
            {
                datagram = default;
                return LibC.LastErrno;
            }

            // Any process may send to our port: only the kernel, port 0, is believed.
            if (sender.Port == 0)
            {
                datagram = new NetlinkDatagram((int)length, sender.Groups != 0);
                return length > buffer.Length ? Errno.EMSGSIZE : Errno.None;
            }
        }
    }

    /// <inheritdoc/>
    public bool WaitReadable(TimeSpan timeout)
    {
        var poll = new PollDescriptor { Descriptor = Descriptor, Events = NetlinkAbi.PollIn };
        int milliseconds = (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue);
        int ready = Poll(ref poll, 1, milliseconds);
        return ready > 0 || (ready < 0 && LibC.LastErrno == Errno.EINTR);
    }

    /// <inheritdoc/>
    public Errno Join(uint group) => SetOption(NetlinkAbi.SolNetlink, NetlinkAbi.AddMembership, (int)group);

    /// <summary>Changes the receive buffer; what is queued stays.</summary>
    public void SetReceiveBuffer(NetlinkReceiveBuffer receiveBuffer)
    {
        if (!receiveBuffer.MayExceedLimit || SetOption(NetlinkAbi.SolSocket, NetlinkAbi.SoRcvbufForce, receiveBuffer.Octets) != Errno.None)
        {
            SetOption(NetlinkAbi.SolSocket, NetlinkAbi.SoRcvbuf, receiveBuffer.Octets);
        }
    }

    /// <inheritdoc/>
    public unsafe Errno Ignore(in NetlinkNews news)
    {
        // struct nlmsghdr is in the machine's byte order; a filter reads in the network's.
        FilterInstruction* instructions = stackalloc FilterInstruction[]
        {
            new() { Code = SocketAbi.BpfLoadHalf, Value = NetlinkAbi.TypeOffset },
            new() { Code = SocketAbi.BpfJumpIfEqual, Value = NetworkOrder(news.Type), JumpFalse = 5 },
            new() { Code = SocketAbi.BpfLoadWord, Value = NetlinkAbi.PortOffset },
            new() { Code = SocketAbi.BpfJumpIfEqual, Value = NetworkOrder(news.CausedBy), JumpFalse = 3 },
            new() { Code = SocketAbi.BpfLoadByte, Value = NetlinkAbi.HeaderLength },
            new() { Code = SocketAbi.BpfJumpIfEqual, Value = news.Family, JumpFalse = 1 },
            new() { Code = SocketAbi.BpfReturn, Value = 0 },
            new() { Code = SocketAbi.BpfReturn, Value = uint.MaxValue },
        };
        var program = new FilterProgram { Length = 8, Instructions = instructions };
        return SetFilter(Descriptor, NetlinkAbi.SolSocket, NetlinkAbi.SoAttachFilter, in program, (uint)sizeof(FilterProgram)) < 0
            ? LibC.LastErrno
            : Errno.None;
    }

    private static ushort NetworkOrder(ushort value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    private static uint NetworkOrder(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;

    private void Prepare(NetlinkReceiveBuffer receiveBuffer)
    {
        SetReceiveBuffer(receiveBuffer);

        // Each of these only makes answers shorter, richer or stricter: a kernel that lacks one is still understood.
        SetOption(NetlinkAbi.SolNetlink, NetlinkAbi.CapAck, 1);
        SetOption(NetlinkAbi.SolNetlink, NetlinkAbi.ExtAck, 1);
        SetOption(NetlinkAbi.SolNetlink, NetlinkAbi.GetStrictChk, 1);

        var self = new SocketAddress { Family = NetlinkAbi.AfNetlink };
        if (Bind(Descriptor, in self, SocketAddress.Size) < 0)
        {
            LinuxException.ThrowLast("bind a netlink socket");
        }
    }

    private Errno SetOption(int level, int option, int value) =>
        SetSockOpt(Descriptor, level, option, in value, sizeof(int)) < 0 ? LibC.LastErrno : Errno.None;

    /// <summary>struct sockaddr_nl of linux/netlink.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SocketAddress
    {
        internal const int Size = 12;

        internal ushort Family;
        internal ushort Padding;
        internal uint Port;
        internal uint Groups;
    }

    /// <summary>struct pollfd of asm-generic/poll.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }

    [LibraryImport(LibC.Name, EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport(LibC.Name, EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int fd, in SocketAddress address, int length);

    [LibraryImport(LibC.Name, EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetSockOpt(int fd, int level, int option, in int value, int length);

    [LibraryImport(LibC.Name, EntryPoint = "setsockopt", SetLastError = true)]
    private static unsafe partial int SetFilter(int fd, int level, int option, in FilterProgram value, uint length);

    [LibraryImport(LibC.Name, EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetSockName(int fd, out SocketAddress address, ref int length);

    [LibraryImport(LibC.Name, EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(int fd, in byte buffer, nuint length, int flags, in SocketAddress to, int toLength);

    [LibraryImport(LibC.Name, EntryPoint = "recvfrom", SetLastError = true)]
    private static partial nint ReceiveFrom(int fd, ref byte buffer, nuint length, int flags, out SocketAddress from, ref int fromLength);

    [LibraryImport(LibC.Name, EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeoutMilliseconds);
}
