using System.Net.Sockets;
using System.Text;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Netfilter;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Protocol;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Firewall;

/// <summary>
/// Keepalived's own tables of nftables: they drop packets to and from virtual addresses that are not accepted, and send the group
/// memberships of virtual MAC interfaces from the base interface, so that switches learn the virtual MAC address from advertisements only.
/// The structure is made once, by what the configuration needs; a change of role only adds or deletes elements of sets, for which the
/// kernel waits for nothing. Tables, chains and sets have keepalived's names.
/// </summary>
internal sealed class NftablesFirewall(Func<INetlinkTransport> open, bool counts, ILogger logger, string? why = null) : IFirewall
{
    private readonly Dictionary<FirewallElement, int> _elements = [];
    private FirewallSettings _settings = new();
    private FirewallParts _made;
    private INetlinkTransport? _transport;
    private bool _hasFailed;

    /// <summary>Makes what the configuration needs and is not there yet.</summary>
    public void Configure(VrrpConfiguration configuration)
    {
        FirewallParts needed = FirewallNeeds.Of(configuration);
        FirewallParts missing = needed & ~_made;
        if (missing == FirewallParts.None)
        {
            return;
        }

        if (_made == FirewallParts.None)
        {
            // The names of tables are not changed by a reload: they would have to move while packets pass.
            _settings = configuration.Globals.Firewall;
            if (why is not null || !_settings.UsesNftables)
            {
                VrrpLog.UsesNftables(logger, why ?? "as no firewall is configured");
            }
        }

        var batch = new NftablesBatch();
        new FirewallStructure(batch, _settings, counts).Add(missing, _made);
        if (Send(batch))
        {
            _made |= missing;
        }
    }

    /// <summary><c>nftables_ifindex</c>.</summary>
    public bool UsesInterfaceIndex => _settings.UsesInterfaceIndex;

    /// <summary>The kernel has done everything before a call returns.</summary>
    public bool IsBusy => false;

    /// <summary>Adds elements that are not there yet; each addition needs a removal of its own.</summary>
    public void Add(IReadOnlyList<FirewallElement> elements)
    {
        var batch = new NftablesBatch();
        foreach (FirewallElement element in elements)
        {
            int users = _elements.GetValueOrDefault(element);
            _elements[element] = users + 1;
            if (users == 0)
            {
                element.Change(batch, _settings.NftablesTable, isAdd: true);
            }
        }

        SendChanges(batch);
    }

    /// <summary>Deletes elements that nobody needs any more.</summary>
    public void Remove(IReadOnlyList<FirewallElement> elements)
    {
        var batch = new NftablesBatch();
        foreach (FirewallElement element in elements)
        {
            int users = _elements.GetValueOrDefault(element) - 1;
            if (users > 0)
            {
                _elements[element] = users;
            }
            else if (_elements.Remove(element))
            {
                element.Change(batch, _settings.NftablesTable, isAdd: false);
            }
        }

        SendChanges(batch);
    }

    /// <summary>Deletes the tables.</summary>
    public void RemoveAll()
    {
        var batch = new NftablesBatch();
        foreach (NftablesFamily family in FirewallStructure.FamiliesOf(_made))
        {
            batch.DeleteTable(family, _settings.NftablesTable);
        }

        _made = FirewallParts.None;
        _elements.Clear();
        SendChanges(batch);
    }

    public void Dispose() => _transport?.Dispose();

    private void SendChanges(NftablesBatch batch)
    {
        if (batch.Count > 0)
        {
            Send(batch);
        }
    }

    private bool Send(NftablesBatch batch)
    {
        try
        {
            _transport ??= open();
            batch.Send(_transport);
            _hasFailed = false;
            return true;
        }
        catch (LinuxException e)
        {
            // Once until it works again: a kernel without nftables would say so at every change of role.
            if (!_hasFailed)
            {
                _hasFailed = true;
                VrrpLog.FirewallFailed(logger, e.Message);
            }

            return false;
        }
    }
}

/// <summary>An element of one of the sets.</summary>
internal readonly record struct FirewallElement(NftablesFamily Family, string Set, InternetAddress Address, int InterfaceIndex, string? InterfaceName, int Target)
{
    /// <summary>The interface by name where the element belongs to one; iptables knows no numbers.</summary>
    public string? Device { get; init; }

    /// <summary>A virtual address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="link">The interface that it is on, for link-local ones.</param>
    /// <param name="byName">By the interface's name instead of its index.</param>
    public static FirewallElement OfAddress(InternetAddress address, LinkInfo? link, bool byName)
    {
        if (address.Family == AddressFamily.InterNetwork)
        {
            return new(NftablesFamily.IPv4, FirewallStructure.Addresses, address, 0, null, 0);
        }

        if (!address.IsLinkLocal())
        {
            return new(NftablesFamily.IPv6, FirewallStructure.Addresses, address, 0, null, 0);
        }

        string device = link?.Name.ToString() ?? "";
        return byName
            ? new(NftablesFamily.IPv6, FirewallStructure.LinkLocalByName, address, 0, device, 0) { Device = link is null ? null : device }
            : new(NftablesFamily.IPv6, FirewallStructure.LinkLocal, address, link?.Index ?? 0, null, 0) { Device = link is null ? null : device };
    }

    /// <summary>A virtual MAC interface and its base.</summary>
    public static FirewallElement OfVirtualLink(NftablesFamily family, int index, int baseIndex, string name) =>
        new(family, FirewallStructure.BaseOf, default, index, null, baseIndex) { Device = name };

    /// <summary>A virtual MAC interface of IPv6.</summary>
    public static FirewallElement OfIPv6Link(int index) => new(NftablesFamily.IPv6, FirewallStructure.VirtualLinks, default, index, null, 0);

    /// <summary>The link-local address of a base that its virtual MAC interface has, too.</summary>
    /// <param name="address">The address.</param>
    /// <param name="name">The virtual MAC interface.</param>
    /// <param name="index">Its number; 0 = by name.</param>
    public static FirewallElement OfBaseLinkLocal(InternetAddress address, string name, int index) =>
        new(NftablesFamily.IPv6, FirewallStructure.BaseLinkLocal, address, index, index == 0 ? name : null, 0) { Device = name };

    /// <summary>Puts its addition or deletion into a batch.</summary>
    public void Change(NftablesBatch batch, string table, bool isAdd)
    {
        const int LongestName = 16;
        Span<byte> key = stackalloc byte[InternetAddress.IPv6Length + LongestName];
        key.Clear();
        int length = 0;
        if (Address != default)
        {
            Address.Write(key);
            length = Address.Length;
        }

        if (InterfaceName is { } name)
        {
            Encoding.ASCII.GetBytes(name, key[length..]);
            length += LongestName;
        }
        else if (InterfaceIndex != 0)
        {
            BitConverter.TryWriteBytes(key[length..], InterfaceIndex);
            length += sizeof(int);
        }

        batch.ChangeElement(Family, table, Set, isAdd, key[..length], Target == 0 ? default : BitConverter.GetBytes(Target));
    }
}
