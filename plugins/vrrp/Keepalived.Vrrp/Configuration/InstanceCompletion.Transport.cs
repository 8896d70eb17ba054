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

        if (!interfaces.TryFind(name.Value, out _link))
        {
            interfaces.Check(name.Value, name.Location, $"vrrp_instance {draft.Name}, which is in FAULT until it appears,");
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
            Fault(draft.Peers!.Location, "is strict, which forbids unicast where multicast works; it stays in FAULT", "remove unicast_peer or strict mode");
        }

        return settings with
        {
            Source = source,
            IsUnicast = true,
            Peers = PeersOfFamily(),
            ChecksUnicastSource = draft.ChecksUnicastSource || _globals.ChecksUnicastSource,
            UnicastTtl = draft.UnicastTtl?.Value,
        };
    }

    private void ReportMissingPeers()
    {
        if (draft.UnicastTtl is { } ttl)
        {
            Warn(ttl.Location, "has no unicast peer: unicast_ttl is not used", "add unicast_peer, or remove unicast_ttl");
        }

        if (draft.UnicastKeyword is not { } location)
        {
            return;
        }

        if (draft.FaultWithoutPeers)
        {
            _configurationFaults++;
            session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Error, location, $"{draft.Title} is to use unicast and has no peer; it stays in FAULT", "add unicast_peer"));
            return;
        }

        session.Report(new(
            DiagnosticClass.Deprecated,
            DiagnosticSeverity.Warning,
            location,
            $"vrrp_instance {draft.Name} is to use unicast and has no peer; it uses multicast, which is deprecated",
            "add unicast_peer, or remove what is for unicast"));
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
        foreach (Located<UnicastPeer> peer in draft.Peers!.Value)
        {
            if (peer.Value.Address.Family != _family)
            {
                Error(peer.Location, $"has a peer {peer.Value.Address} of another family than its addresses; it is left out", "use one family per instance");
            }
            else if (peers.Exists(p => p.Address == peer.Value.Address))
            {
                Note(peer.Location, $"names peer {peer.Value.Address} twice", "remove one of the two");
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
        int mtu = (int)Math.Min(_link?.Mtu ?? EthernetMtu, int.MaxValue);
        int capacity = AdvertisementCapacity.MaximumAddresses(_version, _family, mtu, settings.AuthenticationLength);
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
            Note(address.Location, $"has the address {address.Value.Address} twice", "remove one of the two");
        }

        return isNew;
    }

    private readonly HashSet<(string?, InternetAddress, byte)> _seen = [];

    private void CheckAddresses(List<VirtualAddress> counted)
    {
        if (counted.Count == 0 && !draft.NoVirtualAddress && !_strict && _version == VrrpVersion.Version2)
        {
            Warn(draft.Location, "has no virtual address; it does nothing but elect", "add virtual_ipaddress, or say no_virtual_ipaddress");
        }
        else if (counted.Count == 0 && !draft.NoVirtualAddress && (_strict || _version == VrrpVersion.Version3))
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
