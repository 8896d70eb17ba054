using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>
/// Numbers and structures of the socket calls (asm-generic/socket.h, linux/socket.h, linux/in.h, linux/in6.h, linux/if_packet.h,
/// linux/filter.h) as 64-bit x86, Arm and RISC-V have them.
/// </summary>
internal static class SocketAbi
{
    internal const int AfInet = 2;
    internal const int AfInet6 = 10;
    internal const int AfPacket = 17;
    internal const int SockRaw = 3;
    internal const int SockNonBlock = 0x800;
    internal const int SockCloseOnExec = 0x80000;

    internal const int SolSocket = 1;
    internal const int SoDontRoute = 5;
    internal const int SoRcvBuf = 8;
    internal const int SoBindToDevice = 25;
    internal const int SoAttachFilter = 26;
    internal const int SoRcvBufForce = 33;

    internal const int SolIp = 0;
    internal const int IpTos = 1;
    internal const int IpHdrIncl = 3;
    internal const int IpFreeBind = 15;
    internal const int IpMulticastIf = 32;
    internal const int IpMulticastLoop = 34;
    internal const int IpAddMembership = 35;
    internal const int IpMulticastAll = 49;

    internal const int SolIpv6 = 41;
    internal const int Ipv6Checksum = 7;
    internal const int Ipv6UnicastHops = 16;
    internal const int Ipv6MulticastIf = 17;
    internal const int Ipv6MulticastHops = 18;
    internal const int Ipv6MulticastLoop = 19;
    internal const int Ipv6AddMembership = 20;
    internal const int Ipv6MulticastAll = 29;
    internal const int Ipv6RecvPktInfo = 49;
    internal const int Ipv6PktInfo = 50;
    internal const int Ipv6RecvHopLimit = 51;
    internal const int Ipv6HopLimit = 52;
    internal const int Ipv6TClass = 67;
    internal const int Ipv6FreeBind = 78;

    internal const int MsgTrunc = 0x20;
    internal const int MsgDontWait = 0x40;

    /// <summary>BPF_RET | BPF_K: return a constant, here how many bytes of a packet to keep.</summary>
    internal const ushort BpfReturn = 0x06;

    internal const int AddressSize = 28;
    internal const int ControlHeaderSize = 16;
    internal const int PacketInfoSize = 20;

    /// <summary>CMSG_SPACE of in6_pktinfo: header, data, padding to eight bytes.</summary>
    internal const int PacketInfoSpace = ControlHeaderSize + 24;

    internal const int HopLimitSpace = ControlHeaderSize + 8;
}

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    internal byte* Base;
    internal nuint Length;
}

/// <summary>struct mmsghdr: a struct msghdr and what was sent or received. 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MultiMessageHeader
{
    internal byte* Name;
    internal uint NameLength;
    internal IoVector* Vectors;
    internal nuint VectorCount;
    internal byte* Control;
    internal nuint ControlLength;
    internal int Flags;
    private readonly uint _endOfMessageHeader;
    internal uint Length;
    private readonly uint _padding;
}

/// <summary>struct sock_filter.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FilterInstruction
{
    internal ushort Code;
    internal byte JumpTrue;
    internal byte JumpFalse;
    internal uint Value;
}

/// <summary>struct sock_fprog.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FilterProgram
{
    internal ushort Length;
    internal FilterInstruction* Instructions;
}

/// <summary>The calls, each with errno kept.</summary>
internal static unsafe partial class SocketCalls
{
    [LibraryImport(LibC.Name, EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport(LibC.Name, EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetOption(int fd, int level, int name, void* value, uint length);

    [LibraryImport(LibC.Name, EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int fd, byte* address, uint length);

    [LibraryImport(LibC.Name, EntryPoint = "sendmmsg", SetLastError = true)]
    internal static partial int SendMany(int fd, MultiMessageHeader* messages, uint count, int flags);

    [LibraryImport(LibC.Name, EntryPoint = "recvmmsg", SetLastError = true)]
    internal static partial int ReceiveMany(int fd, MultiMessageHeader* messages, uint count, int flags, void* timeout);
}
