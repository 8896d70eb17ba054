// asm-generic/socket.h, netinet/tcp.h, linux/filter.h: options of every socket.
using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Linux.Sockets;

/// <summary>The process at the other end of a unix socket, as of its connecting.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="UserId">Its effective user id.</param>
/// <param name="GroupId">Its effective group id.</param>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId);

public sealed unsafe partial class LinuxSocket
{
    private const int LevelSocket = 1;
    private const int LevelTcp = 6;
    private const int OptionReuseAddress = 2;
    private const int OptionError = 4;
    private const int OptionDontRoute = 5;
    private const int OptionBroadcast = 6;
    private const int OptionSendBuffer = 7;
    private const int OptionReceiveBuffer = 8;
    private const int OptionPriority = 12;
    private const int OptionLinger = 13;
    private const int OptionPeerCredentials = 17;
    private const int OptionBindToDevice = 25;
    private const int OptionAttachFilter = 26;
    private const int OptionDetachFilter = 27;
    private const int OptionSendBufferForce = 32;
    private const int OptionReceiveBufferForce = 33;
    private const int OptionTimestampNs = 35;
    private const int OptionMark = 36;
    private const int OptionNoDelay = 1;

    /// <summary>SO_REUSEADDR.</summary>
    public void SetReuseAddress(bool on) => SetOption(LevelSocket, OptionReuseAddress, on ? 1 : 0, "share an address (SO_REUSEADDR)");

    /// <summary>SO_DONTROUTE: send only to networks that are directly connected.</summary>
    public void SetDontRoute(bool on) => SetOption(LevelSocket, OptionDontRoute, on ? 1 : 0, "send without routing (SO_DONTROUTE)");

    /// <summary>SO_BROADCAST.</summary>
    public void SetBroadcast(bool on) => SetOption(LevelSocket, OptionBroadcast, on ? 1 : 0, "allow broadcasts (SO_BROADCAST)");

    /// <summary>SO_PRIORITY, 0..6 without CAP_NET_ADMIN; queues on the wire obey it.</summary>
    public void SetPriority(int priority) => SetOption(LevelSocket, OptionPriority, priority, "set a socket's priority (SO_PRIORITY)");

    /// <summary>SO_TIMESTAMPNS: batches then tell when the kernel received a datagram.</summary>
    public void SetReceiveTimestamps(bool on) => SetOption(LevelSocket, OptionTimestampNs, on ? 1 : 0, "receive time stamps (SO_TIMESTAMPNS)");

    /// <summary>TCP_NODELAY.</summary>
    public void SetNoDelay(bool on) => SetOption(LevelTcp, OptionNoDelay, on ? 1 : 0, "send at once (TCP_NODELAY)");

    /// <summary>SO_RCVBUF in bytes, past the system's limit where CAP_NET_ADMIN allows it (SO_RCVBUFFORCE).</summary>
    public void SetReceiveBuffer(int bytes) => SetBuffer(OptionReceiveBufferForce, OptionReceiveBuffer, bytes, "set a receive buffer");

    /// <summary>SO_SNDBUF in bytes, past the system's limit where CAP_NET_ADMIN allows it (SO_SNDBUFFORCE).</summary>
    public void SetSendBuffer(int bytes) => SetBuffer(OptionSendBufferForce, OptionSendBuffer, bytes, "set a send buffer");

    /// <summary>SO_RCVBUF in bytes as the kernel counts them, twice what was asked for.</summary>
    public int GetReceiveBuffer() => GetOption(LevelSocket, OptionReceiveBuffer);

    /// <summary>SO_BINDTODEVICE: send and receive on one interface only; empty = on all again.</summary>
    /// <exception cref="LinuxException">ENODEV: no such interface; EPERM: needs CAP_NET_RAW.</exception>
    public void BindToInterface(string name)
    {
        Errno error = TryBindToInterface(Descriptor, name);
        if (error != Errno.None)
        {
            throw new LinuxException($"bind a socket to interface {name}", error);
        }
    }

    /// <summary>SO_BINDTODEVICE on a socket given by its descriptor.</summary>
    public static Errno TryBindToInterface(int descriptor, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> bytes = stackalloc byte[64];
        int length = Encoding.UTF8.GetByteCount(name) < 16 ? Encoding.UTF8.GetBytes(name, bytes) : 0;
        if (length == 0 && name.Length > 0)
        {
            return Errno.ENODEV; // IFNAMSIZ: no interface has so long a name
        }

        fixed (byte* start = bytes)
        {
            return SetOption(descriptor, LevelSocket, OptionBindToDevice, start, (uint)length + 1) == 0 ? Errno.None : LibC.LastErrno;
        }
    }

    /// <summary>SO_MARK on a socket given by its descriptor. Needs CAP_NET_ADMIN.</summary>
    public static Errno TrySetMark(int descriptor, uint mark) =>
        SetOption(descriptor, LevelSocket, OptionMark, &mark, sizeof(uint)) == 0 ? Errno.None : LibC.LastErrno;

    /// <summary>
    /// Prepares a socket for a local address that others use as well: SO_REUSEADDR, and IP_BIND_ADDRESS_NO_PORT so that a port left to
    /// the kernel is chosen when connecting, where only the pair with the remote address must be unique.
    /// </summary>
    public static Errno TryShareAddress(int descriptor)
    {
        int on = 1;
        bool isSet = SetOption(descriptor, LevelSocket, OptionReuseAddress, &on, sizeof(int)) == 0
            && SetOption(descriptor, LevelIp, 24, &on, sizeof(int)) == 0;
        return isSet ? Errno.None : LibC.LastErrno;
    }

