using Keepalived.Linux;
using Keepalived.Linux.Netlink;
using Keepalived.Linux.Netlink.Route;

namespace Keepalived.Vrrp.Addresses;

/// <summary>Told of what the kernel changes; everything is called inside the reading of its news.</summary>
internal interface IInterfaceTableListener
{
    /// <summary>Links or addresses are other than before: look again at what depends on them, once, when the news have been read.</summary>
    void KernelChanged();

    /// <summary>An address is gone.</summary>
    /// <param name="key">Which.</param>
    /// <param name="senderPort">The netlink port of who removed it; 0 for not known.</param>
    /// <returns>False when it was a removal of our own and the address has been added anew since: it is there.</returns>
    bool AddressRemoved(in AddressKey key, uint senderPort);

    /// <summary>News were lost and read again; expectations about pending news are void.</summary>
    void NewsLost();

    /// <summary>The kernel does not tell what exists.</summary>
    void NewsFailed(string reason);

    /// <summary>An address came or went, for <c>-a</c>.</summary>
    void AddressSeen(in AddressInfo address, bool isAdded);
}

/// <summary>What identifies an address in the kernel.</summary>
internal readonly record struct AddressKey(int InterfaceIndex, InetAddress Address, byte PrefixLength)
{
    public static AddressKey Of(in AddressInfo address) => new(address.InterfaceIndex, address.Address, address.PrefixLength);
}

/// <summary>
/// The kernel's links and addresses as last told. Follows a <see cref="RouteMonitor"/>; after an overrun the kernel tells
/// everything again and what it no longer tells is gone.
/// </summary>
internal sealed class InterfaceTable(IInterfaceTableListener listener) : IRouteMonitorHandler
{
    private readonly Dictionary<int, Link> _links = [];
    private readonly Dictionary<string, Link> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<AddressKey, int> _addresses = [];
    private readonly List<AddressKey> _gone = [];
    private int _generation;
    private bool _isResynchronizing;

    /// <summary>All interfaces.</summary>
    public IEnumerable<LinkInfo> Links => _links.Values.Select(link => link.Info);

    /// <summary>The interface of this name; null while there is none.</summary>
    public LinkInfo? Find(string name) => _byName.TryGetValue(name, out Link? link) ? link.Info : null;

    /// <summary>The interface of this index; null while there is none.</summary>
    public LinkInfo? Find(int index) => _links.TryGetValue(index, out Link? link) ? link.Info : null;

