using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

// Where advertisements go and which addresses there are.
internal sealed partial class InstanceCompletion
{
    private const int EthernetMtu = 1500;

    private bool IsUnicast => draft.Peers is { Value.Count: > 0 };

    private bool CheckInterface()
    {
        if (draft.Interface is not { } name)
        {
            bool canDoWithout = IsUnicast && draft.UnicastSource is { } source
                && !(source.Value.Length == InternetAddress.IPv6Length && source.Value.IsLinkLocal());
            if (!canDoWithout)
            {
                Error(draft.Location, "has no interface and is left out", "add interface, or unicast_peer with a unicast_src_ip that is not link-local");
            }

            return canDoWithout;
        }

        _link = links?.FirstOrDefault(link => link.Name.Is(name.Value));
        if (links is null)
        {
            return true;
        }

        if (_link is null)
        {
            if (!globals.DynamicInterfaces)
            {
                string message = $"names interface {name.Value}, which does not exist; it is in FAULT until it appears";
                Error(name.Location, message, "correct the name, create the interface, or set dynamic_interfaces in global_defs");
                session.Report(new(DiagnosticClass.BadInterface, DiagnosticSeverity.Error, name.Location, $"interface {name.Value} does not exist"));
            }

            return true;
        }

        if ((_link.Flags & LinkFlags.Loopback) != 0)
        {
            Fault(name.Location, "cannot run on a loopback interface; it stays in FAULT", "name the interface that leads to the other routers");
        }
        else if ((_link.Flags & LinkFlags.Multicast) == 0 && !IsUnicast)
        {
            Fault(name.Location, $"uses multicast, which {name.Value} does not carry; it stays in FAULT", "use unicast_peer");
        }

        return true;
    }

    private InstanceSettings CompleteTransport(InstanceSettings settings)
    {
        InternetAddress? source = OfFamily(draft.UnicastSource ?? draft.MulticastSource, "source address");
        if (!IsUnicast)
        {
            ReportMissingPeers();
            return settings with
            {
                Source = source,
                MulticastGroup = OfFamily(draft.MulticastGroup, "multicast group") ?? settings.MulticastGroup,
            };
        }

        if (draft.MulticastGroup is { } group)
        {
            Warn(group.Location, "is unicast: mcast_dst_ip is not used", "remove mcast_dst_ip or unicast_peer");
        }

        if (_strict && _link is { } link && (link.Flags & LinkFlags.Multicast) != 0)
        {
            Fault(draft.Peers!.Value.Location, "is strict, which forbids unicast where multicast works; it stays in FAULT", "remove unicast_peer or strict mode");
        }

        return settings with
        {
            Source = source,
            IsUnicast = true,
            Peers = PeersOfFamily(),
            ChecksUnicastSource = draft.ChecksUnicastSource || globals.ChecksUnicastSource,
            UnicastTtl = draft.UnicastTtl?.Value,
        };
    }

    private void ReportMissingPeers()
    {
        if (draft.UnicastSource is not { } source)
        {
            return;
        }

        if (draft.FaultWithoutPeers)
        {
            Fault(source.Location, "is to use unicast and has no peer; it stays in FAULT", "add unicast_peer");
            return;
        }

        session.Report(new(
            DiagnosticClass.Deprecated,
            DiagnosticSeverity.Warning,
            source.Location,
            $"vrrp_instance {draft.Name} has a unicast_src_ip and no peer; it uses multicast",
            "use mcast_src_ip, or add unicast_peer"));
    }

    private InternetAddress? OfFamily(Located<InternetAddress>? address, string what)
    {
        if (address is not { } known)
        {
            return null;
        }

        if (known.Value.Family == _family)
        {
            return known.Value;
        }

        Error(known.Location, $"has a {what} {known.Value} of another family than its addresses; it is not used", "use one family per instance");
        return null;
    }

    private EquatableArray<UnicastPeer> PeersOfFamily()
    {
        List<UnicastPeer> peers = [];
        foreach (Located<UnicastPeer> peer in draft.Peers!.Value.Value)
        {
            if (peer.Value.Address.Family != _family)
            {
                Error(peer.Location, $"has a peer {peer.Value.Address} of another family than its addresses; it is left out", "use one family per instance");
            }
            else if (peers.Exists(p => p.Address == peer.Value.Address))
            {
                Warn(peer.Location, $"names peer {peer.Value.Address} twice", "remove one of the two");
            }
            else
            {
                peers.Add(peer.Value);
            }
        }

        return [.. peers];
    }

    private InstanceSettings CompleteAddresses(InstanceSettings settings)
    {
        List<VirtualAddress> excluded = [];
        List<VirtualAddress> counted = [];
        int capacity = AdvertisementCapacity.MaximumAddresses(_version, _family, (int)Math.Min(_link?.Mtu ?? EthernetMtu, int.MaxValue));
        foreach (Located<VirtualAddress> address in draft.Addresses)
        {
            if (address.Value.Address.Family != _family)
            {
                Error(
                    address.Location,
                    $"has a virtual address {address.Value.Address} of another family than its first; it is left out",
                    "put it in virtual_ipaddress_excluded, or in an instance of its own");
            }
            else if (IsNew(address, counted, excluded))
            {
                (counted.Count < capacity ? counted : excluded).Add(address.Value);
            }
        }

        if (excluded.Count > 0)
        {
            Warn(
                draft.Addresses[capacity].Location,
                $"has more addresses than the {capacity} an advertisement can hold; {excluded.Count} are treated as excluded",
                "move them to virtual_ipaddress_excluded on all routers");
        }

        foreach (Located<VirtualAddress> address in draft.ExcludedAddresses)
        {
            if (IsNew(address, counted, excluded))
            {
                excluded.Add(address.Value);
            }
        }

        CheckAddresses(counted);
        return settings with { Addresses = [.. counted], ExcludedAddresses = [.. excluded] };
    }

    private bool IsNew(Located<VirtualAddress> address, List<VirtualAddress> counted, List<VirtualAddress> excluded)
    {
        // Thousands of addresses are allowed, so the search must not be a walk over the lists.
        bool isNew = _seen.Add((address.Value.Device, address.Value.Address, address.Value.PrefixLength));
        if (!isNew)
        {
            Warn(address.Location, $"has the address {address.Value.Address} twice", "remove one of the two");
        }

        return isNew;
    }

    private readonly HashSet<(string?, InternetAddress, byte)> _seen = [];

    private void CheckAddresses(List<VirtualAddress> counted)
    {
        if (counted.Count == 0 && !draft.NoVirtualAddress && (_strict || _version == VrrpVersion.Version3))
        {
            string why = _strict ? "strict mode" : "version 3";
            Fault(draft.Location, $"has no virtual address, which {why} asks for; it stays in FAULT", "add virtual_ipaddress, or no_virtual_ipaddress");
        }
        else if (counted.Count == 0 && draft.NoVirtualAddress && _strict)
        {
            Fault(draft.Location, "is strict, where no_virtual_ipaddress does not help; it stays in FAULT", "add virtual_ipaddress");
        }

        if (_family == AddressFamily.InterNetworkV6 && !IsUnicast && counted is [var first, ..] && !first.Address.IsLinkLocal())
        {
            SourceLocation location = draft.Addresses[0].Location;
            const string Message = "should have a link-local first address (RFC 9568 section 5.2.9)";
            const string Remedy = "put an address of fe80::/10 first on all routers";
            if (_strict)
            {
                Error(location, Message, Remedy);
            }
            else
            {
                session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Information, location, $"vrrp_instance {draft.Name} {Message}", Remedy));
            }
        }
    }
}
