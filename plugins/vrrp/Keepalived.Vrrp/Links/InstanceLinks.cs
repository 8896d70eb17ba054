using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Firewall;
using Keepalived.Vrrp.Routes;

namespace Keepalived.Vrrp.Links;

/// <summary>What one instance has in the kernel besides addresses on its own interface.</summary>
internal sealed class InstanceLinks : IDisposable
{
    private readonly LinkServices _links;
    private readonly Action _settled;
    private readonly HashSet<string> _dependencies = new(StringComparer.Ordinal);
    private InstanceSettings _settings;
    private GlobalSettings _globals = new();
    private bool _isInstalled;
    private ExtraAnnouncements? _extra;
    private string? _promoted;
    private int _promotedIndex;
    private RoutingSet? _routing;
    private readonly List<VirtualLink> _virtualLinks = [];
    private List<FirewallElement>? _blocked;
    private string? _reportedDown;

    /// <param name="links">What all instances share.</param>
    /// <param name="settings">The instance; <see cref="Configure"/> follows.</param>
    /// <param name="settled">Called when nothing of it waits for the kernel any more.</param>
    public InstanceLinks(LinkServices links, InstanceSettings settings, Action settled)
    {
        _links = links;
        _settings = settings;
        _settled = settled;
    }

    /// <summary>Something waits for the kernel.</summary>
    public bool IsUnsettled => _routing is { IsUnsettled: true };

    /// <summary>An interface that tracked addresses, routes or rules are on is missing or down.</summary>
    public bool IsDependencyDown { get; private set; }

    /// <summary>Takes the configuration; what stays configured is not touched.</summary>
    public void Configure(InstanceSettings settings, GlobalSettings globals)
    {
        bool isBlocking = _blocked is not null;
        bool blocksOther = isBlocking && (settings.Accepts != _settings.Accepts || settings.Addresses != _settings.Addresses || settings.ExcludedAddresses != _settings.ExcludedAddresses);
        bool blocksNow = !isBlocking && !settings.Accepts && _settings.Accepts && _isInstalled;
        (_settings, _globals) = (settings, globals);
        if (_routing is not null || settings.Routes.Count + settings.Rules.Count > 0)
        {
            _routing ??= new RoutingSet(_links.Routing, _settled) { Title = settings.Name };
            _routing.Title = settings.Name;
            _routing.Configure(settings.Routes, settings.Rules);
        }

        ConfigureVirtualLinks(settings);
        CollectDependencies(settings);
        Promote();
        if (blocksOther || blocksNow)
        {
            Unblock();
            Block();
        }
    }

