// socket(2), connect(2), send(2) with AF_UNIX datagrams (sys/un.h): for syslog's /dev/log and systemd's notification socket.
using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Linux.Local;

/// <summary>A unix datagram socket that is connected to a path. Sending never blocks: a receiver that is full loses the datagram.</summary>
public sealed unsafe partial class DatagramSender : LinuxDescriptor
{
    private const int FamilyUnix = 1;
    private const int Datagram = 2;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NoSignal = 0x4000;
    private const int PathLength = 108;

    private DatagramSender(int descriptor)
        : base(descriptor)
    {
    }

    /// <summary>Connects to a path.</summary>
    /// <param name="path">Path of the receiver's socket, at most 107 bytes; a leading <c>@</c> means the abstract name space.</param>
    /// <returns>Null when nobody receives there, or the path is too long.</returns>
    public static DatagramSender? TryConnect(string path)
    {
        UnixAddress address = default;
        int length = Encoding.UTF8.GetByteCount(path);
        if (length is 0 or >= PathLength)
        {
            return null;
        }

        address.Family = FamilyUnix;
        Encoding.UTF8.GetBytes(path, new Span<byte>(address.Path, PathLength));
        bool isAbstract = address.Path[0] == (byte)'@';
        if (isAbstract)
        {
            address.Path[0] = 0;
        }

        int descriptor = Socket(FamilyUnix, Datagram | NonBlocking | CloseOnExec, 0);
        if (descriptor < 0)
        {
            return null;
        }

        // An abstract name is as long as it is said to be; a path ends with its zero byte.
        uint size = (uint)(sizeof(ushort) + length + (isAbstract ? 0 : 1));
        if (Connect(descriptor, &address, size) != 0)
        {
            _ = LibC.Close(descriptor);
            return null;
        }

        return new DatagramSender(descriptor);
    }

    /// <summary>Sends one datagram.</summary>
    /// <returns><see cref="Errno.None"/>, EAGAIN when the receiver is full, or an error after which connecting again may help.</returns>
    public Errno TrySend(ReadOnlySpan<byte> datagram)
    {
        fixed (byte* bytes = datagram)
        {
            return Send(Descriptor, bytes, (nuint)datagram.Length, NoSignal) >= 0 ? Errno.None : LibC.LastErrno;
        }
    }

    [LibraryImport(LibC.Name, EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport(LibC.Name, EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(int descriptor, UnixAddress* address, uint length);

    [LibraryImport(LibC.Name, EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* buffer, nuint length, int flags);

    /// <summary>struct sockaddr_un, 110 bytes.</summary>
    private struct UnixAddress
    {
        public ushort Family;
        public fixed byte Path[PathLength];
    }
}
