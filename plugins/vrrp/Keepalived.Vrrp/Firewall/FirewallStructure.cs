using Keepalived.Linux.Netlink.Netfilter;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Firewall;

/// <summary>Writes tables, chains, sets and rules in the order in which keepalived makes them.</summary>
internal sealed class FirewallStructure(NftablesBatch batch, FirewallSettings settings, bool counts)
{
    public const string Addresses = "vips";
    public const string LinkLocal = "vips_link_local";
    public const string LinkLocalByName = "vips_link_local_name";
    public const string BaseOf = "vmac_map";
    public const string VirtualLinks = "vmac_set";
    public const string BaseLinkLocal = "parent_link_local";

    private const string Discovery = "neighbor-discovery";
    private const string MldReports = "mld-report";
    private const string In = "in";
    private const string Out = "out";
    private const string InLinkLocal = "in_link_local";
    private const string OutLinkLocal = "out_link_local";

    private const FirewallParts IPv4 = FirewallParts.Igmp | FirewallParts.IPv4Addresses;
    private const FirewallParts IPv6 = ~IPv4;

    // Offsets and lengths in RFC 791, RFC 8200, RFC 4443.
    private const int ProtocolOffset = 9;
    private const int IPv4Source = 12;
    private const int IPv4Destination = 16;
    private const int IPv4Length = 4;
    private const int IPv6Source = 8;
    private const int IPv6Destination = 24;
    private const int IPv6Length = 16;
    private const byte Igmp = 2;
    private const byte Icmpv6 = 58;
    private const byte MldReport = 131;
    private const byte Mld2Report = 143;
    private const byte RouterSolicitation = 133;
    private const byte NeighbourSolicitation = 135;
    private const byte NeighbourAdvertisement = 136;

    private static ReadOnlySpan<byte> Macvlan => "macvlan\0\0\0\0\0\0\0\0\0"u8;

    /// <summary>The families that have a table.</summary>
    public static IEnumerable<NftablesFamily> FamiliesOf(FirewallParts parts)
    {
        if ((parts & IPv4) != 0)
        {
            yield return NftablesFamily.IPv4;
        }

        if ((parts & IPv6) != 0)
        {
            yield return NftablesFamily.IPv6;
        }
    }

    /// <summary>Adds parts to those that are there.</summary>
    public void Add(FirewallParts missing, FirewallParts present)
    {
        foreach (NftablesFamily family in FamiliesOf(missing))
        {
            if (!FamiliesOf(present).Contains(family))
            {
                // A table that an earlier life left goes first; deleting what is not there would fail.
                batch.AddTable(family, settings.NftablesTable);
                batch.DeleteTable(family, settings.NftablesTable);
                batch.AddTable(family, settings.NftablesTable);
                batch.AddChain(family, settings.NftablesTable, Out, NftablesHook.Output, settings.NftablesPriority);
            }
        }

        AddMemberships(missing);
        AddIPv4Addresses(missing);
        AddIPv6Addresses(missing);
    }

    private void AddMemberships(FirewallParts missing)
    {
        string table = settings.NftablesTable;
        if ((missing & FirewallParts.Igmp) != 0)
        {
            batch.AddSet(NftablesFamily.IPv4, table, BaseOf, NftablesType.InterfaceIndex, NftablesType.InterfaceIndex);
            batch.AddRule(NftablesFamily.IPv4, table, Out, End(
                new NftablesRule().LoadNetwork(ProtocolOffset, 1).Equal([Igmp]).Load(NftablesMeta.OutputKind).Equal(Macvlan)
                    .LoadNetwork(IPv4Destination, IPv4Length).Load(NftablesMeta.OutputIndex, 2).Map(BaseOf, 2).Duplicate(1, 2),
                NftablesVerdict.Drop));
        }

        if ((missing & FirewallParts.Mld) != 0)
        {
            batch.AddSet(NftablesFamily.IPv6, table, BaseOf, NftablesType.InterfaceIndex, NftablesType.InterfaceIndex);
            batch.AddSet(NftablesFamily.IPv6, table, VirtualLinks, NftablesType.InterfaceIndex);
            AddBaseLinkLocal(table);
            batch.AddSet(NftablesFamily.IPv6, table, MldReports, NftablesType.Icmpv6Type, isConstant: true);
            batch.ChangeElement(NftablesFamily.IPv6, table, MldReports, isAdd: true, [MldReport]);
            batch.ChangeElement(NftablesFamily.IPv6, table, MldReports, isAdd: true, [Mld2Report]);
            batch.AddRule(NftablesFamily.IPv6, table, Out, End(
                Icmp().Lookup(MldReports).Load(NftablesMeta.OutputKind).Equal(Macvlan)
                    .LoadNetwork(IPv6Destination, IPv6Length).Load(NftablesMeta.OutputIndex, 2).Map(BaseOf, 2).Duplicate(1, 2),
                NftablesVerdict.Drop));
            batch.AddRule(NftablesFamily.IPv6, table, Out, End(
                Icmp(RouterSolicitation).Load(NftablesMeta.OutputKind).Equal(Macvlan).Load(NftablesMeta.OutputIndex).Lookup(VirtualLinks), NftablesVerdict.Drop));
        }
    }

