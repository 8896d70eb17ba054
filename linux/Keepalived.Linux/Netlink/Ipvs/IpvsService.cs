namespace Keepalived.Linux.Netlink.Ipvs;

/// <summary>The transport protocol of a virtual service (RFC 9293, RFC 768, RFC 9260), by its IP protocol number.</summary>
public enum IpvsProtocol : ushort
{
    /// <summary>None: the service is found by a firewall mark.</summary>
    None = 0,
    /// <summary>TCP.</summary>
    Tcp = 6,
    /// <summary>UDP.</summary>
    Udp = 17,
    /// <summary>SCTP.</summary>
    Sctp = 132,
}

/// <summary>What makes a virtual service the one it is: protocol, address and port, or a firewall mark and an address family.</summary>
public readonly record struct IpvsServiceKey
{
    private readonly bool _markIsIPv6;

    private IpvsServiceKey(IpvsProtocol protocol, InetAddress address, ushort port, uint mark, bool markIsIPv6)
    {
        Protocol = protocol;
        Address = address;
        Port = port;
        Mark = mark;
        _markIsIPv6 = markIsIPv6;
    }

    /// <summary>The protocol; None for a mark.</summary>
    public IpvsProtocol Protocol { get; }

    /// <summary>The virtual address; none for a mark.</summary>
    public InetAddress Address { get; }

    /// <summary>The port, 0 for all ports; 0 for a mark.</summary>
    public ushort Port { get; }

    /// <summary>The firewall mark, from 1; 0 where the service has an address.</summary>
    public uint Mark { get; }

    /// <summary>Whether a firewall mark finds the service.</summary>
    public bool IsMark => Mark != 0;

    /// <summary>Whether the service is one for IPv6.</summary>
    public bool IsIPv6 => _markIsIPv6 || Address.IsIPv6;

    /// <summary>Bits in an address of its family: 32 or 128.</summary>
    public byte AddressBits => IsIPv6 ? (byte)128 : (byte)32;

    /// <summary>A service at an address.</summary>
    /// <param name="protocol">TCP, UDP or SCTP.</param>
    /// <param name="address">The virtual address.</param>
    /// <param name="port">The port; 0 for all ports, which the kernel allows to persistent services.</param>
    /// <exception cref="ArgumentException">No protocol, or no address.</exception>
    public static IpvsServiceKey ForAddress(IpvsProtocol protocol, InetAddress address, ushort port)
    {
        if (protocol == IpvsProtocol.None || address.IsNone)
        {
            throw new ArgumentException("A virtual service without a mark needs a protocol and an address.");
        }

        return new IpvsServiceKey(protocol, address, port, 0, false);
    }

    /// <summary>A service for packets with a firewall mark.</summary>
    /// <param name="mark">The mark, from 1.</param>
    /// <param name="ipv6">Whether for IPv6 packets.</param>
    public static IpvsServiceKey ForMark(uint mark, bool ipv6 = false)
    {
        ArgumentOutOfRangeException.ThrowIfZero(mark);
        return new IpvsServiceKey(IpvsProtocol.None, default, 0, mark, ipv6);
    }

    /// <summary>Such as "TCP 192.0.2.1:80", "TCP [2001:db8::1]:80" or "FWM 5 IPv6".</summary>
    public override string ToString()
    {
        if (IsMark)
        {
            return IsIPv6 ? $"FWM {Mark} IPv6" : $"FWM {Mark}";
        }

        string protocol = Protocol switch
        {
            IpvsProtocol.Tcp => "TCP",
            IpvsProtocol.Udp => "UDP",
            IpvsProtocol.Sctp => "SCTP",
            _ => $"protocol {(ushort)Protocol}",
        };
        return Address.IsIPv6 ? $"{protocol} [{Address}]:{Port}" : $"{protocol} {Address}:{Port}";
    }
}

/// <summary>A virtual service: who it is and how it schedules.</summary>
/// <param name="Key">Who it is.</param>
/// <param name="Scheduler">The scheduler's name, such as "wlc".</param>
public readonly record struct IpvsService(IpvsServiceKey Key, KernelName Scheduler)
{
    /// <summary>How the scheduler and the service behave.</summary>
    public IpvsServiceFlags Flags { get; init; }

    /// <summary>Seconds for which a client stays with its real server; 0 for a service that is not persistent.</summary>
    public uint PersistenceTimeout { get; init; }

    /// <summary>Bits of the client's address that must agree to be one client: 0 to 32, or 1 to 128. All of them by default.</summary>
    public byte PersistencePrefixLength { get; init; } = Key.AddressBits;

    /// <summary>The persistence engine, such as "sip"; empty for none.</summary>
    public KernelName PersistenceEngine { get; init; }
}

/// <summary>Flags of a virtual service (IP_VS_SVC_F_ of linux/ip_vs.h). Persistence follows from its timeout and is none of them.</summary>
[Flags]
public enum IpvsServiceFlags : uint
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Each packet is scheduled on its own (UDP).</summary>
    OnePacket = 0x04,
    /// <summary>The scheduler's first flag: with sh and mh, fall back to another server when the chosen one is unavailable.</summary>
    Scheduler1 = 0x08,
    /// <summary>The scheduler's second flag: with sh and mh, take the source port into the hash.</summary>
    Scheduler2 = 0x10,
    /// <summary>The scheduler's third flag.</summary>
    Scheduler3 = 0x20,
}

/// <summary>A virtual service as found in the kernel.</summary>
/// <param name="Service">The service.</param>
/// <param name="Counters">What it has carried.</param>
public readonly record struct IpvsServiceStatus(IpvsService Service, IpvsCounters Counters);
