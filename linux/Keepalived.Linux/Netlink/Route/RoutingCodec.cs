using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Keepalived.Linux.Netlink.Route;

/// <summary>Writes routes and rules as requests, and reads what the kernel's news need to be compared with them.</summary>
internal static class RoutingCodec
{
    /// <summary>Writes a route after the message header, the same for adding and deleting.</summary>
    internal static void WriteRoute(ref NetlinkWriter writer, RouteInfo route)
    {
        writer.PutStructure(new RoutingAbi.RouteHeader
        {
            Family = RouteCodec.Family(route.Destination),
            DestinationLength = route.PrefixLength,
            SourceLength = route.SourceLength,
            TypeOfService = route.TypeOfService,
            Table = ShortTable(route.Table),
            Protocol = route.Protocol,
            Scope = route.Scope,
            Type = route.Type,
            Flags = route.IsOnLink ? RoutingAbi.NextHopOnLink : 0,
        });
        if (route.PrefixLength > 0)
        {
            writer.PutAddress(RoutingAbi.RtaDestination, route.Destination);
        }

        PutAddress(ref writer, RoutingAbi.RtaSource, route.Source);
        PutAddress(ref writer, RoutingAbi.RtaGateway, route.Gateway);
        PutAddress(ref writer, RoutingAbi.RtaPreferredSource, route.PreferredSource);
        PutOutput(ref writer, route.InterfaceIndex);
        PutUInt32(ref writer, RoutingAbi.RtaPriority, route.Metric);
        PutUInt32(ref writer, RoutingAbi.RtaFlow, route.Realms);
        PutUInt32(ref writer, RoutingAbi.RtaExpires, route.Expires);
        PutByte(ref writer, RoutingAbi.RtaPreference, route.RouterPreference);
        PutByte(ref writer, RoutingAbi.RtaTtlPropagate, route.PropagatesTtl is { } propagates ? (byte)(propagates ? 1 : 0) : null);
        writer.PutUInt32(RoutingAbi.RtaTable, route.Table);
        WriteMetrics(ref writer, route);
        WriteEncapsulation(ref writer, route.Encapsulation);
        WriteNextHops(ref writer, route);
    }

    /// <summary>Writes a rule after the message header, the same for adding and deleting.</summary>
    internal static void WriteRule(ref NetlinkWriter writer, RuleInfo rule)
    {
        writer.PutStructure(new RoutingAbi.RuleHeader
        {
            Family = (byte)(rule.IsIPv6 ? NetlinkAbi.AfInet6 : NetlinkAbi.AfInet),
            DestinationLength = rule.DestinationLength,
            SourceLength = rule.SourceLength,
            TypeOfService = rule.TypeOfService,
            Table = ShortTable(rule.Table),
            Action = rule.Action,
            Flags = rule.IsInverted ? RoutingAbi.RuleInverted : 0,
        });
        writer.PutUInt32(RoutingAbi.FraPriority, rule.Priority);
        PutAddress(ref writer, RoutingAbi.FraSource, rule.Source);
        PutAddress(ref writer, RoutingAbi.FraDestination, rule.Destination);
        PutUInt32(ref writer, RoutingAbi.FraTable, rule.Table == 0 ? null : rule.Table);
        PutUInt32(ref writer, RoutingAbi.FraGoto, rule.Target);
        PutUInt32(ref writer, RoutingAbi.FraMark, rule.Mark);
        PutUInt32(ref writer, RoutingAbi.FraMask, rule.Mask);
        PutUInt32(ref writer, RoutingAbi.FraFlow, rule.Realms);
        PutUInt32(ref writer, RoutingAbi.FraSuppressGroup, rule.SuppressGroup);
        PutUInt32(ref writer, RoutingAbi.FraSuppressPrefixLength, rule.SuppressPrefixLength is { } length ? (uint)length : null);
        PutByte(ref writer, RoutingAbi.FraL3Mdev, rule.UsesVrfTable ? (byte)1 : null);
        PutByte(ref writer, RoutingAbi.FraTransport, rule.Transport);
        PutName(ref writer, RoutingAbi.FraInputName, rule.InputInterface);
        PutName(ref writer, RoutingAbi.FraOutputName, rule.OutputInterface);
        WriteRanges(ref writer, rule);
        writer.PutByte(RoutingAbi.FraProtocol, rule.Protocol);
    }

