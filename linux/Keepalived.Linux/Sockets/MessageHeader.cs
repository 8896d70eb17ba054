// sys/socket.h, linux/in.h, linux/ipv6.h: messages with ancillary data, as 64-bit ABIs lay them out.
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BufferVector
{
    internal void* Start;
    internal nuint Length;
}

/// <summary>struct msghdr.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    internal void* Name;
    internal uint NameLength;
    internal BufferVector* Buffers;
    internal nuint BufferCount;
    internal void* Control;
    internal nuint ControlLength;
    internal int Flags;
}

/// <summary>struct mmsghdr.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BatchedMessage
{
    internal MessageHeader Header;
    internal uint Length;
}

/// <summary>struct cmsghdr.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    internal nuint Length;
    internal int Level;
    internal int Type;
}

/// <summary>struct in_pktinfo.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PacketInformation
{
    internal int InterfaceIndex;
    internal fixed byte LocalAddress[4];
    internal fixed byte Destination[4];
}

/// <summary>struct in6_pktinfo.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PacketInformation6
{
    internal fixed byte Address[16];
    internal int InterfaceIndex;
}

/// <summary>The arithmetic of CMSG_ALIGN and its kin.</summary>
internal static unsafe class ControlMessages
{
    internal const int LevelSocket = 1;
    internal const int LevelIp = 0;
    internal const int LevelIp6 = 41;
    internal const int Rights = 1; // SCM_RIGHTS
    internal const int TimestampNs = 35; // SCM_TIMESTAMPNS
    internal const int PacketInfo = 8; // IP_PKTINFO
    internal const int TimeToLive = 2; // IP_TTL
    internal const int PacketInfo6 = 50; // IPV6_PKTINFO
    internal const int HopLimit6 = 52; // IPV6_HOPLIMIT

    internal static int Align(int length) => (length + 7) & ~7;

    /// <summary>CMSG_SPACE.</summary>
    internal static int Space(int dataLength) => sizeof(ControlHeader) + Align(dataLength);

    /// <summary>CMSG_DATA.</summary>
    internal static byte* Data(ControlHeader* header) => (byte*)(header + 1);

    internal static int DataLength(ControlHeader* header) => (int)header->Length - sizeof(ControlHeader);

    /// <summary>CMSG_FIRSTHDR.</summary>
    internal static ControlHeader* First(in MessageHeader message) =>
        message.ControlLength >= (nuint)sizeof(ControlHeader) ? (ControlHeader*)message.Control : null;

    /// <summary>CMSG_NXTHDR; null after the last one and for one that claims to be longer than there is room.</summary>
    internal static ControlHeader* Next(in MessageHeader message, ControlHeader* current)
    {
        byte* end = (byte*)message.Control + message.ControlLength;
        if (current->Length < (nuint)sizeof(ControlHeader) || current->Length > (nuint)(end - (byte*)current))
        {
            return null;
        }

        byte* next = (byte*)current + Align((int)current->Length);
        return next + sizeof(ControlHeader) <= end ? (ControlHeader*)next : null;
    }
}
