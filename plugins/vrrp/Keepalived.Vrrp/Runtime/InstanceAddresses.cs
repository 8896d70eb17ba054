using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Network;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Runtime;

/// <summary>The virtual addresses of one instance: brings them in and out of the kernel and has them announced.</summary>
internal sealed class InstanceAddresses : IManagedAddressOwner
{
    private readonly AddressInstaller _installer;
    private readonly Announcer _announcer;
    private readonly InterfaceTable _interfaces;
    private readonly AddressIndex _index;
    private readonly ILogger _logger;
    private readonly List<ManagedAddress> _leaving = [];
    private List<ManagedAddress> _addresses = [];
    private int _roundsWhenSettled;
    private bool _announcesEach;
    private bool _restorationFailed;
    private AddressRestoration? _restoration;

    public InstanceAddresses(AddressInstaller installer, Announcer announcer, InterfaceTable interfaces, AddressIndex index, ILogger logger)
    {
        _installer = installer;
        _announcer = announcer;
        _interfaces = interfaces;
        _index = index;
        _logger = logger;
    }

    /// <summary>Name and interface of the instance.</summary>
    public required InstanceSettings Settings { get; set; }

    /// <summary>Counted addresses, then excluded ones.</summary>
    public IReadOnlyList<ManagedAddress> All => _addresses;

    /// <summary>The addresses shall be in the kernel.</summary>
    public bool AreWanted { get; private set; }

    /// <summary>Something waits for the kernel.</summary>
    public bool IsUnsettled => _installer.IsUnsettled(this);

    /// <summary>Called when nothing waits for the kernel any more.</summary>
    public required Action Settled { get; init; }

    /// <summary>Called when somebody else removed a tracked address.</summary>
    public required Action Lost { get; init; }

    /// <summary>Makes what puts addresses back; called for the first loss.</summary>
    public required Func<AddressRestoration> OpenRestoration { get; init; }

    /// <summary>Takes the configured addresses; those that stay configured are not touched.</summary>
    /// <returns>Addresses that are new and wanted now.</returns>
    public int Configure(InstanceSettings settings)
    {
        Settings = settings;
        Dictionary<VirtualAddress, ManagedAddress> known = [];
        foreach (ManagedAddress address in _addresses)
        {
            known[address.Definition] = address;
        }

        List<ManagedAddress> next = new(settings.Addresses.Count + settings.ExcludedAddresses.Count);
        int added = 0;
        Take(settings.Addresses, known, next, ref added);
        Take(settings.ExcludedAddresses, known, next, ref added);
        // A list of its own: the announcer may still be walking over the old one.
        _addresses = next;
        foreach (ManagedAddress gone in known.Values)
        {
            _leaving.Add(gone);
            _restoration?.Forget(gone);
            _installer.Want(gone, false);
        }

        return AreWanted ? added : 0;
    }

    /// <summary>Looks the interfaces up again: one may have come, gone, or been made anew.</summary>
    public void Resolve()
    {
        foreach (ManagedAddress address in _addresses)
        {
            Resolve(address);
        }
    }

    /// <summary>Brings all addresses in.</summary>
    public void Install()
    {
        AreWanted = true;
        foreach (ManagedAddress address in _addresses)
        {
            _installer.Want(address, true);
        }
    }

    /// <summary>Takes all addresses out, also those that an earlier life of the daemon left.</summary>
    public void Remove()
    {
        AreWanted = false;
        _roundsWhenSettled = 0;
        _announcesEach = false;
        _restorationFailed = false;
        _restoration?.Cancel();
        _announcer.Cancel(this);
        foreach (ManagedAddress address in _addresses)
        {
            address.IsPresent |= _interfaces.Has(AddressKey.Of(address.Info));
            _installer.Want(address, false);
        }
    }

    /// <summary>Leaves the addresses in the kernel and forgets them (<c>-V</c>).</summary>
    public void Abandon()
    {
        AreWanted = false;
        _restoration?.Cancel();
        _announcer.Cancel(this);
    }

