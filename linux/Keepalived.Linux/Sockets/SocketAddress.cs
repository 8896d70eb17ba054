using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Sockets;

/// <summary>Writes and reads struct sockaddr_in, sockaddr_in6 and sockaddr_ll; no port: raw sockets have none.</summary>
internal static class SocketAddress
{
    private const int IPv4Size = 16;
    private const int IPv6Size = 28;
    private const int LinkSize = 20;

    /// <summary>Writes an internet address; returns the structure's size.</summary>
    /// <param name="destination">At least <see cref="SocketAbi.AddressSize"/> bytes, zero.</param>
    /// <param name="address">The address.</param>
    /// <param name="interfaceIndex">Zone of a link-local IPv6 address; 0 for none.</param>
    internal static int Write(Span<byte> destination, InetAddress address, int interfaceIndex)
    {
        bool isIPv4 = address.IsIPv4;
        MemoryMarshal.Write(destination, (ushort)(isIPv4 ? SocketAbi.AfInet : SocketAbi.AfInet6));
        address.Write(destination[(isIPv4 ? 4 : 8)..]);
        if (isIPv4)
        {
            return IPv4Size;
        }

        bool hasZone = address.IsLinkLocal || address.IsMulticast;
        MemoryMarshal.Write(destination[24..], hasZone ? interfaceIndex : 0);
        return IPv6Size;
    }

    /// <summary>Writes the address of a link (sockaddr_ll); returns the structure's size.</summary>
    internal static int WriteLink(Span<byte> destination, int interfaceIndex)
    {
        MemoryMarshal.Write(destination, (ushort)SocketAbi.AfPacket);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], 0);
        MemoryMarshal.Write(destination[4..], interfaceIndex);
        return LinkSize;
    }

    /// <summary>Reads an internet address; none for another family.</summary>
    internal static InetAddress Read(ReadOnlySpan<byte> source) => MemoryMarshal.Read<ushort>(source) switch
    {
        SocketAbi.AfInet => InetAddress.FromBytes(source.Slice(4, 4)),
        SocketAbi.AfInet6 => InetAddress.FromBytes(source.Slice(8, 16)),
        _ => InetAddress.None,
    };
}
