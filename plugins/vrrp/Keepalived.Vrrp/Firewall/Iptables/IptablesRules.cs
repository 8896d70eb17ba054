using System.Net.Sockets;
using Keepalived.Linux.Netlink.Netfilter;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Firewall.Iptables;

/// <summary>A rule of table filter, its matches in the order in which iptables-save shows them, so that one can be found again.</summary>
internal readonly record struct IptablesRule(string Chain, string Matches)
{
    /// <summary>Puts it before all others: an operator's rules that accept must not come first.</summary>
    public string Insertion => $"-I {Chain} 1 {Matches}";

    public string Deletion => $"-D {Chain} {Matches}";

    /// <summary>As iptables-save shows it.</summary>
    public string Saved => $"-A {Chain} {Matches}";
}

/// <summary>A set to be made.</summary>
internal readonly record struct Ipset(string Name, string Type, bool IsIPv6);

/// <summary>The rules and sets, as text: for sets one rule each, without sets rules for each element.</summary>
internal static class IptablesRules
{
    // RFC 3376 section 4.2.14, RFC 3810 section 5.2.14, RFC 4291 section 2.7.1 (all routers, to whom solicitations go).
    private const string IgmpReports = "224.0.0.22/32";
    private const string MldReports = "ff02::16/128";
    private const string Routers = "ff02::2/128";
    private const string Icmp = "-p ipv6-icmp -m icmp6 --icmpv6-type ";
    private const int NeighbourSolicitation = 135;
    private const int NeighbourAdvertisement = 136;
    private const FirewallParts AnyLinkLocal = FirewallParts.LinkLocal | FirewallParts.LinkLocalByName;

    /// <summary>The sets that parts need.</summary>
    public static IEnumerable<Ipset> SetsOf(FirewallParts parts, IpsetNames names)
    {
        const string Addresses = "hash:ip", WithInterface = "hash:net,iface";
        (FirewallParts, Ipset)[] all =
        [
            (FirewallParts.IPv4Addresses, new(names.IPv4, Addresses, false)),
            (FirewallParts.IPv6Addresses, new(names.IPv6, Addresses, true)),
            (AnyLinkLocal, new(names.LinkLocal, WithInterface, true)),
            (FirewallParts.Igmp, new(names.Igmp, WithInterface, false)),
            (FirewallParts.Mld, new(names.Mld, WithInterface, true)),
            (FirewallParts.Mld, new(names.NeighbourDiscovery, WithInterface, true)),
        ];
        return all.Where(set => (parts & set.Item1) != 0).Select(set => set.Item2);
    }

    /// <summary>The rules of the sets that parts need, in the order in which they are to stand.</summary>
    public static IEnumerable<IptablesRule> OfSets(NftablesFamily family, FirewallParts parts, IpsetNames names, FirewallSettings settings)
    {
        bool isIPv6 = family == NftablesFamily.IPv6;
        List<(string? Chain, string Matches)> rules = [];
        if (isIPv6)
        {
            AddIf(FirewallParts.Mld, settings.OutputChain, Match(names.Mld, "dst,dst") + " -j DROP");
            AddIf(FirewallParts.Mld, settings.OutputChain, $"{Icmp}{NeighbourAdvertisement} {Match(names.NeighbourDiscovery, "src,dst")} -j DROP");
            AddAddresses(FirewallParts.IPv6Addresses, names.IPv6, "dst", "src");
            AddAddresses(AnyLinkLocal, names.LinkLocal, "dst,src", "src,dst");
        }
        else
        {
            AddIf(FirewallParts.Igmp, settings.OutputChain, Match(names.Igmp, "dst,dst") + " -j DROP");
            AddAddresses(FirewallParts.IPv4Addresses, names.IPv4, "dst", "src");
        }

        return Of(rules);

        void AddAddresses(FirewallParts part, string set, string input, string output)
        {
            foreach ((string? chain, string direction) in ((string?, string)[])[(settings.InputChain, input), (settings.OutputChain, output)])
            {
                foreach (string end in Ends(isIPv6))
                {
                    AddIf(part, chain, end.Replace("*", Match(set, direction), StringComparison.Ordinal));
                }
            }
        }

        void AddIf(FirewallParts part, string? chain, string matches)
        {
            if ((parts & part) != 0)
            {
                rules.Add((chain, matches));
            }
        }

        static string Match(string set, string direction) => $"-m set --match-set {set} {direction}";
    }

