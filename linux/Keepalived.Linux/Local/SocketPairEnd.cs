// socketpair(2), sendmsg(2), recvmsg(2) with SCM_RIGHTS (sys/socket.h, unix(7)).
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Local;

/// <summary>One end of a pair of connected unix sockets that keep the boundaries of messages (SOCK_SEQPACKET). Never blocks.</summary>
public sealed unsafe partial class SocketPairEnd : LinuxDescriptor
{
    private const int FamilyUnix = 1;
    private const int SequencedPacket = 5;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NoSignal = 0x4000;
    private const int ReceiveCloseOnExec = 0x40000000;
    private const int SocketLevel = 1;
    private const int PassDescriptors = 1;
    private const int ControlLength = 24; // CMSG_SPACE(sizeof(int)) on 64 bit

    private SocketPairEnd(int descriptor)
        : base(descriptor)
    {
    }

    /// <summary>Takes over an end that this process was started with.</summary>
    public static SocketPairEnd FromDescriptor(int descriptor) => new(descriptor);

    /// <summary>Creates a pair.</summary>
    /// <exception cref="LinuxException">The kernel has no descriptor left.</exception>
    public static void Create(out SocketPairEnd first, out SocketPairEnd second)
    {
        int* ends = stackalloc int[2];
        if (Pair(FamilyUnix, SequencedPacket | NonBlocking | CloseOnExec, 0, ends) != 0)
        {
            LinuxException.ThrowLast("create a socket pair");
        }

        first = new(ends[0]);
        second = new(ends[1]);
    }

    /// <summary>Sends a message, maybe with a descriptor.</summary>
    /// <param name="message">At least one byte.</param>
    /// <param name="descriptor">A descriptor for the receiver, which gets its own copy; -1 for none.</param>
    public Errno Send(ReadOnlySpan<byte> message, int descriptor)
    {
        byte* control = stackalloc byte[ControlLength];
        fixed (byte* bytes = message)
        {
            Vector vector = new() { Start = bytes, Length = (nuint)message.Length };
            MessageHeader header = new() { Vectors = &vector, VectorCount = 1 };
            if (descriptor >= 0)
            {
                *(nuint*)control = 20; // CMSG_LEN(sizeof(int))
                *(int*)(control + 8) = SocketLevel;
                *(int*)(control + 12) = PassDescriptors;
                *(int*)(control + 16) = descriptor;
                header.Control = control;
                header.ControlLength = ControlLength;
            }

            return SendMessage(Descriptor, &header, NoSignal) >= 0 ? Errno.None : LibC.LastErrno;
        }
    }

    /// <summary>Receives a message.</summary>
    /// <param name="buffer">Receives it; a longer one is cut.</param>
    /// <param name="length">Its length; 0 with <see cref="Errno.None"/> means that the other end is closed.</param>
    /// <param name="descriptor">A descriptor that came along, which the caller owns; -1 when none did.</param>
    public Errno Receive(Span<byte> buffer, out int length, out int descriptor)
    {
        byte* control = stackalloc byte[ControlLength];
        length = 0;
        descriptor = -1;
        fixed (byte* bytes = buffer)
        {
            Vector vector = new() { Start = bytes, Length = (nuint)buffer.Length };
            MessageHeader header = new() { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlLength };
            nint count = ReceiveMessage(Descriptor, &header, ReceiveCloseOnExec);
            if (count < 0)
            {
                return LibC.LastErrno;
            }

            length = (int)count;
            if (header.ControlLength >= 20 && *(int*)(control + 8) == SocketLevel && *(int*)(control + 12) == PassDescriptors)
            {
                descriptor = *(int*)(control + 16);
            }

            return Errno.None;
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "socketpair", SetLastError = true)]
    private static partial int Pair(int family, int type, int protocol, int* ends);

    [LibraryImport(LibC.Name, EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int descriptor, MessageHeader* header, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int descriptor, MessageHeader* header, int flags);

    /// <summary>struct iovec.</summary>
    private struct Vector
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct msghdr of a 64-bit ABI, 56 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    private struct MessageHeader
    {
        [FieldOffset(16)]
        public Vector* Vectors;
        [FieldOffset(24)]
        public nuint VectorCount;
        [FieldOffset(32)]
        public void* Control;
        [FieldOffset(40)]
        public nuint ControlLength;
    }
}