    /// <summary>
    /// IP_RECVERR or IPV6_RECVERR on a socket given by its descriptor: every ICMP error about what it sent shows as its error, also those
    /// that may pass (host and net unreachable).
    /// </summary>
    public static Errno TryReceiveErrors(int descriptor, SocketFamily family)
    {
        int on = 1;
        bool isIPv6 = family == SocketFamily.Internet6;
        return SetOption(descriptor, isIPv6 ? LevelIp6 : LevelIp, isIPv6 ? 25 : 11, &on, sizeof(int)) == 0 ? Errno.None : LibC.LastErrno;
    }

    /// <summary>SO_LINGER with 0 s: closing sends a reset and keeps no state; or off again.</summary>
    public static Errno TrySetResetOnClose(int descriptor, bool on)
    {
        int* linger = stackalloc int[] { on ? 1 : 0, 0 };
        return SetOption(descriptor, LevelSocket, OptionLinger, linger, 2 * sizeof(int)) == 0 ? Errno.None : LibC.LastErrno;
    }

    /// <summary>SO_ERROR: how a connect ended; reading it clears it.</summary>
    public static Errno TakeError(int descriptor)
    {
        int value = 0;
        uint length = sizeof(int);
        return GetOption(descriptor, LevelSocket, OptionError, &value, &length) == 0 ? (Errno)value : LibC.LastErrno;
    }

    /// <summary>SO_PEERCRED of a connected unix socket.</summary>
    /// <exception cref="LinuxException">It has no peer.</exception>
    public PeerCredentials GetPeerCredentials()
    {
        uint* values = stackalloc uint[3];
        uint length = 3 * sizeof(uint);
        Check(GetOption(Descriptor, LevelSocket, OptionPeerCredentials, values, &length), "ask who is at the other end of a socket");
        return new PeerCredentials((int)values[0], values[1], values[2]);
    }

    /// <summary>
    /// Attaches a filter that drops everything (linux/filter.h): a socket that only sends, or that is not ready yet, need not queue
    /// what it would never read.
    /// </summary>
    public void DropAllReceived()
    {
        var instruction = new FilterInstruction { Code = SocketAbi.BpfReturn, Value = 0 }; // keep 0 bytes
        var program = new FilterProgram { Length = 1, Instructions = &instruction };
        Check(
            SetOption(Descriptor, LevelSocket, OptionAttachFilter, &program, (uint)sizeof(FilterProgram)), "attach a socket filter");
    }

    /// <summary>
    /// Attaches a filter to a packet socket of IPv4 packets without their link-layer header: only UDP datagrams to one port are received,
    /// unfragmented ones or first fragments.
    /// </summary>
    /// <param name="port">1..65535.</param>
    public void SetUdpPortFilter(int port)
    {
        const int Udp = 17;
        const byte Drop = 0;
        FilterInstruction* instructions = stackalloc FilterInstruction[]
        {
            new() { Code = SocketAbi.BpfLoadByte, Value = 9 }, // protocol
            new() { Code = SocketAbi.BpfJumpIfEqual, JumpFalse = 6, Value = Udp },
            new() { Code = SocketAbi.BpfLoadHalf, Value = 6 }, // fragment offset
            new() { Code = SocketAbi.BpfJumpSet, JumpTrue = 4, Value = 0x1FFF },
            new() { Code = SocketAbi.BpfLoadHeaderLength, Value = 0 },
            new() { Code = SocketAbi.BpfLoadHalfIndexed, Value = 2 }, // destination port
            new() { Code = SocketAbi.BpfJumpIfEqual, JumpFalse = 1, Value = checked((ushort)port) },
            new() { Code = SocketAbi.BpfReturn, Value = ushort.MaxValue },
            new() { Code = SocketAbi.BpfReturn, Value = Drop },
        };
        var program = new FilterProgram { Length = 9, Instructions = instructions };
        Check(SetOption(Descriptor, LevelSocket, OptionAttachFilter, &program, (uint)sizeof(FilterProgram)), "attach a socket filter");
    }

    /// <summary>Takes the filter off again.</summary>
    public void ReceiveAgain()
    {
        int unused = 0;
        Check(SetOption(Descriptor, LevelSocket, OptionDetachFilter, &unused, sizeof(int)), "detach a socket filter");
    }

    private void SetBuffer(int forced, int plain, int bytes, string operation)
    {
        if (SetOption(Descriptor, LevelSocket, forced, &bytes, sizeof(int)) != 0)
        {
            SetOption(LevelSocket, plain, bytes, operation);
        }
    }

    private void SetOption(int level, int name, int value, string operation) =>
        Check(SetOption(Descriptor, level, name, &value, sizeof(int)), operation);

    private int GetOption(int level, int name)
    {
        int value = 0;
        uint length = sizeof(int);
        Check(GetOption(Descriptor, level, name, &value, &length), "read a socket option");
        return value;
    }

    [LibraryImport(LibC.Name, EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int name, void* value, uint length);

    [LibraryImport(LibC.Name, EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetOption(int socket, int level, int name, void* value, uint* length);
}
