// linux/in.h, linux/in6.h, linux/icmpv6.h: options of IPv4 and IPv6 sockets, multicast among them.
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

public sealed unsafe partial class LinuxSocket
{
    private const int LevelIp = 0;
    private const int LevelIp6 = 41;
    private const int LevelIcmp6 = 58;
    private const int LevelRaw = 255;

    /// <summary>IP_HDRINCL: what is sent begins with the IPv4 header.</summary>
    public void SetHeaderIncluded(bool on) => SetOption(LevelIp, 3, on ? 1 : 0, "send own IPv4 headers (IP_HDRINCL)");

    /// <summary>
    /// IPV6_CHECKSUM: the kernel writes and verifies the checksum, pseudo-header included; what fails is dropped.
    /// </summary>
    /// <param name="offset">Offset of the checksum in the payload, even; -1 = off.</param>
    public void SetChecksumOffset(int offset) => SetOption(LevelIp6, 7, offset, "let the kernel do checksums (IPV6_CHECKSUM)");

    /// <summary>IP_TOS or IPV6_TCLASS, 0..255.</summary>
    public void SetTrafficClass(SocketFamily family, int value) =>
        SetByFamily(family, 1, 67, value, "set the traffic class (IP_TOS, IPV6_TCLASS)");

    /// <summary>IP_TTL or IPV6_UNICAST_HOPS, 1..255.</summary>
    public void SetHopLimit(SocketFamily family, int value) =>
        SetByFamily(family, 2, 16, value, "set the hop limit (IP_TTL, IPV6_UNICAST_HOPS)");

    /// <summary>IP_MULTICAST_TTL or IPV6_MULTICAST_HOPS, 0..255.</summary>
    public void SetMulticastHopLimit(SocketFamily family, int value) =>
        SetByFamily(family, 33, 18, value, "set the multicast hop limit (IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS)");

    /// <summary>IP_MULTICAST_LOOP or IPV6_MULTICAST_LOOP: whether what is sent comes back to this machine's own sockets.</summary>
    public void SetMulticastLoop(SocketFamily family, bool on) =>
        SetByFamily(family, 34, 19, on ? 1 : 0, "set multicast loop-back (IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP)");

    /// <summary>IP_MULTICAST_ALL or IPV6_MULTICAST_ALL: false = receive only the groups that this socket joined itself.</summary>
    public void SetMulticastAll(SocketFamily family, bool on) =>
        SetByFamily(family, 49, 29, on ? 1 : 0, "limit multicast to joined groups (IP_MULTICAST_ALL, IPV6_MULTICAST_ALL)");

    /// <summary>IP_RECVTTL or IPV6_RECVHOPLIMIT: batches then tell the hop limit a datagram arrived with.</summary>
    public void SetReceiveHopLimit(SocketFamily family, bool on) =>
        SetByFamily(family, 12, 51, on ? 1 : 0, "receive hop limits (IP_RECVTTL, IPV6_RECVHOPLIMIT)");

    /// <summary>IP_PKTINFO or IPV6_RECVPKTINFO: batches then tell where a datagram was sent to and on which interface it arrived.</summary>
    public void SetReceivePacketInformation(SocketFamily family, bool on) =>
        SetByFamily(family, 8, 49, on ? 1 : 0, "receive destinations (IP_PKTINFO, IPV6_RECVPKTINFO)");

    /// <summary>IP_MINTTL or IPV6_MINHOPCOUNT: the kernel drops what arrives with less (RFC 5082).</summary>
    public void SetMinimumHopLimit(SocketFamily family, int value) =>
        SetByFamily(family, 21, 73, value, "demand a hop limit (IP_MINTTL, IPV6_MINHOPCOUNT)");

    /// <summary>IP_FREEBIND or IPV6_FREEBIND: bind to an address that is not there yet.</summary>
    public void SetFreeBind(SocketFamily family, bool on) =>
        SetByFamily(family, 15, 78, on ? 1 : 0, "bind to an address to come (IP_FREEBIND, IPV6_FREEBIND)");

    /// <summary>IP_MTU_DISCOVER or IPV6_MTU_DISCOVER: 0 never, 1 by route, 2 always set DF, 3 set DF and ignore the path's limit.</summary>
    public void SetPathMtuDiscovery(SocketFamily family, int mode) =>
        SetByFamily(family, 10, 23, mode, "set path MTU discovery (IP_MTU_DISCOVER, IPV6_MTU_DISCOVER)");

