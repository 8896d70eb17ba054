using System.Net.Sockets;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Firewall;

/// <summary>Parts of the tables, each there when some instance needs it.</summary>
[Flags]
internal enum FirewallParts
{
    None = 0,

    /// <summary>IGMP of virtual MAC interfaces.</summary>
    Igmp = 1,

    /// <summary>MLD and router solicitations of virtual MAC interfaces.</summary>
    Mld = 2,

    /// <summary>IPv4 addresses that are not accepted.</summary>
    IPv4Addresses = 4,

    /// <summary>IPv6 addresses that are not accepted.</summary>
    IPv6Addresses = 8,

    /// <summary>Link-local ones, by the index of their interface.</summary>
    LinkLocal = 16,

    /// <summary>Link-local ones, by the name of their interface, which may come and go while the instance runs.</summary>
    LinkLocalByName = 32,
}

/// <summary>What a configuration needs.</summary>
internal static class FirewallNeeds
{
    public static FirewallParts Of(VrrpConfiguration configuration)
    {
        FirewallParts parts = FirewallParts.None;
        foreach (InstanceSettings instance in configuration.Instances)
        {
            parts |= OfLinks(instance, configuration.Globals);
            if (!instance.Accepts)
            {
                parts |= OfAddresses(instance.Addresses, instance, configuration.Globals) | OfAddresses(instance.ExcludedAddresses, instance, configuration.Globals);
            }
        }

        return parts;
    }

    /// <summary>Link-local addresses are told apart by the name of their interface.</summary>
    public static bool UsesNames(InstanceSettings instance, GlobalSettings globals) => !instance.TracksInterface && !globals.Firewall.UsesInterfaceIndex;

    // Without local IGMP there is nothing to send elsewhere; MLD goes on, as with keepalived.
    private static FirewallParts OfLinks(InstanceSettings instance, GlobalSettings globals)
    {
        FirewallParts parts = FirewallParts.None;
        foreach (VirtualLinkSettings link in instance.VirtualLinks)
        {
            if (link.Ipvlan is null)
            {
                parts |= link.Family == AddressFamily.InterNetwork && !globals.DisablesLocalIgmp ? FirewallParts.Igmp : FirewallParts.None;
                parts |= link.CarriesIPv6 ? FirewallParts.Mld : FirewallParts.None;
            }
        }

        return parts;
    }

    private static FirewallParts OfAddresses(EquatableArray<VirtualAddress> addresses, InstanceSettings instance, GlobalSettings globals)
    {
        FirewallParts parts = FirewallParts.None;
        foreach (VirtualAddress address in addresses)
        {
            if (address.Address.Family == AddressFamily.InterNetwork)
            {
                parts |= FirewallParts.IPv4Addresses;
                continue;
            }

            parts |= FirewallParts.IPv6Addresses;
            if (address.Address.IsLinkLocal())
            {
                parts |= UsesNames(instance, globals) ? FirewallParts.LinkLocalByName : FirewallParts.LinkLocal;
            }
        }

        return parts;
    }
}
