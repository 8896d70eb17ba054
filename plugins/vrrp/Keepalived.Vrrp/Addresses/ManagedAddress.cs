using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Addresses;

/// <summary>What is told about an address that an instance has.</summary>
internal interface IManagedAddressOwner
{
    /// <summary>The addresses are static: the machine's own, which advertisements may leave from.</summary>
    bool HasStaticAddresses => false;

    /// <summary>The address is in the kernel now.</summary>
    void AddressInstalled(ManagedAddress address);

    /// <summary>The kernel refused a change.</summary>
    void AddressFailed(ManagedAddress address, bool wasAdd, Errno errno, string? kernelText);

    /// <summary>Everything that was asked for is done: no address of this owner waits for the kernel.</summary>
    void AddressesSettled();

    /// <summary>Somebody else removed the address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="senderPort">The netlink port of who did; 0 for not known.</param>
    void AddressLost(ManagedAddress address, uint senderPort);
}

/// <summary>A virtual address at run time: whether it shall be in the kernel and whether it is.</summary>
internal sealed class ManagedAddress(VirtualAddress definition, IManagedAddressOwner owner)
{
    /// <summary>As configured.</summary>
    public VirtualAddress Definition { get; } = definition;

    /// <summary>Who is told.</summary>
    public IManagedAddressOwner Owner { get; } = owner;

    /// <summary>As the kernel is asked; its interface index is 0 while the interface is absent.</summary>
    public AddressInfo Info { get; set; }

    /// <summary>It shall be there.</summary>
    public bool IsWanted { get; set; }

    /// <summary>It is there, as far as the kernel has told.</summary>
    public bool IsPresent { get; set; }

    /// <summary>Waits for its turn in the installer.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The kernel is working on it.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>Removals by ourselves that the kernel has not told yet: news of them are no loss.</summary>
    public int ExpectedRemovals { get; set; }

    /// <summary>Slot in the installer; -1 outside.</summary>
    public int Slot { get; set; } = -1;
}
