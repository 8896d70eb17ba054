namespace Keepalived.Vrrp.Addresses;

/// <summary>Finds the virtual address behind a key of the kernel, and tells a loss from a removal of our own.</summary>
internal sealed class AddressIndex
{
    private readonly Dictionary<AddressKey, ManagedAddress> _addresses = [];

    /// <summary>True when the address is a virtual one of ours.</summary>
    public bool Contains(AddressKey key) => _addresses.TryGetValue(key, out ManagedAddress? address) && !address.Owner.HasStaticAddresses;

    /// <summary>Knows an address; one without interface is not known.</summary>
    public void Add(ManagedAddress address)
    {
        if (address.Info.InterfaceIndex != 0)
        {
            _addresses[AddressKey.Of(address.Info)] = address;
        }
    }

    /// <summary>Forgets an address, unless its key belongs to another one by now.</summary>
    public void Remove(ManagedAddress address)
    {
        AddressKey key = AddressKey.Of(address.Info);
        if (_addresses.TryGetValue(key, out ManagedAddress? known) && known == address)
        {
            _addresses.Remove(key);
        }
    }

    /// <summary>The kernel says that an address is gone.</summary>
    /// <param name="key">Which.</param>
    /// <param name="senderPort">The netlink port of who removed it; 0 for not known.</param>
    /// <returns>False when it was a removal of our own and the address has been added anew since.</returns>
    public bool Removed(in AddressKey key, uint senderPort)
    {
        if (!_addresses.TryGetValue(key, out ManagedAddress? address))
        {
            return true;
        }

        if (address.ExpectedRemovals > 0)
        {
            address.ExpectedRemovals--;
            return !address.IsPresent;
        }

        bool wasPresent = address.IsPresent;
        address.IsPresent = false;
        if (wasPresent && address.IsWanted)
        {
            address.Owner.AddressLost(address, senderPort);
        }

        return true;
    }

    /// <summary>News were lost: a removal of our own may never be told.</summary>
    public void ForgetExpectations()
    {
        foreach (ManagedAddress address in _addresses.Values)
        {
            address.ExpectedRemovals = 0;
        }
    }
}
