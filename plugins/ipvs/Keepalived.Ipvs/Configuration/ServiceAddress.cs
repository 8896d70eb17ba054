using System.Net;
using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Ipvs;

namespace Keepalived.Ipvs;

/// <summary>
/// What makes a virtual server that one and no other: address, port and protocol, or a firewall mark and a family. Two with equal
/// addresses are the same service for the kernel and across a reload.
/// </summary>
/// <param name="Address">Virtual address; null for a service by mark.</param>
/// <param name="Port">Port, 0..65535; 0 takes all ports of a persistent service.</param>
/// <param name="FirewallMark">Mark; 0 for a service by address.</param>
/// <param name="Protocol">Protocol; none for a service by mark.</param>
/// <param name="Family">Address family of the packets.</param>
internal sealed record ServiceAddress(IPAddress? Address, int Port, uint FirewallMark, IpvsProtocol Protocol, AddressFamily Family)
{
    /// <summary>Name of the group whose addresses and marks it has; null for a service of its own.</summary>
    public string? Group { get; init; }

    /// <summary>Whether packets are chosen by firewall mark.</summary>
    public bool IsMark => Address is null && Group is null;

    /// <summary>Whether it is as many services as a group has addresses and marks.</summary>
    public bool IsGroup => Group is not null;

    /// <summary>The same for the kernel.</summary>
    public IpvsServiceKey Key => Address is null
        ? IpvsServiceKey.ForMark(FirewallMark, Family == AddressFamily.InterNetworkV6)
        : IpvsServiceKey.ForAddress(Protocol, InetAddress.FromIPAddress(Address), (ushort)Port);

    /// <summary><c>[address]:protocol:port</c> or <c>FWM mark</c> or <c>[group]:0</c>, as FIFO lines and mails have it.</summary>
    public override string ToString() => Group is not null ? $"[{Group}]:0" : Address is null ? $"FWM {FirewallMark}" : Text(Address, Protocol, Port);

    /// <summary>The same form for a server of this service.</summary>
    public string Text(DestinationAddress destination) => Text(destination, Protocol);

    /// <summary>The same form for a server of a service of some protocol.</summary>
    public static string Text(DestinationAddress destination, IpvsProtocol protocol) => Text(destination.Address, protocol, destination.Port);

    private static string Text(IPAddress address, IpvsProtocol protocol, int port) =>
        address.AddressFamily == AddressFamily.InterNetwork ? TextOfIPv4(address, Name(protocol), port) : $"[{address}]:{Name(protocol)}:{port}";

    // By hand: tens of thousands of names are made at a start, before the framework's own code for it has been compiled well.
    private static string TextOfIPv4(IPAddress address, string protocol, int port)
    {
        Span<char> text = stackalloc char[40];
        Span<byte> octets = stackalloc byte[4];
        InetAddress.FromIPAddress(address).Write(octets);
        text[0] = '[';
        int length = 1;
        for (int i = 0; i < octets.Length; i++)
        {
            Append(text, ref length, octets[i]);
            text[length++] = i < octets.Length - 1 ? '.' : ']';
        }

        text[length++] = ':';
        protocol.CopyTo(text[length..]);
        length += protocol.Length;
        text[length++] = ':';
        Append(text, ref length, port);
        return new string(text[..length]);
    }

    private static void Append(Span<char> text, ref int length, int number)
    {
        int digits = 1;
        for (int rest = number / 10; rest > 0; rest /= 10)
        {
            digits++;
        }

        for (int i = length + digits - 1; i >= length; i--)
        {
            text[i] = (char)('0' + (number % 10));
            number /= 10;
        }

        length += digits;
    }

    private static string Name(IpvsProtocol protocol) => protocol switch
    {
        IpvsProtocol.Tcp => "tcp",
        IpvsProtocol.Udp => "udp",
        IpvsProtocol.Sctp => "sctp",
        _ => "none",
    };
}

/// <summary>A real server's place within its service.</summary>
/// <param name="Address">Address.</param>
/// <param name="Port">Port, 0..65535; 0 keeps the port of the packet.</param>
internal readonly record struct DestinationAddress(IPAddress Address, int Port);
