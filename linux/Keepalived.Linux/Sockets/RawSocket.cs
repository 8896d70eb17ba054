// sys/socket.h, netinet/in.h, linux/if_packet.h: raw IP sockets and packet sockets, with the options that a protocol daemon needs.
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Linux.Sockets;

/// <summary>A non-blocking raw or packet socket. Every option throws a <see cref="LinuxException"/> that names it when the kernel refuses.</summary>
public sealed unsafe class RawSocket : LinuxDescriptor
{
    private readonly int _family;

    private RawSocket(int descriptor, int family)
        : base(descriptor) => _family = family;

    /// <summary>Opens a raw socket for one IP protocol.</summary>
    /// <param name="family">InterNetwork or InterNetworkV6.</param>
    /// <param name="protocol">The protocol number, 112 for VRRP.</param>
    /// <exception cref="LinuxException">Usually EPERM: CAP_NET_RAW is needed.</exception>
    public static RawSocket OpenInternet(AddressFamily family, int protocol) =>
        Open(family == AddressFamily.InterNetwork ? SocketAbi.AfInet : SocketAbi.AfInet6, protocol);

    /// <summary>Opens a packet socket that sends whole link-layer frames and receives none.</summary>
    /// <exception cref="LinuxException">Usually EPERM: CAP_NET_RAW is needed.</exception>
    public static RawSocket OpenPacketSender() => Open(SocketAbi.AfPacket, protocol: 0);

    /// <summary>Binds to an interface: packets come from it and leave by it alone (SO_BINDTODEVICE).</summary>
    public void BindToDevice(string interfaceName)
    {
        ArgumentException.ThrowIfNullOrEmpty(interfaceName);
        byte[] name = Encoding.UTF8.GetBytes(interfaceName);
        fixed (byte* start = name)
        {
            Check(SocketCalls.SetOption(Descriptor, SocketAbi.SolSocket, SocketAbi.SoBindToDevice, start, (uint)name.Length), $"bind a socket to {interfaceName}");
        }
    }

    /// <summary>Binds to an own address; with <paramref name="evenIfAbsent"/> also to one that the machine does not have yet.</summary>
    public void Bind(InetAddress address, int interfaceIndex, bool evenIfAbsent)
    {
        if (evenIfAbsent)
        {
            SetBoth(SocketAbi.IpFreeBind, SocketAbi.Ipv6FreeBind, 1, "allow to bind to an absent address");
        }

        byte* name = stackalloc byte[SocketAbi.AddressSize];
        new Span<byte>(name, SocketAbi.AddressSize).Clear();
        int length = SocketAddress.Write(new Span<byte>(name, SocketAbi.AddressSize), address, interfaceIndex);
        Check(SocketCalls.Bind(Descriptor, name, (uint)length), $"bind a socket to {address}");
    }

    /// <summary>Joins a multicast group on an interface.</summary>
    public void JoinGroup(InetAddress group, int interfaceIndex)
    {
        // struct ip_mreqn: group, own address, index; struct ipv6_mreq: group, index.
        byte* request = stackalloc byte[20];
        Span<byte> bytes = new(request, 20);
        bytes.Clear();
        int groupLength = group.Write(bytes);
        int indexOffset = group.IsIPv4 ? 8 : groupLength;
        MemoryMarshal.Write(bytes[indexOffset..], interfaceIndex);
        (int level, int name) = group.IsIPv4 ? (SocketAbi.SolIp, SocketAbi.IpAddMembership) : (SocketAbi.SolIpv6, SocketAbi.Ipv6AddMembership);
        uint length = group.IsIPv4 ? 12u : 20u;
        Check(SocketCalls.SetOption(Descriptor, level, name, request, length), $"join {group} on interface {interfaceIndex}");
    }

    /// <summary>Hear only the groups that this very socket has joined (IP_MULTICAST_ALL off).</summary>
    public void HearOnlyJoinedGroups() =>
        SetBoth(SocketAbi.IpMulticastAll, SocketAbi.Ipv6MulticastAll, 0, "hear only joined groups");

    /// <summary>The interface multicast leaves by.</summary>
    public void SetMulticastInterface(int interfaceIndex)
    {
        if (_family == SocketAbi.AfInet6)
        {
            SetIPv6(SocketAbi.Ipv6MulticastIf, interfaceIndex, "choose the multicast interface");
            return;
        }

        // struct ip_mreqn.
        byte* request = stackalloc byte[12];
        Span<byte> bytes = new(request, 12);
        bytes.Clear();
        MemoryMarshal.Write(bytes[8..], interfaceIndex);
        Check(SocketCalls.SetOption(Descriptor, SocketAbi.SolIp, SocketAbi.IpMulticastIf, request, 12), "choose the multicast interface");
    }

    /// <summary>Do not hear our own multicast.</summary>
    public void DisableMulticastLoop() =>
        SetBoth(SocketAbi.IpMulticastLoop, SocketAbi.Ipv6MulticastLoop, 0, "turn the multicast loop off");

    /// <summary>IPv4 packets are given with their header (IP_HDRINCL).</summary>
    public void IncludeHeader() => SetIPv4(SocketAbi.IpHdrIncl, 1, "give the IP header");

