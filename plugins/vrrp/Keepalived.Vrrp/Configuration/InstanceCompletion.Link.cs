using System.Net.Sockets;
using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

// Virtual MAC addresses, VRFs, routes, rules, signatures, delays.
internal sealed partial class InstanceCompletion
{
    private const int EthernetHardware = 1;

    private InstanceSettings CompleteLink(InstanceSettings settings)
    {
        CheckDevices();
        VmacSettings? vmac = CompleteVmac();
        IpvlanSettings? ipvlan = CompleteIpvlan(vmac is not null);
        CheckBaseTransmission(vmac is not null);
        if (draft.PromotesSecondaries is { } promotes && (vmac is not null || ipvlan is not null))
        {
            Warn(promotes, "has a virtual MAC, where promote_secondaries is always set", "remove promote_secondaries");
        }

        return settings with
        {
            Vmac = vmac,
            UsesVmacForAddresses = draft.UsesVmacForAddresses,
            Ipvlan = ipvlan,
            VmacAnnouncements = draft.VmacAnnouncements?.Value ?? reading.Globals.VmacAnnouncements,
            Vrf = CompleteVrf(),
            Source = settings.Source ?? ipvlan?.Address?.Address,
            Routes = [.. draft.Routes.Select(route => route.Value)],
            Rules = [.. draft.Rules.Select(rule => rule.Value)],
            Delays = CompleteDelays(settings),
            Polling = draft.PollsLink || reading.PollsAllInterfaces ? LinkPolling.Any : PollingOfInterface(),
            SyncDaemonInterface = draft.SyncDaemonInterface?.Value,
            TimerExpiredPriority = CompleteTimerExpired(settings.Preempts),
        };
    }

    private void CheckDevices()
    {
        foreach (Located<VirtualAddress> address in draft.Addresses)
        {
            CheckDevice(address);
        }

        foreach (Located<VirtualAddress> address in draft.ExcludedAddresses)
        {
            CheckDevice(address);
        }

        foreach (Located<RouteSettings> route in draft.Routes)
        {
            StaticCompletion.CheckRoute(interfaces, route);
        }

        foreach (Located<RuleSettings> rule in draft.Rules)
        {
            StaticCompletion.CheckRule(interfaces, rule);
        }
    }

    private void CheckDevice(Located<VirtualAddress> address)
    {
        if (address.Value.Device is { } device && !interfaces.TryFind(device, out _))
        {
            interfaces.Check(device, address.Location, $"virtual address {address.Value.Address}");
        }
    }

    private VmacSettings? CompleteVmac()
    {
        if (draft.Vmac is not { } vmac)
        {
            return null;
        }

        CheckEthernet(vmac.Location, "use_vmac");
        CheckUnicastTransmission(vmac.Location);
        EquatableArray<byte> mac = vmac.Value.MacAddress?.Value ?? [];
        if (_strict && vmac.Value.MacAddress is { } custom)
        {
            Warn(custom.Location, "is strict, which allows no other MAC address than the RFC's", "remove the address, or strict mode");
            mac = [];
        }

        return new VmacSettings
        {
            Name = vmac.Value.Name,
            MacAddress = mac,
            NotifiesNetlink = vmac.Value.NotifiesNetlink,
            InterfaceGroup = vmac.Value.InterfaceGroup,
            TransmitsOnBase = IsUnicast || (draft.TransmitsOnBase is not null && !_strict),
        };
    }

    private IpvlanSettings? CompleteIpvlan(bool hasVmac)
    {
        if (draft.Ipvlan is not { } ipvlan)
        {
            return null;
        }

        if (hasVmac)
        {
            Error(ipvlan.Location, "has use_vmac and use_ipvlan; use_vmac is used", "keep one of the two");
            return null;
        }

        CheckEthernet(ipvlan.Location, "use_ipvlan");
        CheckUnicastTransmission(ipvlan.Location);
        NetworkPrefix? address = ipvlan.Value.Address?.Value;
        if (address is { } given && given.Address.Family != _family)
        {
            Error(ipvlan.Value.Address!.Location, $"has an ipvlan address {given.Address} of another family than its addresses; it is not used", "use one family per instance");
            address = null;
        }

        if (address is null && _family == AddressFamily.InterNetwork)
        {
            Fault(ipvlan.Location, "has an ipvlan without an address of its own, which IPv4 needs; it stays in FAULT", "add an address to use_ipvlan");
        }

        return new IpvlanSettings { Name = ipvlan.Value.Name, Mode = ipvlan.Value.Mode, Address = address, InterfaceGroup = ipvlan.Value.InterfaceGroup };
    }