    /// <summary>IPV6_V6ONLY.</summary>
    public void SetIPv6Only(bool on) => SetOption(LevelIp6, 26, on ? 1 : 0, "keep to IPv6 (IPV6_V6ONLY)");

    /// <summary>ICMP6_FILTER: receive one type of ICMPv6 message and no other.</summary>
    /// <param name="type">The type, 0..255.</param>
    public void SetIcmp6TypeOnly(int type)
    {
        uint* blocked = stackalloc uint[8];
        new Span<uint>(blocked, 8).Fill(uint.MaxValue);
        blocked[type >> 5] &= ~(1u << (type & 31));
        Check(SetOption(Descriptor, LevelIcmp6, 1, blocked, 32), "filter ICMPv6 (ICMP6_FILTER)");
    }

    /// <summary>ICMP_FILTER: receive one type of ICMP message and no other.</summary>
    /// <param name="type">The type, 0..31.</param>
    public void SetIcmpTypeOnly(int type)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)type, 31u);
        SetOption(LevelRaw, 1, (int)~(1u << type), "filter ICMP (ICMP_FILTER)");
    }

    /// <summary>IP_MULTICAST_IF or IPV6_MULTICAST_IF: the interface that multicast leaves on.</summary>
    public void SetMulticastInterface(SocketFamily family, int interfaceIndex)
    {
        if (family == SocketFamily.Internet6)
        {
            SetOption(LevelIp6, 17, interfaceIndex, $"send multicast on interface {interfaceIndex} (IPV6_MULTICAST_IF)");
            return;
        }

        var request = new MulticastRequest { InterfaceIndex = interfaceIndex };
        Check(
            SetOption(Descriptor, LevelIp, 32, &request, (uint)sizeof(MulticastRequest)),
            $"send multicast on interface {interfaceIndex} (IP_MULTICAST_IF)");
    }

    /// <summary>Joins a group on an interface; having joined it already is no error.</summary>
    /// <exception cref="LinuxException">ENODEV: no such interface; ENOBUFS: over the limit of net.ipv4.igmp_max_memberships.</exception>
    public void JoinGroup(IPAddress group, int interfaceIndex) => ChangeGroup(group, interfaceIndex, join: true);

    /// <summary>Leaves a group on an interface; not having joined it, or the interface having gone, is no error.</summary>
    public void LeaveGroup(IPAddress group, int interfaceIndex) => ChangeGroup(group, interfaceIndex, join: false);

    private void ChangeGroup(IPAddress group, int interfaceIndex, bool join)
    {
        ArgumentNullException.ThrowIfNull(group);
        int result;
        if (group.AddressFamily == AddressFamily.InterNetworkV6)
        {
            MulticastRequest6 request = default;
            group.TryWriteBytes(new Span<byte>(request.Group, 16), out _);
            request.InterfaceIndex = interfaceIndex;
            result = SetOption(Descriptor, LevelIp6, join ? 20 : 21, &request, (uint)sizeof(MulticastRequest6));
        }
        else
        {
            MulticastRequest request = default;
            _ = InetAddress.FromIPAddress(group).Write(new Span<byte>(request.Group, 4));
            request.InterfaceIndex = interfaceIndex;
            result = SetOption(Descriptor, LevelIp, join ? 35 : 36, &request, (uint)sizeof(MulticastRequest));
        }

        if (result == 0)
        {
            return;
        }

        Errno error = LibC.LastErrno;
        bool isDone = join ? error == Errno.EADDRINUSE : error is Errno.EADDRNOTAVAIL or Errno.ENODEV;
        if (!isDone)
        {
            throw new LinuxException($"{(join ? "join" : "leave")} {group} on interface {interfaceIndex}", error);
        }
    }

    private void SetByFamily(SocketFamily family, int option4, int option6, int value, string operation) =>
        SetOption(
            family == SocketFamily.Internet6 ? LevelIp6 : LevelIp, family == SocketFamily.Internet6 ? option6 : option4, value, operation);
}

/// <summary>struct ip_mreqn.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MulticastRequest
{
    internal fixed byte Group[4];
    internal fixed byte Address[4];
    internal int InterfaceIndex;
}

/// <summary>struct ipv6_mreq.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MulticastRequest6
{
    internal fixed byte Group[16];
    internal int InterfaceIndex;
}
