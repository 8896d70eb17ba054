using Keepalived.Scheduling;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Runtime;

namespace Keepalived.Vrrp.Links;

/// <summary>
/// <c>garp_extra_if</c>: a master announces one address on each of its interfaces that advertisements do not leave by, periodically, for
/// switches there learn from nothing else where the interface's MAC address is.
/// </summary>
internal sealed class ExtraAnnouncements : IDisposable
{
    private readonly VrrpServices _services;
    private readonly ILoopTimer _timer;
    private readonly HashSet<int> _done = [];
    private IReadOnlyList<ManagedAddress> _addresses = [];
    private InstanceSettings? _settings;

    public ExtraAnnouncements(VrrpServices services)
    {
        _services = services;
        _timer = services.Scheduler.CreateTimer(_ => Announce());
    }

    /// <summary>An instance has something to announce that way.</summary>
    public static bool IsWanted(InstanceSettings settings) =>
        settings.VmacAnnouncements.Period > TimeSpan.Zero && (settings.VmacAnnouncements.ForAllInstances || settings.VirtualLinks.Count > 0);

    /// <summary>The instance is master.</summary>
    public void Start(InstanceSettings settings, IReadOnlyList<ManagedAddress> addresses)
    {
        (_settings, _addresses) = (settings, addresses);
        _timer.Arm(_services.Scheduler.Now + settings.VmacAnnouncements.Period);
    }

    /// <summary>The instance is master no more.</summary>
    public void Stop()
    {
        _timer.Disarm();
        _addresses = [];
    }

    public void Dispose() => _timer.Dispose();

    private void Announce()
    {
        InstanceSettings settings = _settings!;
        _done.Clear();
        if (settings.SendInterface is { } sending && _services.Interfaces.Find(sending) is { } link)
        {
            _done.Add(link.Index);
        }

        foreach (ManagedAddress address in _addresses)
        {
            if (address.IsPresent && Counts(settings, address) && _done.Add(address.Info.InterfaceIndex))
            {
                _services.Announcer.AnnounceNow(address);
            }
        }

        _timer.Arm(_services.Scheduler.Now + settings.VmacAnnouncements.Period);
    }

    private static bool Counts(InstanceSettings settings, ManagedAddress address)
    {
        if (settings.VmacAnnouncements.ForAllInstances)
        {
            return true;
        }

        foreach (VirtualLinkSettings link in settings.VirtualLinks)
        {
            if (link.Name == address.Definition.Device)
            {
                return true;
            }
        }

        return false;
    }
}
