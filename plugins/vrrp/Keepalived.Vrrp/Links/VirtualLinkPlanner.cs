using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Links;

/// <summary>
/// Decides which interfaces instances make, what they are called, and which addresses go on them: <c>use_vmac</c>, <c>use_ipvlan</c>,
/// <c>use_vmac_addr</c> and <c>use_vmac</c> of single addresses. Names are keepalived's: PREFIX.VRID for the first, PREFIX6.VRID for one of
/// IPv6 whose name is taken, then PREFIX1.VRID and so on.
/// </summary>
internal sealed class VirtualLinkPlanner(GlobalSettings globals, SystemInterfaces interfaces)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Gives each instance its interfaces, and its addresses the one they go on.</summary>
    public EquatableArray<InstanceSettings> Plan(EquatableArray<InstanceSettings> instances)
    {
        // What the configuration names is nobody else's.
        foreach (InstanceSettings instance in instances)
        {
            if ((instance.Vmac?.Name ?? instance.Ipvlan?.Name) is { } name)
            {
                _taken.Add(name);
            }
        }

        return [.. instances.Select(instance => instance.WantsVirtualLink ? Plan(instance) : instance)];
    }

    private InstanceSettings Plan(InstanceSettings instance)
    {
        if (instance.Interface is not { } own)
        {
            return instance;
        }

        List<VirtualLinkSettings> links = [];
        VirtualLinkSettings? main = null;
        if (instance.Vmac is { } vmac)
        {
            main = new VirtualLinkSettings
            {
                Name = vmac.Name ?? NewName(globals.VmacPrefix, instance, instance.Family, own),
                Base = own,
                Family = instance.Family,
                MacAddress = MacAddress(instance, instance.Family),
                InterfaceGroup = vmac.InterfaceGroup,
                NotifiesNetlink = vmac.NotifiesNetlink,
                CarriesIPv6 = instance.Family == AddressFamily.InterNetworkV6,
            };
        }
        else if (instance.Ipvlan is { } ipvlan)
        {
            main = new VirtualLinkSettings
            {
                Name = ipvlan.Name ?? NewName(globals.VmacPrefix, instance, instance.Family, own),
                Base = own,
                Family = instance.Family,
                InterfaceGroup = ipvlan.InterfaceGroup,
                CarriesIPv6 = instance.Family == AddressFamily.InterNetworkV6,
                Ipvlan = ipvlan.Mode,
                Address = ipvlan.Address,
            };
        }

        if (main is not null)
        {
            links.Add(main);
        }

        // An ipvlan only carries the advertisements: keepalived leaves the virtual addresses on the base.
        string? place = instance.Vmac is null ? null : main?.Name;
        EquatableArray<VirtualAddress> addresses = Place(instance, instance.Addresses, place, links);
        EquatableArray<VirtualAddress> excluded = Place(instance, instance.ExcludedAddresses, place, links);
        if (place is not null && (CarriesIPv6(instance.Addresses, own) || CarriesIPv6(instance.ExcludedAddresses, own)))
        {
            links[0] = links[0] with { CarriesIPv6 = true };
        }

        return instance with { VirtualLinks = [.. links], OwnLink = main?.Name, Addresses = addresses, ExcludedAddresses = excluded };
    }

    private EquatableArray<VirtualAddress> Place(InstanceSettings instance, EquatableArray<VirtualAddress> addresses, string? main, List<VirtualLinkSettings> links)
    {
        List<VirtualAddress> placed = new(addresses.Count);
        foreach (VirtualAddress address in addresses)
        {
            string device = address.Device ?? instance.Interface!;
            bool isForeign = device != instance.Interface || address.Address.Family != instance.Family;
            if (!isForeign && main is not null)
            {
                placed.Add(address with { Device = main });
            }
            else if (address.UsesVmac || (isForeign && instance.UsesVmacForAddresses))
            {
                placed.Add(address with { Device = LinkFor(instance, device, address.Address.Family, main, links).Name });
            }
            else
            {
                // An excluded address of the other family stays beside the virtual MAC, as with keepalived: that one is not its family's.
                placed.Add(address);
            }
        }

        return [.. placed];
    }

    private VirtualLinkSettings LinkFor(InstanceSettings instance, string device, AddressFamily family, string? main, List<VirtualLinkSettings> links)
    {
        foreach (VirtualLinkSettings known in links)
        {
            if (known.Base == device && known.Family == family && known.Ipvlan is null && known.Name != main)
            {
                return known;
            }
        }

        VirtualLinkSettings link = new()
        {
            Name = NewName(globals.VmacAddressPrefix ?? globals.VmacPrefix, instance, family, device),
            Base = device,
            Family = family,
            MacAddress = MacAddress(instance, family),
            CarriesIPv6 = family == AddressFamily.InterNetworkV6,
        };
        links.Add(link);
        return link;
    }

    private string NewName(string prefix, InstanceSettings instance, AddressFamily family, string device)
    {
        byte id = instance.VirtualRouterId;
        string name = $"{prefix}.{id}";
        for (int number = 0; !TakesName(name, instance, family, device); number++)
        {
            name = number == 0 && family == AddressFamily.InterNetworkV6 ? $"{prefix}6.{id}" : $"{prefix}{Math.Max(number, 1)}.{id}";
        }

        return name;
    }

    // A name of an interface that exists is free when it is what would be made: an earlier life left it, or this is a reload.
    private bool TakesName(string name, InstanceSettings instance, AddressFamily family, string device)
    {
        if (_taken.Contains(name) || (interfaces.TryFind(name, out LinkInfo? link) && !IsSame(link, instance, family, device)))
        {
            return false;
        }

        return _taken.Add(name);
    }

    private bool IsSame(LinkInfo link, InstanceSettings instance, AddressFamily family, string device) =>
        interfaces.TryFind(device, out LinkInfo? parent)
        && link.ParentIndex == parent.Index
        && (instance.Ipvlan is not null ? link.Kind.Is("ipvlan") : link.Kind.Is("macvlan") && link.Address == new HardwareAddress(MacAddress(instance, family).AsSpan()));

    // RFC 9568 section 7.3.
    private static EquatableArray<byte> MacAddress(InstanceSettings instance, AddressFamily family)
    {
        const int Short = 5;
        return instance.Vmac?.MacAddress is { Count: > 0 } own
            ? own.Count == Short ? [.. own, instance.VirtualRouterId] : own
            : [0, 0, 0x5E, 0, family == AddressFamily.InterNetworkV6 ? (byte)2 : (byte)1, instance.VirtualRouterId];
    }

    // Also when they are beside it: keepalived leaves IPv6 enabled then.
    private static bool CarriesIPv6(EquatableArray<VirtualAddress> addresses, string own)
    {
        foreach (VirtualAddress address in addresses)
        {
            if ((address.Device ?? own) == own && address.Address.Length == InternetAddress.IPv6Length)
            {
                return true;
            }
        }

        return false;
    }
}
