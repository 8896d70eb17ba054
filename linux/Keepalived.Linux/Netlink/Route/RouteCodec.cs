using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink.Route;

/// <summary>Links, addresses and neighbours between their messages and our model. Allocates only the link's record.</summary>
internal static class RouteCodec
{
    /// <summary>Reads RTM_NEWLINK or RTM_DELLINK; false for anything else, and for messages that tell only part of a link.</summary>
    internal static bool TryReadLink(in NetlinkMessage message, out LinkInfo link)
    {
        link = null!;
        if (message.Type is not (RouteAbi.NewLink or RouteAbi.DelLink) || message.Payload.Length < RouteAbi.LinkHeaderLength)
        {
            return false;
        }

        var header = MemoryMarshal.Read<RouteAbi.LinkHeader>(message.Payload);
        // A bridge tells its ports' coming and going as link messages of family AF_BRIDGE: no link comes or goes then.
        return header.Family == NetlinkAbi.AfUnspec && TryReadLink(in header, message.Attributes(RouteAbi.LinkHeaderLength), out link);
    }

    private static bool TryReadLink(in RouteAbi.LinkHeader header, AttributeReader reader, out LinkInfo link)
    {
        link = null!;
        bool wireless = false;
        KernelName name = default, kind = default;
        uint mtu = 0, group = 0;
        uint? vrfTable = null;
        int master = 0, parent = 0;
        HardwareAddress address = default, broadcast = default;
        byte state = 0;
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case RouteAbi.IflaName: name = reader.Name(); break;
                case RouteAbi.IflaMtu: mtu = reader.UInt32(); break;
                case RouteAbi.IflaAddress: address = reader.Hardware(); break;
                case RouteAbi.IflaBroadcast: broadcast = reader.Hardware(); break;
                case RouteAbi.IflaLink: parent = reader.Int32(); break;
                case RouteAbi.IflaMaster: master = reader.Int32(); break;
                case RouteAbi.IflaGroup: group = reader.UInt32(); break;
                case RouteAbi.IflaOperstate: state = reader.Byte(); break;
                case RouteAbi.IflaLinkInfo: kind = ReadKind(ref reader, out vrfTable); break;
                case RouteAbi.IflaWireless: wireless = true; break;
            }
        }

        // A wireless event carries a name and nothing else: taking it for the link would clear the rest.
        if (reader.Malformed || wireless || header.Index <= 0 || name.IsEmpty)
        {
            return false;
        }

        link = new LinkInfo(header.Index, name, (LinkFlags)header.Flags, mtu, header.HardwareType, address, broadcast, (OperationalState)state)
        {
            MasterIndex = master,
            ParentIndex = parent,
            Group = group,
            Kind = kind,
            VrfTable = vrfTable,
        };
        return true;
    }

    private static KernelName ReadKind(ref AttributeReader linkInfo, out uint? vrfTable)
    {
        KernelName kind = default;
        ReadOnlySpan<byte> data = default;
        AttributeReader nested = linkInfo.Nested();
        while (nested.MoveNext())
        {
            if (nested.Type == RouteAbi.InfoKind)
            {
                kind = nested.Name();
            }
            else if (nested.Type == RouteAbi.InfoData)
            {
                data = nested.Value;
            }
        }

        linkInfo.Absorb(in nested);
        vrfTable = kind.Is("vrf") ? ReadVrfTable(new AttributeReader(data)) : null;
        return kind;
    }

    private static uint? ReadVrfTable(AttributeReader data)
    {
        while (data.MoveNext())
        {
            if (data.Type == RouteAbi.VrfTable)
            {
                return data.UInt32();
            }
        }

        return null;
    }

    /// <summary>Reads RTM_NEWADDR or RTM_DELADDR; false for anything else.</summary>
    internal static bool TryReadAddress(in NetlinkMessage message, out AddressInfo address)
    {
        address = default;
        if (message.Type is not (RouteAbi.NewAddr or RouteAbi.DelAddr) || message.Payload.Length < RouteAbi.AddressHeaderLength)
        {
            return false;
        }

        var header = MemoryMarshal.Read<RouteAbi.AddressHeader>(message.Payload);
        return header.Family is NetlinkAbi.AfInet or NetlinkAbi.AfInet6
            && TryReadAddress(in header, message.Attributes(RouteAbi.AddressHeaderLength), out address);
    }

    private static bool TryReadAddress(in RouteAbi.AddressHeader header, AttributeReader reader, out AddressInfo address)
    {
        InetAddress local = default, remote = default, broadcast = default;
        KernelName label = default;
        uint flags = header.Flags;
        byte protocol = 0;
        var lifetimes = new RouteAbi.AddressLifetimes { Preferred = AddressInfo.Forever, Valid = AddressInfo.Forever };
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case RouteAbi.IfaLocal: local = reader.Address(); break;
                case RouteAbi.IfaAddress: remote = reader.Address(); break;
                case RouteAbi.IfaBroadcast: broadcast = reader.Address(); break;
                case RouteAbi.IfaLabel: label = reader.Name(); break;
                case RouteAbi.IfaFlags: flags = reader.UInt32(); break;
                case RouteAbi.IfaProto: protocol = reader.Byte(); break;
                case RouteAbi.IfaCacheInfo:
                    lifetimes = MemoryMarshal.Read<RouteAbi.AddressLifetimes>(reader.Structure(RouteAbi.AddressLifetimes.Size));
                    break;
            }
        }

        // IFA_ADDRESS is the peer where IFA_LOCAL differs, and the address itself where there is no IFA_LOCAL.
        InetAddress own = local.IsNone ? remote : local;
        address = new AddressInfo(header.Index, own, header.PrefixLength)
        {
            Peer = remote == own ? default : remote,
            Broadcast = broadcast,
            Scope = (AddressScope)header.Scope,
            Label = label,
            Flags = (AddressFlags)flags,
            PreferredLifetime = lifetimes.Preferred,
            ValidLifetime = lifetimes.Valid,
            Protocol = protocol,
        };
        int length = header.Family == NetlinkAbi.AfInet ? 4 : 16;
        return !reader.Malformed && own.Length == length && (remote.IsNone || remote.Length == length) && header.PrefixLength <= length * 8;
    }

    /// <summary>Reads RTM_NEWNEIGH or RTM_DELNEIGH of the IP families; false for anything else.</summary>
    internal static bool TryReadNeighbour(in NetlinkMessage message, out NeighbourInfo neighbour)
    {
        neighbour = default;
        if (message.Type is not (RouteAbi.NewNeigh or RouteAbi.DelNeigh) || message.Payload.Length < RouteAbi.NeighbourHeaderLength)
        {
            return false;
        }

        var header = MemoryMarshal.Read<RouteAbi.NeighbourHeader>(message.Payload);
        if (header.Family is not (NetlinkAbi.AfInet or NetlinkAbi.AfInet6))
        {
            return false;
        }

        InetAddress address = default;
        HardwareAddress hardware = default;
        AttributeReader reader = message.Attributes(RouteAbi.NeighbourHeaderLength);
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case RouteAbi.NdaDestination: address = reader.Address(); break;
                case RouteAbi.NdaLinkLayerAddress: hardware = reader.Hardware(); break;
            }
        }

        neighbour = new NeighbourInfo(header.Index, address, hardware, (NeighbourState)header.State);
        return !reader.Malformed && !address.IsNone;
    }

    /// <summary>Writes an address after the message header, the same for adding and deleting.</summary>
    internal static void WriteAddress(ref NetlinkWriter writer, in AddressInfo address)
    {
        var header = new RouteAbi.AddressHeader
        {
            Family = Family(address.Address),
            PrefixLength = address.PrefixLength,
            Flags = (byte)((uint)address.Flags & 0xFF),
            Scope = (byte)address.Scope,
            Index = address.InterfaceIndex,
        };
        writer.PutStructure(in header);
        writer.PutAddress(RouteAbi.IfaLocal, address.Address);
        writer.PutAddress(RouteAbi.IfaAddress, address.Peer.IsNone ? address.Address : address.Peer);
    }

    /// <summary>Writes what an address to be added has beyond its identity.</summary>
    internal static void WriteAddressProperties(ref NetlinkWriter writer, in AddressInfo address)
    {
        if (!address.Broadcast.IsNone)
        {
            writer.PutAddress(RouteAbi.IfaBroadcast, address.Broadcast);
        }

        if (!address.Label.IsEmpty)
        {
            writer.PutName(RouteAbi.IfaLabel, address.Label);
        }

        if (((uint)address.Flags & ~0xFFu) != 0)
        {
            writer.PutUInt32(RouteAbi.IfaFlags, (uint)address.Flags);
        }

        if (address.PreferredLifetime != AddressInfo.Forever || address.ValidLifetime != AddressInfo.Forever)
        {
            writer.PutValue(RouteAbi.IfaCacheInfo, new RouteAbi.AddressLifetimes { Preferred = address.PreferredLifetime, Valid = address.ValidLifetime });
        }

        if (address.Protocol != 0)
        {
            writer.PutByte(RouteAbi.IfaProto, address.Protocol);
        }
    }

    internal static byte Family(InetAddress address) => (byte)(address.IsIPv4 ? NetlinkAbi.AfInet : NetlinkAbi.AfInet6);
}