    /// <summary>The rules of one element where there are no sets.</summary>
    public static IEnumerable<IptablesRule> Of(FirewallElement element, FirewallSettings settings)
    {
        string? device = element.Device;
        if (element.Set == FirewallStructure.BaseOf)
        {
            string[] groups = element.Family == NftablesFamily.IPv6 ? [MldReports, Routers] : [IgmpReports];
            return Of(groups.Select(group => (settings.OutputChain, $"-d {group} -o {device} -j DROP")));
        }

        if (element.Set == FirewallStructure.BaseLinkLocal)
        {
            return Of([(settings.OutputChain, $"-s {element.Address}/128 -o {device} {Icmp}{NeighbourAdvertisement} -j DROP")]);
        }

        if (element.Set == FirewallStructure.VirtualLinks)
        {
            // Router solicitations are dropped with the other groups of the interface.
            return [];
        }

        bool isIPv6 = element.Family == NftablesFamily.IPv6;
        string address = $"{element.Address}/{(isIPv6 ? 128 : 32)}";
        string input = $"-d {address}{(device is null ? "" : " -i " + device)}", output = $"-s {address}{(device is null ? "" : " -o " + device)}";
        return Of(((string?, string)[])[
            .. Ends(isIPv6).Select(end => (settings.InputChain, Place(end, input))),
            .. Ends(isIPv6).Select(end => (settings.OutputChain, Place(end, output)))]);

        // Addresses and interfaces are shown before the protocol, sets after it.
        static string Place(string end, string match) => match + " " + end.Replace("* ", "", StringComparison.Ordinal);
    }

    /// <summary>The entries of one element in sets: the set's name and the entry.</summary>
    public static IEnumerable<(string Set, string Entry)> EntriesOf(FirewallElement element, IpsetNames names) => element.Set switch
    {
        FirewallStructure.BaseOf when element.Family == NftablesFamily.IPv4 => [(names.Igmp, $"{IgmpReports},{element.Device}")],
        FirewallStructure.BaseOf => [(names.Mld, $"{MldReports},{element.Device}"), (names.Mld, $"{Routers},{element.Device}")],
        FirewallStructure.VirtualLinks => [],
        FirewallStructure.BaseLinkLocal => [(names.NeighbourDiscovery, $"{element.Address}/128,{element.Device}")],
        _ when element.Device is { } device => [(names.LinkLocal, $"{element.Address}/128,{device}")],
        _ => [(element.Family == NftablesFamily.IPv6 ? names.IPv6 : names.IPv4, $"{element.Address}")],
    };

    /// <summary>What an earlier life may have left: the elements that a configuration names.</summary>
    public static IReadOnlyList<FirewallElement> ElementsOf(VrrpConfiguration configuration)
    {
        List<FirewallElement> elements = [];
        foreach (InstanceSettings instance in configuration.Instances)
        {
            foreach (VirtualLinkSettings link in instance.VirtualLinks)
            {
                elements.Add(FirewallElement.OfVirtualLink(NftablesFamily.IPv4, 0, 0, link.Name));
                elements.Add(FirewallElement.OfVirtualLink(NftablesFamily.IPv6, 0, 0, link.Name));
            }

            foreach (VirtualAddress address in (VirtualAddress[])[.. instance.Addresses, .. instance.ExcludedAddresses])
            {
                bool isOfLink = address.Address.Family == AddressFamily.InterNetworkV6 && address.Address.IsLinkLocal();
                elements.Add(FirewallElement.OfAddress(address.Address, null, byName: true) with { Device = isOfLink ? address.Device ?? instance.Interface : null });
            }
        }

        return elements;
    }

    // Neighbours must still learn where the addresses are.
    private static string[] Ends(bool isIPv6) => isIPv6
        ? [$"{Icmp}{NeighbourSolicitation} * -j ACCEPT", $"{Icmp}{NeighbourAdvertisement} * -j ACCEPT", "* -j DROP"]
        : ["* -j DROP"];

    private static IEnumerable<IptablesRule> Of(IEnumerable<(string? Chain, string Matches)> rules)
    {
        foreach ((string? chain, string matches) in rules)
        {
            if (chain is not null)
            {
                yield return new(chain, matches);
            }
        }
    }
}
