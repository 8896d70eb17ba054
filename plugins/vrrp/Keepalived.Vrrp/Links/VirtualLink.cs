using System.Net.Sockets;
using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Netfilter;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Firewall;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Links;

/// <summary>
/// One interface that an instance makes: there while its base is there, made anew with it, removed with the instance. Making and removing
/// wait for the kernel (about a millisecond each); while somebody advertises, who asks for either asks <see cref="LinkWork"/> for its turn.
/// </summary>
internal sealed class VirtualLink(VirtualLinkSettings settings, string owner, LinkServices links)
{
    private int _index;
    private int _baseIndex;
    private string? _failure;
    private List<string>? _held;
    private List<FirewallElement>? _elements;

    public VirtualLinkSettings Settings { get; } = settings;

    /// <summary>Its number; 0 while it does not exist.</summary>
    public int Index => _index;

    /// <summary>Its base is there, and it is not: <see cref="Follow"/> would make it.</summary>
    public bool IsMissing =>
        links.Services.Interfaces.Find(Settings.Base) is { } parent
        && (_index == 0 || _baseIndex != parent.Index || links.Services.Interfaces.Find(_index) is null);

    private ILogger Logger => links.Services.Logger;

    /// <summary>Makes it if it is missing and can be made.</summary>
    public void Follow()
    {
        LinkInfo? parent = links.Services.Interfaces.Find(Settings.Base);
        if (_index != 0 && links.Services.Interfaces.Find(_index) is null)
        {
            _index = 0;
        }

        if (parent is null || (_index != 0 && _baseIndex == parent.Index))
        {
            return;
        }

        try
        {
            Make(parent);
            _failure = null;
        }
        catch (LinuxException e)
        {
            if (_failure != e.Message)
            {
                _failure = e.Message;
                VrrpLog.NoVirtualLink(Logger, owner, Settings.Name, e.Message);
            }
        }
    }

    /// <summary>Removes it and restores what was changed for it.</summary>
    public void Remove()
    {
        foreach (string name in _held ?? [])
        {
            links.Sysctls.Release(name);
        }

        _held = null;
        Expose();
        if (_index == 0)
        {
            return;
        }

        try
        {
            LinkInfo? link = links.Services.Interfaces.Find(_index);
            links.Table.Delete(_index);
            if (link is not null)
            {
                links.Services.Interfaces.LinkRemoved(link);
            }

            VrrpLog.VirtualLinkRemoved(Logger, owner, Settings.Name);
        }
        catch (NetlinkException e) when (e.Failure == NetlinkFailure.Absent)
        {
            // Gone with its base.
        }
        catch (LinuxException e)
        {
            VrrpLog.NoVirtualLink(Logger, owner, Settings.Name, e.Message);
        }

        _index = 0;
    }

    private void Make(LinkInfo parent)
    {
        LinkInfo? link = links.Table.Find(new KernelName(Settings.Name));
        if (link is not null && !Matches(link, parent))
        {
            // Left by an earlier life with other settings. Anything else that has the name is not ours to remove.
            if (link.Kind.Is(Settings.Ipvlan is null ? "macvlan" : "ipvlan"))
            {
                links.Table.Delete(link.Index);
            }

            link = null;
        }

        if (link is null)
        {
            links.Table.Create(new VirtualLinkRequest(new KernelName(Settings.Name), parent.Index, new HardwareAddress(Settings.MacAddress.AsSpan()), Settings.InterfaceGroup ?? parent.Group)
            {
                IsIpvlan = Settings.Ipvlan is not null,
                IpvlanFlags = Settings.Ipvlan switch { IpvlanMode.Private => 1, IpvlanMode.Vepa => 2, _ => 0 },
            });
            link = links.Table.Find(new KernelName(Settings.Name)) ?? throw new NetlinkException($"find interface {Settings.Name}", Errno.ENODEV);
            VrrpLog.VirtualLinkMade(Logger, owner, Settings.Name);
        }
        else
        {
            VrrpLog.VirtualLinkFound(Logger, owner, Settings.Name);
        }

        (_index, _baseIndex) = (link.Index, parent.Index);
        Adjust(parent);
        if (parent.MasterIndex != 0 && links.Services.Interfaces.Find(parent.MasterIndex) is { } master && master.Kind.Is("vrf"))
        {
            links.Table.SetMaster(_index, parent.MasterIndex);
        }

        Register(parent);
        links.Table.SetUp(_index);
        AddOwnAddress(parent);
        if (Settings.NotifiesNetlink)
        {
            links.Table.TellAgain(_index, Settings.InterfaceGroup ?? parent.Group);
        }

        // The loop hears of all that only in its next turn; the instance starts now.
        links.Services.Interfaces.LinkChanged(links.Table.Find(new KernelName(Settings.Name)) ?? link);
    }

    private bool Matches(LinkInfo link, LinkInfo parent) =>
        link.ParentIndex == parent.Index
        && (Settings.Ipvlan is not null ? link.Kind.Is("ipvlan") : link.Kind.Is("macvlan") && link.Address == new HardwareAddress(Settings.MacAddress.AsSpan()));