    /// <summary>Puts back what others have removed, for a master that keeps its role.</summary>
    /// <returns>False when nothing was missing, or the kernel did not take an address back.</returns>
    public bool TryRestore()
    {
        bool failed = _restorationFailed;
        _restorationFailed = false;
        return _restoration is { } restoration && restoration.Restore(Settings.Name) && !failed;
    }

    /// <summary>Announces every address so many times; those still on their way once on arrival and the rest when all are there.</summary>
    public void Announce(int rounds)
    {
        if (rounds <= 0)
        {
            return;
        }

        if (IsUnsettled)
        {
            _announcesEach = true;
            _roundsWhenSettled = Math.Max(_roundsWhenSettled, rounds);
        }
        else
        {
            _announcer.Announce(this, _addresses, rounds);
        }
    }

    /// <summary>Ends the relation to the kernel's news; the instance is gone.</summary>
    public void Forget()
    {
        _restoration?.Dispose();
        foreach (ManagedAddress address in _addresses)
        {
            _index.Remove(address);
        }

        foreach (ManagedAddress address in _leaving)
        {
            _index.Remove(address);
        }
    }

    void IManagedAddressOwner.AddressInstalled(ManagedAddress address)
    {
        bool isBack = _restoration?.Conclude(address) ?? false;
        if ((_announcesEach || isBack) && address.IsWanted)
        {
            _announcer.AnnounceNow(address);
        }
    }

    void IManagedAddressOwner.AddressFailed(ManagedAddress address, bool wasAdd, Errno errno, string? kernelText)
    {
        string device = _interfaces.Find(address.Info.InterfaceIndex)?.Name.ToString() ?? address.Definition.Device ?? Settings.Interface ?? "?";
        string reason = kernelText is null ? errno.Text() : $"{errno.Text()}: {kernelText}";
        VrrpLog.AddressFailed(_logger, Settings.Name, wasAdd ? "add" : "remove", address.Info.ToString(), device, reason);
        if (_restoration?.Conclude(address) == true)
        {
            _restorationFailed = true;
            Lost();
        }
    }

    void IManagedAddressOwner.AddressesSettled()
    {
        int rounds = _roundsWhenSettled - (_announcesEach ? 1 : 0);
        _roundsWhenSettled = 0;
        _announcesEach = false;
        if (rounds > 0)
        {
            _announcer.Announce(this, _addresses, rounds);
        }

        foreach (ManagedAddress gone in _leaving)
        {
            _index.Remove(gone);
        }

        _leaving.Clear();
        Settled();
    }

    void IManagedAddressOwner.AddressLost(ManagedAddress address, uint senderPort)
    {
        if (address.Definition.IsUntracked)
        {
            return;
        }

        if (Settings.RestoresAddresses)
        {
            _restoration ??= OpenRestoration();
            _restoration.Note(address, senderPort);
        }
        else
        {
            VrrpLog.AddressLost(_logger, Settings.Name, address.Definition.Address, RemovalAuthor.Describe(senderPort));
        }

        Lost();
    }

    private void Take(
        EquatableArray<VirtualAddress> definitions, Dictionary<VirtualAddress, ManagedAddress> known, List<ManagedAddress> next, ref int added)
    {
        foreach (VirtualAddress definition in definitions)
        {
            if (known.Remove(definition, out ManagedAddress? address))
            {
                next.Add(address);
                continue;
            }

            added++;
            address = new ManagedAddress(definition, this);
            Resolve(address);
            next.Add(address);
            if (AreWanted)
            {
                _installer.Want(address, true);
            }
        }
    }

    private void Resolve(ManagedAddress address)
    {
        string? device = address.Definition.Device ?? Settings.Interface;
        int index = device is null ? 0 : _interfaces.Find(device)?.Index ?? 0;
        if (index != address.Info.InterfaceIndex || address.Info.Address.IsNone)
        {
            _index.Remove(address);
            address.Info = address.Definition.ToAddressInfo(index);
            address.IsPresent = false;
            address.ExpectedRemovals = 0;
            _index.Add(address);
            if (address.IsWanted && index != 0)
            {
                _installer.Want(address, true);
            }
        }
    }
}
