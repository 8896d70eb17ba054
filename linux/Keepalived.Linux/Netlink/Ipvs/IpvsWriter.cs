using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink.Ipvs;

/// <summary>
/// Our model into attributes of linux/ip_vs.h. Addresses and ports travel in network order; an IPv4 mask is a mask in network order,
/// an IPv6 one a prefix length in the machine's order.
/// </summary>
internal static class IpvsWriter
{
    /// <summary>Writes what identifies a service.</summary>
    internal static void PutKey(ref NetlinkWriter writer, in IpvsServiceKey key)
    {
        int nest = writer.BeginNested(IpvsAbi.AttrService);
        PutKeyAttributes(ref writer, in key);
        writer.EndNested(nest);
    }

    /// <summary>Writes a whole service.</summary>
    internal static void PutService(ref NetlinkWriter writer, in IpvsService service)
    {
        int nest = writer.BeginNested(IpvsAbi.AttrService);
        IpvsServiceKey key = service.Key;
        PutKeyAttributes(ref writer, in key);
        writer.PutName(IpvsAbi.SvcScheduler, service.Scheduler);
        if (!service.PersistenceEngine.IsEmpty)
        {
            writer.PutName(IpvsAbi.SvcEngine, service.PersistenceEngine);
        }

        uint persistent = service.PersistenceTimeout > 0 ? IpvsAbi.FlagPersistent : 0;
        // All bits are set anew; "hashed", which is the kernel's own, it sets again itself.
        writer.PutValue(IpvsAbi.SvcFlags, new Flags { Bits = (uint)service.Flags | persistent, Mask = uint.MaxValue });
        writer.PutUInt32(IpvsAbi.SvcTimeout, service.PersistenceTimeout);
        PutMask(ref writer, key.IsIPv6, service.PersistencePrefixLength);
        writer.EndNested(nest);
    }

    /// <summary>Writes what identifies a real server.</summary>
    internal static void PutDestinationKey(ref NetlinkWriter writer, in IpvsDestination destination)
    {
        int nest = writer.BeginNested(IpvsAbi.AttrDest);
        PutDestinationKeyAttributes(ref writer, in destination);
        writer.EndNested(nest);
    }

    /// <summary>Writes a whole real server.</summary>
    internal static void PutDestination(ref NetlinkWriter writer, in IpvsDestination destination)
    {
        int nest = writer.BeginNested(IpvsAbi.AttrDest);
        PutDestinationKeyAttributes(ref writer, in destination);
        writer.PutUInt32(IpvsAbi.DestForwarding, (uint)destination.Forwarding);
        writer.PutUInt32(IpvsAbi.DestWeight, unchecked((uint)destination.Weight));
        writer.PutUInt32(IpvsAbi.DestUpper, destination.UpperThreshold);
        writer.PutUInt32(IpvsAbi.DestLower, destination.LowerThreshold);
        writer.PutByte(IpvsAbi.DestTunnelType, (byte)destination.TunnelType);
        writer.PutUInt16BigEndian(IpvsAbi.DestTunnelPort, destination.TunnelPort);
        writer.PutUInt16(IpvsAbi.DestTunnelFlags, (ushort)destination.TunnelFlags);
        writer.EndNested(nest);
    }

    /// <summary>Writes a daemon to be started.</summary>
    internal static void PutDaemon(ref NetlinkWriter writer, in IpvsDaemon daemon)
    {
        int nest = writer.BeginNested(IpvsAbi.AttrDaemon);
        writer.PutUInt32(IpvsAbi.DaemonState, (uint)daemon.Role);
        writer.PutName(IpvsAbi.DaemonInterface, daemon.Interface);
        writer.PutUInt32(IpvsAbi.DaemonSyncId, daemon.SyncId);
        if (daemon.MaxLength != 0)
        {
            writer.PutUInt16(IpvsAbi.DaemonMaxLength, daemon.MaxLength);
        }

        if (!daemon.Group.IsNone)
        {
            writer.PutAddress(daemon.Group.IsIPv6 ? IpvsAbi.DaemonGroup6 : IpvsAbi.DaemonGroup, daemon.Group);
        }

        if (daemon.Port != 0)
        {
            writer.PutUInt16(IpvsAbi.DaemonPort, daemon.Port);
        }

        if (daemon.Ttl != 0)
        {
            writer.PutByte(IpvsAbi.DaemonTtl, daemon.Ttl);
        }

        writer.EndNested(nest);
    }

    private static void PutKeyAttributes(ref NetlinkWriter writer, in IpvsServiceKey key)
    {
        writer.PutUInt16(IpvsAbi.SvcFamily, (ushort)(key.IsIPv6 ? NetlinkAbi.AfInet6 : NetlinkAbi.AfInet));
        if (key.IsMark)
        {
            writer.PutUInt32(IpvsAbi.SvcMark, key.Mark);
            return;
        }

        writer.PutUInt16(IpvsAbi.SvcProtocol, (ushort)key.Protocol);
        PutAddress(ref writer, IpvsAbi.SvcAddress, key.Address);
        writer.PutUInt16BigEndian(IpvsAbi.SvcPort, key.Port);
    }

    private static void PutDestinationKeyAttributes(ref NetlinkWriter writer, in IpvsDestination destination)
    {
        PutAddress(ref writer, IpvsAbi.DestAddress, destination.Address);
        writer.PutUInt16BigEndian(IpvsAbi.DestPort, destination.Port);
        // Without it the kernel takes the service's family.
        writer.PutUInt16(IpvsAbi.DestFamily, (ushort)(destination.Address.IsIPv6 ? NetlinkAbi.AfInet6 : NetlinkAbi.AfInet));
    }

    private static void PutAddress(ref NetlinkWriter writer, ushort type, InetAddress address)
    {
        Span<byte> octets = stackalloc byte[IpvsAbi.AddressLength];
        octets.Clear();
        address.Write(octets);
        writer.Put(type, octets);
    }

    private static void PutMask(ref NetlinkWriter writer, bool ipv6, byte prefixLength)
    {
        if (ipv6)
        {
            writer.PutUInt32(IpvsAbi.SvcNetmask, prefixLength);
        }
        else
        {
            writer.PutUInt32BigEndian(IpvsAbi.SvcNetmask, prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength));
        }
    }

    /// <summary>struct ip_vs_flags.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Flags
    {
        internal const int Size = 8;

        internal uint Bits;
        internal uint Mask;
    }
}