    private void CheckEthernet(SourceLocation location, string keyword)
    {
        if (_link is { } link && link.HardwareType != EthernetHardware && link.HardwareType != 0)
        {
            Fault(location, $"has {keyword} on {link.Name}, which is no Ethernet interface; it stays in FAULT", $"remove {keyword}");
        }
    }

    private void CheckUnicastTransmission(SourceLocation location)
    {
        if (IsUnicast && draft.TransmitsOnBase is null)
        {
            Warn(location, "is unicast with an interface of its own: it sends on the base interface", "add vmac_xmit_base");
        }
    }

    private void CheckBaseTransmission(bool hasVmac)
    {
        if (draft.TransmitsOnBase is not { } location)
        {
            return;
        }

        if (!hasVmac)
        {
            Error(location, "has no virtual MAC: vmac_xmit_base is not used", "remove it, or add use_vmac");
        }
        else if (_strict && !IsUnicast)
        {
            Warn(location, "is strict: vmac_xmit_base is not used", "remove vmac_xmit_base, or strict mode");
        }
    }

    private string? CompleteVrf()
    {
        if (draft.Vrf is not { } vrf)
        {
            return null;
        }

        if (draft.Interface is null && IsUnicast)
        {
            interfaces.Check(vrf.Value, vrf.Location, $"{draft.Title}: vrf");
            return vrf.Value;
        }

        Error(
            draft.Interface?.Location ?? vrf.Location,
            $"{(draft.Interface is null ? "is not unicast" : "names an interface")}: its vrf {vrf.Value} is not used",
            "use vrf with unicast_peer and without interface");
        return null;
    }

    private InterfaceDelays CompleteDelays(InstanceSettings settings)
    {
        if (draft.Interface is not { } name || !reading.InterfaceDelays.TryGetValue(name.Value, out Located<InterfaceDelays>? delays))
        {
            return default;
        }

        TimeSpan longest = settings.AdvertisementInterval * (settings.DownTimerAdvertisements - 1);
        if (delays.Value.Down == TimeSpan.Zero || delays.Value.Down < longest)
        {
            return delays.Value;
        }

        Note(
            delays.Location,
            $"would not notice the loss of {name.Value} before others take over: a down delay of {delays.Value.Down.TotalSeconds:0.######} s is not used",
            $"use less than {longest.TotalSeconds:0.######} s");
        return delays.Value with { Down = TimeSpan.Zero };
    }

    private LinkPolling? PollingOfInterface() =>
        draft.Interface is { } name && reading.PolledInterfaces.TryGetValue(name.Value, out Located<LinkPolling>? polling) ? polling.Value : null;

    private byte? CompleteTimerExpired(bool preempts)
    {
        if (draft.TimerExpiredPriority is not { } priority)
        {
            return null;
        }

        if (!preempts)
        {
            return priority.Value;
        }

        Warn(priority.Location, "preempts: timer_expired_backup is not used", "add nopreempt");
        return null;
    }

    private HmacSettings? CompleteHmac(TimeSpan interval)
    {
        if (draft.Hmac is not { } hmac)
        {
            return null;
        }

        if (hmac.Value.ActiveKey is not { } active || !hmac.Value.Keys.ContainsKey(active.Value))
        {
            Error(
                hmac.Value.ActiveKey?.Location ?? hmac.Location,
                hmac.Value.ActiveKey is null ? "has an auth_hmac block without active_key, and signs nothing" : $"has an active_key {hmac.Value.ActiveKey.Value} that is not defined, and signs nothing",
                "add a key and name its id in active_key");
            return null;
        }

        HmacMode mode = hmac.Value.Mode?.Value ?? HmacMode.Enforce;
        if (_strict && mode != HmacMode.Enforce)
        {
            Warn(hmac.Value.Mode!.Location, "is strict, where the mode of auth_hmac is enforce", "use mode enforce");
            mode = HmacMode.Enforce;
        }

        const int ShortestWindow = 5;
        const int LongestWindow = 300;
        TimeSpan window = hmac.Value.TimeWindow ?? TimeSpan.FromSeconds(Math.Clamp(3 * (int)interval.TotalSeconds, ShortestWindow, LongestWindow));
        return new HmacSettings
        {
            Keys = [.. hmac.Value.Keys.Values],
            ActiveKey = active.Value,
            Replay = hmac.Value.Replay,
            TimeWindow = hmac.Value.Replay == ReplayProtection.Time ? window : null,
            Mode = mode,
        };
    }
}