    /// <summary>Reads RTM_DELROUTE or RTM_NEWROUTE as far as it identifies the route; false for anything else.</summary>
    internal static bool TryReadRouteKey(in NetlinkMessage message, out RouteKey key)
    {
        key = default;
        if (message.Type is not (RouteAbi.NewRoute or RouteAbi.DelRoute) || message.Payload.Length < RoutingAbi.RouteHeader.Length)
        {
            return false;
        }

        var header = MemoryMarshal.Read<RoutingAbi.RouteHeader>(message.Payload);
        InetAddress destination = default;
        uint table = header.Table, metric = 0;
        AttributeReader reader = message.Attributes(RoutingAbi.RouteHeader.Length);
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case RoutingAbi.RtaDestination when header.Family is NetlinkAbi.AfInet or NetlinkAbi.AfInet6: destination = reader.Address(); break;
                case RoutingAbi.RtaTable: table = reader.UInt32(); break;
                case RoutingAbi.RtaPriority: metric = reader.UInt32(); break;
            }
        }

        key = new RouteKey(destination, header.DestinationLength, header.Family == NetlinkAbi.AfInet6, table, header.TypeOfService, metric, header.Protocol);
        return !reader.Malformed && header.Family is NetlinkAbi.AfInet or NetlinkAbi.AfInet6;
    }

    /// <summary>Reads RTM_DELRULE or RTM_NEWRULE as far as it identifies the rule; false for anything else.</summary>
    internal static bool TryReadRuleKey(in NetlinkMessage message, out RuleKey key)
    {
        key = default;
        if (message.Type is not (RouteAbi.NewRule or RouteAbi.DelRule) || message.Payload.Length < RoutingAbi.RuleHeader.Length)
        {
            return false;
        }

        var header = MemoryMarshal.Read<RoutingAbi.RuleHeader>(message.Payload);
        if (header.Family is not (NetlinkAbi.AfInet or NetlinkAbi.AfInet6))
        {
            return false;
        }

        InetAddress source = default, destination = default;
        uint priority = 0;
        byte protocol = 0;
        AttributeReader reader = message.Attributes(RoutingAbi.RuleHeader.Length);
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case RoutingAbi.FraSource: source = reader.Address(); break;
                case RoutingAbi.FraDestination: destination = reader.Address(); break;
                case RoutingAbi.FraPriority: priority = reader.UInt32(); break;
                case RoutingAbi.FraProtocol: protocol = reader.Byte(); break;
            }
        }

        key = new RuleKey(header.Family == NetlinkAbi.AfInet6, header.Action, priority, source, destination, protocol);
        return !reader.Malformed;
    }

    private static byte ShortTable(uint table) => table <= RoutingAbi.LargestShortTable ? (byte)table : RoutingAbi.TableUnspecified;

    private static void WriteMetrics(ref NetlinkWriter writer, RouteInfo route)
    {
        if (route.Metrics.Length == 0 && route.LockedMetrics == 0 && route.CongestionControl is null)
        {
            return;
        }

        int metrics = writer.BeginNested(RoutingAbi.RtaMetrics);
        if (route.LockedMetrics != 0)
        {
            writer.PutUInt32(RoutingAbi.RtaxLock, route.LockedMetrics);
        }

        foreach (RouteMetricInfo metric in route.Metrics)
        {
            writer.PutUInt32(metric.Type, metric.Value);
        }

        if (route.CongestionControl is { } algorithm)
        {
            writer.Put(RoutingAbi.RtaxCcAlgo, Encoding.ASCII.GetBytes(algorithm + '\0'));
        }

        writer.EndNested(metrics);
    }

    private static void WriteNextHops(ref NetlinkWriter writer, RouteInfo route)
    {
        if (route.NextHops.Length == 0)
        {
            return;
        }

        int multipath = writer.BeginNested(RoutingAbi.RtaMultipath);
        foreach (NextHopInfo hop in route.NextHops)
        {
            int start = writer.Length;
            writer.PutStructure(new RoutingAbi.NextHopHeader
            {
                Flags = (byte)(hop.IsOnLink ? RoutingAbi.NextHopOnLink : 0),
                WeightLessOne = (byte)(hop.Weight - 1),
                Index = hop.InterfaceIndex,
            });
            PutAddress(ref writer, RoutingAbi.RtaGateway, hop.Gateway);
            PutUInt32(ref writer, RoutingAbi.RtaFlow, hop.Realms);
            WriteEncapsulation(ref writer, hop.Encapsulation);
            // struct rtnexthop begins with its length as an attribute does, attributes included.
            writer.EndNested(start);
        }

        writer.EndNested(multipath);
    }

    private static void WriteEncapsulation(ref NetlinkWriter writer, RouteEncapsulationInfo? encapsulation)
    {
        switch (encapsulation)
        {
            case TunnelEncapsulationInfo tunnel:
                WriteTunnel(ref writer, tunnel);
                break;
            case MplsEncapsulationInfo mpls:
                writer.PutUInt16(RoutingAbi.RtaEncapsulationType, RoutingAbi.EncapsulationMpls);
                int labels = writer.BeginNested(RoutingAbi.RtaEncapsulation);
                writer.Put(RoutingAbi.MplsDestination, LabelStack(mpls));
                writer.EndNested(labels);
                break;
            case IlaEncapsulationInfo ila:
                writer.PutUInt16(RoutingAbi.RtaEncapsulationType, RoutingAbi.EncapsulationIla);
                int locator = writer.BeginNested(RoutingAbi.RtaEncapsulation);
                writer.PutUInt64(RoutingAbi.IlaLocator, BinaryPrimitives.ReverseEndianness(ila.Locator));
                writer.EndNested(locator);
                break;
        }
    }

    private static void WriteTunnel(ref NetlinkWriter writer, TunnelEncapsulationInfo tunnel)
    {
        writer.PutUInt16(RoutingAbi.RtaEncapsulationType, tunnel.IsIPv6 ? RoutingAbi.EncapsulationIPv6 : RoutingAbi.EncapsulationIPv4);
        int nested = writer.BeginNested(RoutingAbi.RtaEncapsulation);
        if (tunnel.TunnelId is { } id)
        {
            writer.PutUInt64(RoutingAbi.TunnelId, BinaryPrimitives.ReverseEndianness(id));
        }

        PutAddress(ref writer, RoutingAbi.TunnelDestination, tunnel.Destination);
        PutAddress(ref writer, RoutingAbi.TunnelSource, tunnel.Source);
        PutByte(ref writer, RoutingAbi.TunnelHopLimit, tunnel.HopLimit);
        PutByte(ref writer, RoutingAbi.TunnelTrafficClass, tunnel.TrafficClass);
        if (tunnel.Flags is { } flags)
        {
            writer.PutUInt16BigEndian(RoutingAbi.TunnelFlags, flags);
        }

        writer.EndNested(nested);
    }

    // RFC 3032: label, traffic class, bottom of stack, hop limit.
    private static byte[] LabelStack(MplsEncapsulationInfo mpls)
    {
        const int LabelShift = 12;
        const uint Bottom = 1 << 8;
        byte[] octets = new byte[mpls.Labels.Length * sizeof(uint)];
        for (int i = 0; i < mpls.Labels.Length; i++)
        {
            uint entry = (mpls.Labels[i] << LabelShift) | (i == mpls.Labels.Length - 1 ? Bottom : 0);
            BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(i * sizeof(uint)), entry);
        }

        return octets;
    }

    private static void WriteRanges(ref NetlinkWriter writer, RuleInfo rule)
    {
        if (rule.TunnelId is { } tunnel)
        {
            writer.PutUInt64(RoutingAbi.FraTunnelId, BinaryPrimitives.ReverseEndianness(tunnel));
        }

        if (rule.Users is { } users)
        {
            writer.PutValue(RoutingAbi.FraUidRange, new RoutingAbi.WideRange { First = users.First, Last = users.Last });
        }

        if (rule.SourcePorts is { } from)
        {
            writer.PutValue(RoutingAbi.FraSourcePorts, new RoutingAbi.NarrowRange { First = from.First, Last = from.Last });
        }

        if (rule.DestinationPorts is { } to)
        {
            writer.PutValue(RoutingAbi.FraDestinationPorts, new RoutingAbi.NarrowRange { First = to.First, Last = to.Last });
        }
    }

    private static void PutAddress(ref NetlinkWriter writer, ushort type, InetAddress address)
    {
        if (!address.IsNone)
        {
            writer.PutAddress(type, address);
        }
    }

    private static void PutOutput(ref NetlinkWriter writer, int index)
    {
        if (index != 0)
        {
            writer.PutUInt32(RoutingAbi.RtaOutput, (uint)index);
        }
    }

    private static void PutUInt32(ref NetlinkWriter writer, ushort type, uint? value)
    {
        if (value is { } number)
        {
            writer.PutUInt32(type, number);
        }
    }

    private static void PutByte(ref NetlinkWriter writer, ushort type, byte? value)
    {
        if (value is { } number)
        {
            writer.PutByte(type, number);
        }
    }

    private static void PutName(ref NetlinkWriter writer, ushort type, KernelName name)
    {
        if (!name.IsEmpty)
        {
            writer.PutName(type, name);
        }
    }
}