    // Settings without which ARP, the reverse path filter and the kernel's own IPv6 addresses would betray two interfaces on one link.
    private void Adjust(LinkInfo parent)
    {
        if (Settings.Ipvlan is null)
        {
            links.Sysctls.Set($"ipv6/conf/{Settings.Name}/addr_gen_mode", "1");
        }

        if (!Settings.CarriesIPv6)
        {
            links.Sysctls.Set($"ipv6/conf/{Settings.Name}/disable_ipv6", "1");
        }

        if (Settings.Family != AddressFamily.InterNetwork || Settings.Ipvlan is not null)
        {
            return;
        }

        links.Sysctls.MoveReverseFilter();
        links.Sysctls.Set($"ipv4/conf/{Settings.Name}/arp_ignore", "1");
        links.Sysctls.Set($"ipv4/conf/{Settings.Name}/accept_local", "1");
        links.Sysctls.Set($"ipv4/conf/{Settings.Name}/rp_filter", "0");
        links.Sysctls.Set($"ipv4/conf/{Settings.Name}/promote_secondaries", "1");
        string ignore = $"ipv4/conf/{parent.Name}/arp_ignore";
        string filter = $"ipv4/conf/{parent.Name}/arp_filter";
        if (_held is null)
        {
            links.Sysctls.Hold(ignore, "1");
            links.Sysctls.Hold(filter, "1");
            _held = [ignore, filter];
        }
        else
        {
            links.Sysctls.Set(ignore, "1");
            links.Sysctls.Set(filter, "1");
        }
    }

    // Before it is up, so that no report of group membership leaves with the virtual MAC address.
    private void Register(LinkInfo parent)
    {
        Expose();
        if (links.Firewall is not { } firewall || Settings.Ipvlan is not null)
        {
            return;
        }

        _elements = [];
        if (Settings.Family == AddressFamily.InterNetwork && !links.Services.DisablesLocalIgmp)
        {
            _elements.Add(FirewallElement.OfVirtualLink(NftablesFamily.IPv4, _index, parent.Index, Settings.Name));
        }

        if (Settings.CarriesIPv6)
        {
            _elements.Add(FirewallElement.OfVirtualLink(NftablesFamily.IPv6, _index, parent.Index, Settings.Name));
            _elements.Add(FirewallElement.OfIPv6Link(_index));
        }

        if (Settings.Family == AddressFamily.InterNetworkV6 && Settings.Address is null)
        {
            _elements.Add(FirewallElement.OfBaseLinkLocal(
                LinkLocalOf(parent).ToInternetAddress(), Settings.Name, firewall.UsesInterfaceIndex ? _index : 0));
        }

        firewall.Add(_elements);
    }

    private void Expose()
    {
        if (_elements is { } elements)
        {
            _elements = null;
            links.Firewall?.Remove(elements);
        }
    }

    private void AddOwnAddress(LinkInfo parent)
    {
        if (Settings.Address is { } own)
        {
            AddAddress(new AddressInfo(_index, own.Address.ToInetAddress(), own.Length) { Flags = own.Address.Family == AddressFamily.InterNetworkV6 ? AddressFlags.NoDad : AddressFlags.None });
        }
        else if (Settings.Family == AddressFamily.InterNetworkV6 && Settings.Ipvlan is null)
        {
            // An ipvlan gets one of the kernel's making: it shares the MAC address, so the base's would be a duplicate.
            const byte LinkLocalLength = 64;
            AddAddress(new AddressInfo(_index, LinkLocalOf(parent), LinkLocalLength)
            {
                // Deprecated: it is there to send advertisements from, not for the kernel to choose.
                Flags = AddressFlags.NoDad,
                PreferredLifetime = 0,
                Scope = AddressScope.Link,
            });
        }
    }

    private void AddAddress(in AddressInfo address)
    {
        links.Table.AddAddress(address);
        links.Services.Interfaces.LinkChanged(links.Table.Find(new KernelName(Settings.Name))!);
        links.Services.Interfaces.AddressAdded(address);
    }

    private InetAddress LinkLocalOf(LinkInfo parent)
    {
        InetAddress local = links.Services.Interfaces.PrimaryAddress(parent.Index, isIPv6: true, links.Services.AddressIndex.Contains);
        return local.IsNone ? LinkLocalOf(parent.Address) : local;
    }

    // RFC 4291 appendix A: the interface identifier of a MAC address.
    private static InetAddress LinkLocalOf(HardwareAddress mac)
    {
        const int MacLength = 6;
        Span<byte> from = stackalloc byte[HardwareAddress.MaxLength];
        Span<byte> to = stackalloc byte[16];
        to.Clear();
        (to[0], to[1]) = (0xFE, 0x80);
        if (mac.Write(from) == MacLength)
        {
            (to[8], to[9], to[10], to[11], to[12], to[13], to[14], to[15]) = ((byte)(from[0] ^ 2), from[1], from[2], 0xFF, 0xFE, from[3], from[4], from[5]);
        }

        return InetAddress.FromBytes(to);
    }
}