    // The base and its virtual MAC interface have one link-local address; neighbours must find it at the base.
    private void AddBaseLinkLocal(string table)
    {
        bool byIndex = settings.UsesInterfaceIndex;
        batch.AddSet(
            NftablesFamily.IPv6, table, BaseLinkLocal, NftablesType.IPv6Address.Then(byIndex ? NftablesType.InterfaceIndex : NftablesType.InterfaceName));
        batch.AddRule(NftablesFamily.IPv6, table, Out, End(
            Icmp(NeighbourAdvertisement).LoadNetwork(IPv6Source, IPv6Length).Load(byIndex ? NftablesMeta.OutputIndex : NftablesMeta.OutputName, 2).Lookup(BaseLinkLocal),
            NftablesVerdict.Drop));
    }

    private void AddIPv4Addresses(FirewallParts missing)
    {
        if ((missing & FirewallParts.IPv4Addresses) == 0)
        {
            return;
        }

        string table = settings.NftablesTable;
        batch.AddSet(NftablesFamily.IPv4, table, Addresses, NftablesType.IPv4Address);
        batch.AddChain(NftablesFamily.IPv4, table, In, NftablesHook.Input, settings.NftablesPriority);
        batch.AddRule(NftablesFamily.IPv4, table, In, End(new NftablesRule().LoadNetwork(IPv4Destination, IPv4Length).Lookup(Addresses), NftablesVerdict.Drop));
        batch.AddRule(NftablesFamily.IPv4, table, Out, End(new NftablesRule().LoadNetwork(IPv4Source, IPv4Length).Lookup(Addresses), NftablesVerdict.Drop));
    }

    private void AddIPv6Addresses(FirewallParts missing)
    {
        string table = settings.NftablesTable;
        if ((missing & FirewallParts.IPv6Addresses) != 0)
        {
            AddIPv6Chains(table);
        }

        if ((missing & FirewallParts.LinkLocal) != 0)
        {
            AddLinkLocal(LinkLocal, NftablesType.IPv6Address.Then(NftablesType.InterfaceIndex), NftablesMeta.InputIndex, NftablesMeta.OutputIndex);
        }

        if ((missing & FirewallParts.LinkLocalByName) != 0)
        {
            AddLinkLocal(LinkLocalByName, NftablesType.IPv6Address.Then(NftablesType.InterfaceName), NftablesMeta.InputName, NftablesMeta.OutputName);
        }
    }

    private void AddIPv6Chains(string table)
    {
        const NftablesFamily Family = NftablesFamily.IPv6;
        batch.AddSet(Family, table, Addresses, NftablesType.IPv6Address);
        batch.AddSet(Family, table, Discovery, NftablesType.Icmpv6Type, isConstant: true);
        batch.ChangeElement(Family, table, Discovery, isAdd: true, [NeighbourSolicitation]);
        batch.ChangeElement(Family, table, Discovery, isAdd: true, [NeighbourAdvertisement]);
        batch.AddChain(Family, table, In, NftablesHook.Input, settings.NftablesPriority);
        batch.AddChain(Family, table, InLinkLocal);
        batch.AddChain(Family, table, OutLinkLocal);
        foreach ((string chain, string linkLocal, int offset) in ((string, string, int)[])[(In, InLinkLocal, IPv6Destination), (Out, OutLinkLocal, IPv6Source)])
        {
            // Neighbours must still learn where the addresses are.
            batch.AddRule(Family, table, chain, End(
                new NftablesRule().Load(NftablesMeta.TransportProtocol).Equal([Icmpv6]).LoadTransport(0, 1).Lookup(Discovery), NftablesVerdict.Accept));
            batch.AddRule(Family, table, chain, End(
                new NftablesRule().LoadNetwork(offset, IPv6Length).Mask([0xFF, 0xC0, .. new byte[IPv6Length - 2]]).Equal([0xFE, 0x80, .. new byte[IPv6Length - 2]]),
                NftablesVerdict.Goto,
                linkLocal));
            batch.AddRule(Family, table, chain, End(new NftablesRule().LoadNetwork(offset, IPv6Length).Lookup(Addresses), NftablesVerdict.Drop));
        }
    }

    private void AddLinkLocal(string set, NftablesType type, NftablesMeta input, NftablesMeta output)
    {
        const NftablesFamily Family = NftablesFamily.IPv6;
        string table = settings.NftablesTable;
        batch.AddSet(Family, table, set, type);
        batch.AddRule(Family, table, InLinkLocal, End(new NftablesRule().LoadNetwork(IPv6Destination, IPv6Length).Load(input, 2).Lookup(set), NftablesVerdict.Drop));
        batch.AddRule(Family, table, OutLinkLocal, End(new NftablesRule().LoadNetwork(IPv6Source, IPv6Length).Load(output, 2).Lookup(set), NftablesVerdict.Drop));
    }

    private static NftablesRule Icmp() => new NftablesRule().Load(NftablesMeta.TransportProtocol).Equal([Icmpv6]).LoadTransport(0, 1);

    private static NftablesRule Icmp(byte type) => Icmp().Equal([type]);

    private NftablesRule End(NftablesRule rule, NftablesVerdict verdict, string? chain = null) => (counts ? rule.Count() : rule).Then(verdict, chain);
}