    /// <summary>An interface of its own could be made.</summary>
    public bool LacksVirtualLink
    {
        get
        {
            foreach (VirtualLink link in _virtualLinks)
            {
                if (link.IsMissing)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>It makes interfaces of its own.</summary>
    public bool HasVirtualLinks => _virtualLinks.Count > 0;

    /// <summary>Makes what is missing of the interfaces of its own; waits for the kernel.</summary>
    public void MakeVirtualLinks()
    {
        foreach (VirtualLink link in _virtualLinks)
        {
            link.Follow();
        }
    }

    /// <summary>An interface has changed.</summary>
    public void Follow()
    {
        Promote();
        _routing?.Follow();
        string? down = FindDown();
        IsDependencyDown = down is not null;
        if (down is not null && down != _reportedDown)
        {
            VrrpLog.DependencyDown(_links.Services.Logger, _settings.Name, down);
        }

        _reportedDown = down;
    }

    /// <summary>Packets to the addresses are dropped, before the addresses come.</summary>
    public void Block()
    {
        if (_settings.Accepts || _links.Firewall is not { } firewall || _blocked is not null)
        {
            return;
        }

        _blocked = [];
        bool byName = FirewallNeeds.UsesNames(_settings, _globals);
        AddElements(_settings.Addresses, byName, _blocked);
        AddElements(_settings.ExcludedAddresses, byName, _blocked);
        firewall.Add(_blocked);
    }

    /// <summary>Packets to the addresses pass, after the addresses have gone.</summary>
    public void Unblock()
    {
        if (_blocked is { } blocked)
        {
            _blocked = null;
            _links.Firewall?.Remove(blocked);
        }
    }

    /// <summary>Routes and rules in; the addresses are there.</summary>
    /// <param name="addresses">The instance's addresses, for periodic announcements.</param>
    public void InstallRouting(IReadOnlyList<ManagedAddress> addresses)
    {
        _isInstalled = true;
        _routing?.Install();
        if (ExtraAnnouncements.IsWanted(_settings))
        {
            _extra ??= new ExtraAnnouncements(_links.Services);
            _extra.Start(_settings, addresses);
        }
        else
        {
            _extra?.Stop();
        }
    }

    /// <summary>Rules and routes out, before the addresses.</summary>
    public void RemoveRouting()
    {
        _isInstalled = false;
        _extra?.Stop();
        _routing?.Remove();
    }

    /// <summary>The instance has ended: its interfaces go, with what addresses are still on them.</summary>
    public void RemoveVirtualLinks()
    {
        foreach (VirtualLink link in _virtualLinks)
        {
            link.Remove();
        }

        _virtualLinks.Clear();
    }

    /// <summary>The instance is gone.</summary>
    public void Dispose()
    {
        Unblock();
        _extra?.Dispose();
        if (_promoted is not null)
        {
            _links.Sysctls.Release(PromotionOf(_promoted));
        }

        _routing?.Forget();
    }

    // The kernel removes the other addresses of a network with the first one, unless it is told to promote the next. An interface of our own
    // has that anyway.
    private void Promote()
    {
        string? wanted = _settings.PromotesSecondaries && _settings.OwnLink is null ? _settings.Interface : null;
        if (_promoted is not null && _promoted != wanted)
        {
            _links.Sysctls.Release(PromotionOf(_promoted));
            _promoted = null;
        }

        int index = wanted is null ? 0 : _links.Services.Interfaces.Find(wanted)?.Index ?? 0;
        if (index == 0 || (_promoted is not null && index == _promotedIndex))
        {
            return;
        }

        if (_promoted is null)
        {
            _links.Sysctls.Hold(PromotionOf(wanted!), "1");
        }
        else
        {
            _links.Sysctls.Set(PromotionOf(wanted!), "1");
        }

        (_promoted, _promotedIndex) = (wanted, index);
    }

    private static string PromotionOf(string name) => $"ipv4/conf/{name}/promote_secondaries";

    private void AddElements(EquatableArray<VirtualAddress> addresses, bool byName, List<FirewallElement> elements)
    {
        foreach (VirtualAddress address in addresses)
        {
            LinkInfo? link = (address.Device ?? _settings.Interface) is { } device ? _links.Services.Interfaces.Find(device) : null;
            elements.Add(FirewallElement.OfAddress(address.Address, link, byName));
        }
    }

    private void ConfigureVirtualLinks(InstanceSettings settings)
    {
        for (int i = _virtualLinks.Count - 1; i >= 0; i--)
        {
            if (!settings.VirtualLinks.Contains(_virtualLinks[i].Settings))
            {
                _virtualLinks[i].Remove();
                _virtualLinks.RemoveAt(i);
            }
        }

        foreach (VirtualLinkSettings wanted in settings.VirtualLinks)
        {
            if (!_virtualLinks.Exists(link => link.Settings == wanted))
            {
                _virtualLinks.Add(new VirtualLink(wanted, settings.Name, _links));
            }
        }
    }

    private string? FindDown()
    {
        foreach (string name in _dependencies)
        {
            if (_links.Services.Interfaces.Find(name) is not { } link)
            {
                return $"there is no interface {name}";
            }

            if (!_links.Services.IsOperational(link))
            {
                return $"interface {name} is down";
            }
        }

        return null;
    }

    private void CollectDependencies(InstanceSettings settings)
    {
        _dependencies.Clear();
        foreach (VirtualAddress address in settings.Addresses)
        {
            Depend(address.Device, address.IsUntracked);
        }

        foreach (VirtualAddress address in settings.ExcludedAddresses)
        {
            Depend(address.Device, address.IsUntracked);
        }

        foreach (RouteSettings route in settings.Routes)
        {
            Depend(route.Device, route.IsUntracked);
        }

        foreach (RuleSettings rule in settings.Rules)
        {
            Depend(rule.InputInterface, rule.IsUntracked);
            Depend(rule.OutputInterface, rule.IsUntracked);
        }

        _links.Statics?.AddDependencies(settings.Name, _dependencies);
        if (settings.Interface is { } own)
        {
            // Tracked or not by the instance itself.
            _dependencies.Remove(own);
        }

        if (settings.OwnLink is { } link)
        {
            _dependencies.Remove(link);
        }
    }

    private void Depend(string? device, bool isUntracked)
    {
        if (device is not null && !isUntracked)
        {
            _dependencies.Add(device);
        }
    }
}
