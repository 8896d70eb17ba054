using System.Numerics;
using System.Runtime.InteropServices;
using Keepalived.Linux.Netlink.Generic;

namespace Keepalived.Linux.Netlink.Ipvs;

/// <summary>Messages of linux/ip_vs.h into our model; nothing is allocated. Each method is false for any other message.</summary>
public static class IpvsReader
{
    /// <summary>Reads a virtual service.</summary>
    public static bool TryReadService(in NetlinkMessage message, out IpvsServiceStatus status)
    {
        status = default;
        return TryFind(in message, IpvsAbi.NewService, IpvsAbi.AttrService, out AttributeReader reader) && TryReadServiceAttributes(ref reader, out status);
    }

    /// <summary>Reads a real server.</summary>
    public static bool TryReadDestination(in NetlinkMessage message, out IpvsDestinationStatus status)
    {
        status = default;
        return TryFind(in message, IpvsAbi.NewDest, IpvsAbi.AttrDest, out AttributeReader reader) && TryReadDestinationAttributes(ref reader, out status);
    }

    internal static bool TryReadDaemon(in NetlinkMessage message, out IpvsDaemon daemon)
    {
        daemon = default;
        if (!TryFind(in message, IpvsAbi.NewDaemon, IpvsAbi.AttrDaemon, out AttributeReader reader))
        {
            return false;
        }

        uint role = 0, syncId = 0;
        KernelName name = default;
        InetAddress group = default;
        ushort maxLength = 0, port = 0;
        byte ttl = 0;
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case IpvsAbi.DaemonState: role = reader.UInt32(); break;
                case IpvsAbi.DaemonInterface: name = reader.Name(); break;
                case IpvsAbi.DaemonSyncId: syncId = reader.UInt32(); break;
                case IpvsAbi.DaemonMaxLength: maxLength = reader.UInt16(); break;
                case IpvsAbi.DaemonGroup or IpvsAbi.DaemonGroup6: group = reader.Address(); break;
                case IpvsAbi.DaemonPort: port = reader.UInt16(); break;
                case IpvsAbi.DaemonTtl: ttl = reader.Byte(); break;
            }
        }

        daemon = new IpvsDaemon((IpvsDaemonRole)role, name, unchecked((byte)syncId)) { MaxLength = maxLength, Group = group, Port = port, Ttl = ttl };
        return !reader.Malformed && syncId <= byte.MaxValue && daemon.Role is IpvsDaemonRole.Master or IpvsDaemonRole.Backup;
    }

    internal static bool TryReadInfo(in NetlinkMessage message, out IpvsInfo info)
    {
        uint version = 0, size = 0;
        AttributeReader reader = message.Attributes(GenericAbi.HeaderLength);
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case IpvsAbi.InfoVersion: version = reader.UInt32(); break;
                case IpvsAbi.InfoTableSize: size = reader.UInt32(); break;
            }
        }

        info = new IpvsInfo(new Version((int)(version >> 16 & 0xFF), (int)(version >> 8 & 0xFF), (int)(version & 0xFF)), size);
        return !reader.Malformed && Is(in message, IpvsAbi.SetInfo);
    }

    internal static bool TryReadTimeouts(in NetlinkMessage message, out IpvsTimeouts timeouts)
    {
        uint tcp = 0, fin = 0, udp = 0;
        AttributeReader reader = message.Attributes(GenericAbi.HeaderLength);
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case IpvsAbi.AttrTimeoutTcp: tcp = reader.UInt32(); break;
                case IpvsAbi.AttrTimeoutTcpFin: fin = reader.UInt32(); break;
                case IpvsAbi.AttrTimeoutUdp: udp = reader.UInt32(); break;
            }
        }

        timeouts = new IpvsTimeouts(tcp, fin, udp);
        return !reader.Malformed && Is(in message, IpvsAbi.SetConfig);
    }

    private static bool Is(in NetlinkMessage message, byte command) => message.Payload.Length >= GenericAbi.HeaderLength && message.Payload[0] == command;

    private static bool TryFind(in NetlinkMessage message, byte command, ushort attribute, out AttributeReader nested)
    {
        nested = default;
        if (!Is(in message, command))
        {
            return false;
        }

        AttributeReader reader = message.Attributes(GenericAbi.HeaderLength);
        while (reader.MoveNext())
        {
            if (reader.Type == attribute)
            {
                nested = reader.Nested();
                return true;
            }
        }

        return false;
    }

    private static bool TryReadServiceAttributes(ref AttributeReader reader, out IpvsServiceStatus status)
    {
        ushort family = 0, protocol = 0, port = 0;
        uint mark = 0, timeout = 0;
        ReadOnlySpan<byte> address = default, mask = default;
        KernelName scheduler = default, engine = default;
        IpvsWriter.Flags flags = default;
        IpvsCounters counters = default;
        bool wide = false;
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case IpvsAbi.SvcFamily: family = reader.UInt16(); break;
                case IpvsAbi.SvcProtocol: protocol = reader.UInt16(); break;
                case IpvsAbi.SvcAddress: address = reader.Structure(IpvsAbi.AddressLength); break;
                case IpvsAbi.SvcPort: port = reader.UInt16BigEndian(); break;
                case IpvsAbi.SvcMark: mark = reader.UInt32(); break;
                case IpvsAbi.SvcScheduler: scheduler = reader.Name(); break;
                case IpvsAbi.SvcFlags: flags = MemoryMarshal.Read<IpvsWriter.Flags>(reader.Structure(IpvsWriter.Flags.Size)); break;
                case IpvsAbi.SvcTimeout: timeout = reader.UInt32(); break;
                case IpvsAbi.SvcNetmask: mask = reader.Structure(sizeof(uint)); break;
                case IpvsAbi.SvcEngine: engine = reader.Name(); break;
                case IpvsAbi.SvcStats or IpvsAbi.SvcStats64: ReadCounters(ref reader, IpvsAbi.SvcStats64, ref counters, ref wide); break;
            }
        }

        status = default;
        bool isIPv6 = family == NetlinkAbi.AfInet6;
        if (reader.Malformed || !(isIPv6 || family == NetlinkAbi.AfInet) || (mark == 0 && (address.IsEmpty || protocol == 0)))
        {
            return false;
        }

        IpvsServiceKey key = mark != 0
            ? IpvsServiceKey.ForMark(mark, isIPv6)
            : IpvsServiceKey.ForAddress((IpvsProtocol)protocol, InetAddress.FromBytes(address[..(isIPv6 ? 16 : 4)]), port);
        var service = new IpvsService(key, scheduler)
        {
            Flags = (IpvsServiceFlags)(flags.Bits & ~(IpvsAbi.FlagPersistent | IpvsAbi.FlagHashed)),
            PersistenceTimeout = (flags.Bits & IpvsAbi.FlagPersistent) != 0 ? timeout : 0,
            PersistencePrefixLength = PrefixLength(mask, isIPv6),
            PersistenceEngine = engine,
        };
        status = new IpvsServiceStatus(service, counters);
        return true;
    }

    private static bool TryReadDestinationAttributes(ref AttributeReader reader, out IpvsDestinationStatus status)
    {
        ushort family = 0, port = 0, tunnelPort = 0, tunnelFlags = 0;
        uint forwarding = 0, upper = 0, lower = 0, active = 0, inactive = 0, persistent = 0;
        int weight = 0;
        byte tunnelType = 0;
        ReadOnlySpan<byte> address = default;
        IpvsCounters counters = default;
        bool wide = false;
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case IpvsAbi.DestAddress: address = reader.Structure(IpvsAbi.AddressLength); break;
                case IpvsAbi.DestPort: port = reader.UInt16BigEndian(); break;
                case IpvsAbi.DestForwarding: forwarding = reader.UInt32() & IpvsAbi.ForwardingMask; break;
                case IpvsAbi.DestWeight: weight = reader.Int32(); break;
                case IpvsAbi.DestUpper: upper = reader.UInt32(); break;
                case IpvsAbi.DestLower: lower = reader.UInt32(); break;
                case IpvsAbi.DestActive: active = reader.UInt32(); break;
                case IpvsAbi.DestInactive: inactive = reader.UInt32(); break;
                case IpvsAbi.DestPersistent: persistent = reader.UInt32(); break;
                case IpvsAbi.DestFamily: family = reader.UInt16(); break;
                case IpvsAbi.DestTunnelType: tunnelType = reader.Byte(); break;
                case IpvsAbi.DestTunnelPort: tunnelPort = reader.UInt16BigEndian(); break;
                case IpvsAbi.DestTunnelFlags: tunnelFlags = reader.UInt16(); break;
                case IpvsAbi.DestStats or IpvsAbi.DestStats64: ReadCounters(ref reader, IpvsAbi.DestStats64, ref counters, ref wide); break;
            }
        }

        status = default;
        if (reader.Malformed || address.IsEmpty || family is not (NetlinkAbi.AfInet or NetlinkAbi.AfInet6))
        {
            return false;
        }

        var destination = new IpvsDestination(InetAddress.FromBytes(address[..(family == NetlinkAbi.AfInet6 ? 16 : 4)]), port)
        {
            Forwarding = (IpvsForwarding)forwarding,
            Weight = weight,
            UpperThreshold = upper,
            LowerThreshold = lower,
            TunnelType = (IpvsTunnelType)tunnelType,
            TunnelPort = tunnelPort,
            TunnelFlags = (IpvsTunnelFlags)tunnelFlags,
        };
        status = new IpvsDestinationStatus(destination, active, inactive, persistent, counters);
        return true;
    }

    /// <summary>Reads counters; those of 64 bits win over those of 32, whichever comes first.</summary>
    private static void ReadCounters(ref AttributeReader reader, ushort wideType, ref IpvsCounters counters, ref bool wide)
    {
        bool isWide = reader.Type == wideType;
        if (wide && !isWide)
        {
            return;
        }

        wide = isWide;
        Span<ulong> values = stackalloc ulong[IpvsAbi.StatsOutByteRate + 1];
        values.Clear();
        AttributeReader nested = reader.Nested();
        while (nested.MoveNext())
        {
            if (nested.Type is >= IpvsAbi.StatsConnections and <= IpvsAbi.StatsOutByteRate)
            {
                values[nested.Type] = nested.Counter();
            }
        }

        reader.Absorb(in nested);
        counters = new IpvsCounters(
            values[IpvsAbi.StatsConnections], values[IpvsAbi.StatsInPackets], values[IpvsAbi.StatsOutPackets],
            values[IpvsAbi.StatsInBytes], values[IpvsAbi.StatsOutBytes])
        {
            ConnectionRate = values[IpvsAbi.StatsConnectionRate],
            IncomingPacketRate = values[IpvsAbi.StatsInPacketRate],
            OutgoingPacketRate = values[IpvsAbi.StatsOutPacketRate],
            IncomingByteRate = values[IpvsAbi.StatsInByteRate],
            OutgoingByteRate = values[IpvsAbi.StatsOutByteRate],
        };
    }

    private static byte PrefixLength(ReadOnlySpan<byte> mask, bool ipv6)
    {
        if (mask.IsEmpty)
        {
            return ipv6 ? (byte)128 : (byte)32;
        }

        return ipv6
            ? (byte)Math.Min(MemoryMarshal.Read<uint>(mask), 128)
            : (byte)BitOperations.LeadingZeroCount(~System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(mask));
    }
}