    /// <summary>True when the address is on the interface, or on any interface for index 0.</summary>
    public bool Has(InetAddress address, int interfaceIndex)
    {
        foreach (Link link in _links.Values)
        {
            if ((interfaceIndex == 0 || link.Info.Index == interfaceIndex) && link.Addresses.Exists(a => a.Address == address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when exactly this address is in the kernel.</summary>
    public bool Has(in AddressKey key) => _addresses.ContainsKey(key);

    /// <summary>The address that advertisements leave from: the first IPv4 address or the first link-local IPv6 address that is not virtual.</summary>
    /// <param name="interfaceIndex">The interface.</param>
    /// <param name="isIPv6">The family.</param>
    /// <param name="isVirtual">Whether an address is one of ours.</param>
    public InetAddress PrimaryAddress(int interfaceIndex, bool isIPv6, Predicate<AddressKey> isVirtual)
    {
        if (!_links.TryGetValue(interfaceIndex, out Link? link))
        {
            return InetAddress.None;
        }

        foreach (AddressInfo address in link.Addresses)
        {
            bool fits = isIPv6
                ? address.Address.IsIPv6 && address.Address.IsLinkLocal
                    && (address.Flags & (AddressFlags.Tentative | AddressFlags.DadFailed)) == 0
                : address.Address.IsIPv4;
            if (fits && !isVirtual(AddressKey.Of(address)))
            {
                return address.Address;
            }
        }

        return InetAddress.None;
    }

    /// <summary>An address that the kernel has acknowledged: its news come later, or not at all (<see cref="RouteMonitor.IgnoreAdditionsOf"/>).</summary>
    public void NoteInstalled(in AddressInfo address)
    {
        _addresses[AddressKey.Of(address)] = _generation;
        if (address.Address.IsIPv4 && address.Protocol != AddressInfo.KeepalivedProtocol && _links.TryGetValue(address.InterfaceIndex, out Link? link))
        {
            link.Put(address);
            listener.KernelChanged();
        }
    }

    public void LinkChanged(LinkInfo link)
    {
        if (_links.TryGetValue(link.Index, out Link? known))
        {
            bool isSame = known.Info == link;
            if (known.Info.Name != link.Name)
            {
                Unname(known);
                _byName[link.Name.ToString()] = known;
            }

            known.Info = link;
            known.Generation = _generation;
            if (isSame)
            {
                return;
            }
        }
        else
        {
            Link added = new(link) { Generation = _generation };
            _links.Add(link.Index, added);
            _byName[link.Name.ToString()] = added;
        }

        listener.KernelChanged();
    }

    public void LinkRemoved(LinkInfo link)
    {
        if (_links.Remove(link.Index, out Link? gone))
        {
            Unname(gone);
            RemoveAddressesOf(link.Index);
            listener.KernelChanged();
        }
    }

    public void AddressAdded(in AddressInfo address)
    {
        bool isNew = _addresses.TryAdd(AddressKey.Of(address), _generation);
        if (!isNew)
        {
            _addresses[AddressKey.Of(address)] = _generation;
        }

        // Virtual addresses stay out of the list of an interface: there may be thousands and none is a source address.
        if (address.Protocol != AddressInfo.KeepalivedProtocol && _links.TryGetValue(address.InterfaceIndex, out Link? link))
        {
            link.Put(address);
        }

        listener.AddressSeen(address, isAdded: true);
        if (address.Protocol != AddressInfo.KeepalivedProtocol)
        {
            listener.KernelChanged();
        }
    }

    public void AddressRemoved(in AddressInfo address, uint senderPort)
    {
        listener.AddressSeen(address, isAdded: false);
        if (!listener.AddressRemoved(AddressKey.Of(address), senderPort))
        {
            return;
        }

        _addresses.Remove(AddressKey.Of(address));
        if (_links.TryGetValue(address.InterfaceIndex, out Link? link) && link.Drop(AddressKey.Of(address)))
        {
            listener.KernelChanged();
        }
    }

    public void Overrun()
    {
        _generation++;
        _isResynchronizing = true;
        listener.NewsLost();
    }

    public void Synchronized()
    {
        if (!_isResynchronizing)
        {
            return;
        }

        _isResynchronizing = false;
        foreach ((int index, Link link) in _links)
        {
            if (link.Generation != _generation)
            {
                _links.Remove(index);
                Unname(link);
            }
        }

        DropUntold();
        listener.KernelChanged();
    }

    public void SynchronizationFailed(NetlinkException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        listener.NewsFailed(error.Message);
    }

    // Two may share a name for a moment: the kernel's news of a renaming and of a removal may come late.
    private void Unname(Link link)
    {
        string name = link.Info.Name.ToString();
        if (!_byName.TryGetValue(name, out Link? known) || known != link)
        {
            return;
        }

        _byName.Remove(name);
        foreach (Link other in _links.Values)
        {
            if (other != link && other.Info.Name == link.Info.Name)
            {
                _byName[name] = other;
            }
        }
    }

    private void DropUntold()
    {
        _gone.Clear();
        foreach ((AddressKey key, int generation) in _addresses)
        {
            if (generation != _generation)
            {
                _gone.Add(key);
            }
        }

        RemoveGone();
    }

    private void RemoveAddressesOf(int index)
    {
        _gone.Clear();
        foreach (AddressKey key in _addresses.Keys)
        {
            if (key.InterfaceIndex == index)
            {
                _gone.Add(key);
            }
        }

        RemoveGone();
    }

    private void RemoveGone()
    {
        foreach (AddressKey key in _gone)
        {
            _addresses.Remove(key);
            if (_links.TryGetValue(key.InterfaceIndex, out Link? link))
            {
                link.Drop(key);
            }

            listener.AddressRemoved(key, senderPort: 0);
        }
    }

    private sealed class Link(LinkInfo info)
    {
        public LinkInfo Info { get; set; } = info;

        public int Generation { get; set; }

        /// <summary>In the order the kernel told them; virtual addresses left out.</summary>
        public List<AddressInfo> Addresses { get; } = [];

        public void Put(in AddressInfo address)
        {
            AddressKey key = AddressKey.Of(address);
            int place = Addresses.FindIndex(a => AddressKey.Of(a) == key);
            if (place < 0)
            {
                Addresses.Add(address);
            }
            else
            {
                Addresses[place] = address;
            }
        }

        public bool Drop(AddressKey key) => Addresses.RemoveAll(a => AddressKey.Of(a) == key) > 0;
    }
}