    /// <summary>Type of service or traffic class of what is sent.</summary>
    public void SetTrafficClass(byte value) => SetBoth(SocketAbi.IpTos, SocketAbi.Ipv6TClass, value, "set the traffic class");

    /// <summary>IPv6 hop limits of what is sent.</summary>
    public void SetHopLimit(byte value)
    {
        SetIPv6(SocketAbi.Ipv6MulticastHops, value, "set the hop limit of multicast");
        SetIPv6(SocketAbi.Ipv6UnicastHops, value, "set the hop limit");
    }

    /// <summary>The kernel computes and verifies the IPv6 checksum at this offset of the payload (IPV6_CHECKSUM).</summary>
    public void LetKernelChecksum(int offset) => SetIPv6(SocketAbi.Ipv6Checksum, offset, "have the kernel compute checksums");

    /// <summary>Tell destination and hop limit of received IPv6 packets.</summary>
    public void TellDestinationAndHopLimit()
    {
        SetIPv6(SocketAbi.Ipv6RecvPktInfo, 1, "be told destination addresses");
        SetIPv6(SocketAbi.Ipv6RecvHopLimit, 1, "be told hop limits");
    }

    /// <summary>Send only to directly connected networks (SO_DONTROUTE).</summary>
    public void DoNotRoute() => Set(SocketAbi.SolSocket, SocketAbi.SoDontRoute, 1, "send without routing");

    /// <summary>Receive buffer in bytes; more than the system's limit where the process may (SO_RCVBUFFORCE). 0 is the kernel's minimum.</summary>
    public void SetReceiveBuffer(int bytes)
    {
        int value = bytes;
        if (SocketCalls.SetOption(Descriptor, SocketAbi.SolSocket, SocketAbi.SoRcvBufForce, &value, sizeof(int)) != 0)
        {
            Set(SocketAbi.SolSocket, SocketAbi.SoRcvBuf, bytes, "set the receive buffer");
        }
    }

    /// <summary>A socket that only sends: a filter drops whatever the kernel would queue on it.</summary>
    public void DropReceived()
    {
        FilterInstruction drop = new() { Code = SocketAbi.BpfReturn, Value = 0 };
        FilterProgram program = new() { Length = 1, Instructions = &drop };
        Check(
            SocketCalls.SetOption(Descriptor, SocketAbi.SolSocket, SocketAbi.SoAttachFilter, &program, (uint)sizeof(FilterProgram)),
            "drop what is received");
    }

    /// <summary>
    /// Sends a batch and empties it. A packet that the kernel refuses is skipped and the rest is sent.
    /// </summary>
    /// <param name="batch">The packets.</param>
    /// <param name="failed">How many were refused.</param>
    /// <returns>The first refusal, or <see cref="Errno.None"/>.</returns>
    public Errno Send(SendBatch batch, out int failed)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Errno first = Errno.None;
        int done = 0;
        failed = 0;
        while (done < batch.Count)
        {
            int sent = SocketCalls.SendMany(Descriptor, batch.Headers + done, (uint)(batch.Count - done), SocketAbi.MsgDontWait);
            if (sent > 0)
            {
                done += sent;
                continue;
            }

            Errno errno = LibC.LastErrno;
            if (errno == Errno.EINTR)
            {
                continue;
            }

            first = first == Errno.None ? errno : first;
            failed++;
            done++;
        }

        batch.Clear();
        return first;
    }

    /// <summary>Receives what is there, up to the batch's capacity; never waits.</summary>
    /// <returns><see cref="Errno.None"/>, <see cref="Errno.EAGAIN"/> when there is nothing, or what is wrong.</returns>
    public Errno Receive(ReceiveBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Prepare();
        int received = SocketCalls.ReceiveMany(Descriptor, batch.Headers, (uint)batch.Capacity, SocketAbi.MsgDontWait, null);
        if (received < 0)
        {
            return LibC.LastErrno;
        }

        batch.Count = received;
        return Errno.None;
    }

    private static RawSocket Open(int family, int protocol)
    {
        int descriptor = SocketCalls.Socket(family, SocketAbi.SockRaw | SocketAbi.SockNonBlock | SocketAbi.SockCloseOnExec, protocol);
        if (descriptor < 0)
        {
            LinuxException.ThrowLast(family == SocketAbi.AfPacket ? "open a packet socket" : $"open a raw socket for protocol {protocol}");
        }

        return new RawSocket(descriptor, family);
    }

    private static void Check(int result, string operation)
    {
        if (result != 0)
        {
            LinuxException.ThrowLast(operation);
        }
    }

    private void SetBoth(int ipv4Name, int ipv6Name, int value, string operation)
    {
        if (_family == SocketAbi.AfInet)
        {
            SetIPv4(ipv4Name, value, operation);
        }
        else
        {
            SetIPv6(ipv6Name, value, operation);
        }
    }

    private void SetIPv4(int name, int value, string operation) => Set(SocketAbi.SolIp, name, value, operation);

    private void SetIPv6(int name, int value, string operation) => Set(SocketAbi.SolIpv6, name, value, operation);

    private void Set(int level, int name, int value, string operation) =>
        Check(SocketCalls.SetOption(Descriptor, level, name, &value, sizeof(int)), operation);
}
