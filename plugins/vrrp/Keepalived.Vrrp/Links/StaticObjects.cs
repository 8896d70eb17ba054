using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Routes;

namespace Keepalived.Vrrp.Links;

/// <summary>Addresses, routes and rules that are there from the daemon's start to its end. What others remove comes back.</summary>
internal sealed class StaticObjects : IManagedAddressOwner
{
    private readonly LinkServices _links;
    private readonly Action<string> _addressLost;
    private readonly RoutingSet _routing;
    private readonly Dictionary<StaticAddress, ManagedAddress> _addresses = [];
    private readonly Dictionary<ManagedAddress, string> _groups = [];
    private VrrpConfiguration? _configuration;

    public StaticObjects(LinkServices links, Action<string> addressLost)
    {
        _links = links;
        _addressLost = addressLost;
        _routing = new RoutingSet(links.Routing, static () => { }) { Title = "static" };
    }

    /// <summary>A static object names a track_group.</summary>
    public bool HasGroups { get; private set; }

    /// <summary>What is configured; null for nothing.</summary>
    public VrrpConfiguration? Configuration => _configuration;

    /// <summary>Whether an address is in the kernel.</summary>
    public bool IsPresent(StaticAddress address) => _addresses.TryGetValue(address, out ManagedAddress? managed) && managed.IsPresent;

    bool IManagedAddressOwner.HasStaticAddresses => true;

    /// <summary>Takes the configuration; null has nothing. What is new goes in, what is gone leaves.</summary>
    public void Configure(VrrpConfiguration? configuration)
    {
        _configuration = configuration;
        HashSet<StaticAddress> gone = [.. _addresses.Keys];
        foreach (StaticAddress address in configuration?.StaticAddresses ?? [])
        {
            if (!gone.Remove(address) && !_addresses.ContainsKey(address))
            {
                Add(address);
            }
        }

        foreach (StaticAddress address in gone)
        {
            _addresses.Remove(address, out ManagedAddress? managed);
            _groups.Remove(managed!);
            _links.Services.Installer.Want(managed!, false);
        }

        _routing.Configure(configuration?.StaticRoutes ?? [], configuration?.StaticRules ?? []);
        HasGroups = FindGroups().Count > 0;
        if (!_links.Services.Installer.IsUnsettled(this))
        {
            _routing.Install();
        }
    }

    /// <summary>Everything out.</summary>
    public void Remove()
    {
        _routing.Remove();
        foreach (ManagedAddress address in _addresses.Values)
        {
            _links.Services.Installer.Want(address, false);
        }
    }

    /// <summary>An interface has changed.</summary>
    public void Follow()
    {
        foreach (ManagedAddress address in _addresses.Values)
        {
            Resolve(address);
        }

        _routing.Follow();
    }

    /// <summary>Whether an instance belongs to a track_group.</summary>
    public bool IsMember(string group, string instance)
    {
        foreach (TrackGroupSettings known in _configuration?.TrackGroups ?? [])
        {
            if (known.Name == group && known.Members.Contains(instance))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds the interfaces that an instance depends on through track_groups.</summary>
    public void AddDependencies(string instance, HashSet<string> devices)
    {
        foreach ((string group, string? device) in FindGroups())
        {
            if (device is not null && IsMember(group, instance))
            {
                devices.Add(device);
            }
        }
    }

    void IManagedAddressOwner.AddressInstalled(ManagedAddress address)
    {
        // Nobody waits for it, and it is not announced: it does not move.
    }

    void IManagedAddressOwner.AddressFailed(ManagedAddress address, bool wasAdd, Errno errno, string? kernelText)
    {
        string reason = kernelText is null ? errno.Text() : $"{errno.Text()}: {kernelText}";
        VrrpLog.AddressFailed(_links.Services.Logger, _routing.Title, wasAdd ? "add" : "remove", address.Info.ToString(), address.Definition.Device ?? "?", reason);
    }

    void IManagedAddressOwner.AddressesSettled()
    {
        if (!_addresses.Values.Any(address => !address.IsWanted))
        {
            // Routes may need the addresses.
            _routing.Install();
        }
    }

    void IManagedAddressOwner.AddressLost(ManagedAddress address, uint senderPort)
    {
        if (_groups.TryGetValue(address, out string? group))
        {
            _addressLost(group);
        }

        VrrpLog.Restoring(_links.Services.Logger, _routing.Title, RemovalAuthor.Describe(senderPort), $"address {address.Info}", "");
        _links.Services.Installer.Want(address, true);
    }

    private void Add(StaticAddress address)
    {
        ManagedAddress managed = new(address.Address, this);
        _addresses.Add(address, managed);
        if (address.TrackGroup is { } group)
        {
            _groups.Add(managed, group);
        }

        managed.IsWanted = true;
        Resolve(managed);
    }

    private void Resolve(ManagedAddress address)
    {
        int index = address.Definition.Device is { } device ? _links.Services.Interfaces.Find(device)?.Index ?? 0 : 0;
        if (index == address.Info.InterfaceIndex && !address.Info.Address.IsNone)
        {
            return;
        }

        _links.Services.AddressIndex.Remove(address);
        // Without keepalived's mark: it may be the interface's only address, which advertisements leave from.
        address.Info = address.Definition.ToAddressInfo(index) with { Protocol = 0 };
        address.IsPresent = false;
        address.ExpectedRemovals = 0;
        _links.Services.AddressIndex.Add(address);
        if (address.IsWanted && index != 0)
        {
            _links.Services.Installer.Want(address, true);
        }
    }

    private List<(string Group, string? Device)> FindGroups()
    {
        List<(string, string?)> found = [];
        foreach (StaticAddress address in _configuration?.StaticAddresses ?? [])
        {
            Add(address.TrackGroup, address.Address.Device);
        }

        foreach (RouteSettings route in _configuration?.StaticRoutes ?? [])
        {
            Add(route.TrackGroup, route.Device);
        }

        foreach (RuleSettings rule in _configuration?.StaticRules ?? [])
        {
            Add(rule.TrackGroup, rule.InputInterface);
            Add(rule.TrackGroup, rule.OutputInterface);
        }

        return found;

        void Add(string? group, string? device)
        {
            if (group is not null)
            {
                found.Add((group, device));
            }
        }
    }
}
