using Keepalived.Linux;
using Keepalived.Linux.Netlink.Route;
using Keepalived.Vrrp.Addresses;
using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Groups;
using Keepalived.Vrrp.Tracking;
using Microsoft.Extensions.Logging;

namespace Keepalived.Vrrp.Runtime;

/// <summary>All running instances: starts, reloads and stops them, and tells them when the kernel has changed.</summary>
internal sealed class VirtualRouterSet : IInterfaceTableListener, IDisposable
{
    private readonly List<RunningInstance> _instances = [];
    private readonly List<RunningInstance> _leaving = [];
    private readonly Action _follow;
    private SyncGroupSet? _groups;
    private TrackerSet? _trackers;
    private ConnectionSync? _connectionSync;
    private bool _followScheduled;
    private bool _isFollowing;

    public VirtualRouterSet() => _follow = Follow;

    /// <summary>Set once, before <see cref="Start"/>; the interface table in it needs this object first.</summary>
    public VrrpServices? Services { get; set; }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<RunningInstance> Instances => _instances;

    /// <summary>The sync groups, in the order of the configuration.</summary>
    public IReadOnlyList<RunningGroup> Groups => _groups?.Groups ?? [];

    /// <summary>What instances track; null while none tracks anything.</summary>
    public TrackerSet? Trackers => _trackers;

    /// <summary>Settings in force.</summary>
    public GlobalSettings Globals { get; private set; } = new();

    /// <summary>A notify script of an instance or group has not ended yet.</summary>
    public bool HasRunningScripts => _instances.Exists(i => i.RunningScripts > 0) || (_groups?.HasRunningScripts ?? false);

    private VrrpServices Use => Services ?? throw new InvalidOperationException("The services are not set yet.");

    /// <summary>Starts every instance; what the kernel has must be known by now.</summary>
    public void Start(VrrpConfiguration configuration)
    {
        TakeGlobals(configuration.Globals, configuration.GarpGroups);
        ConfigureStatics(configuration);
        foreach (InstanceSettings settings in configuration.Instances)
        {
            _instances.Add(new RunningInstance(settings, Globals, Use));
        }

        TakeTrackers(configuration);
        foreach (RunningInstance instance in _instances)
        {
            instance.Prepare();
        }

        TakeGroups(configuration);
        ConnectionSync.Take(ref _connectionSync, Use, _instances);
        foreach (RunningInstance instance in _instances)
        {
            instance.Start();
        }

        _trackers?.Start();
        Use.IsAtRest = false;
    }

    /// <summary>Replaces the configuration: instances that stay the same routers go on, others leave or begin.</summary>
    public void Reload(VrrpConfiguration? configuration)
    {
        TakeGlobals(configuration?.Globals ?? new GlobalSettings(), configuration?.GarpGroups ?? []);
        ConfigureStatics(configuration);
        List<RunningInstance> old = [.. _instances];
        _instances.Clear();
        List<RunningInstance> begun = [];
        foreach (InstanceSettings settings in configuration?.Instances ?? [])
        {
            RunningInstance? same = old.Find(i => InstanceIdentity.IsSame(i.Settings, settings));
            if (same is not null)
            {
                old.Remove(same);
                _instances.Add(same);
            }
            else
            {
                RunningInstance added = new(settings, Globals, Use);
                _instances.Add(added);
                begun.Add(added);
            }
        }

        // The leaving first: an address may move from one instance to another.
        foreach (RunningInstance gone in old)
        {
            _groups?.Release(gone);
            gone.Delete();
            Retire(gone);
        }

        Apply(configuration, begun);
        ConnectionSync.Take(ref _connectionSync, Use, _instances);
    }

    /// <summary>Ends every instance and sends the last advertisements; addresses leave in the following turns.</summary>
    public void Stop(bool keepsAddresses)
    {
        _groups?.Suspend();
        foreach (RunningInstance instance in _instances)
        {
            instance.Stop(keepsAddresses);
        }

        _groups?.Stop();
        _connectionSync?.Dispose();
        _connectionSync = null;
        if (!keepsAddresses)
        {
            Use.Links?.Statics?.Remove();
        }

        Use.Paths.FlushAll();
        Use.IsAtRest = true;
        Use.Links?.FinishLinks();
    }

    /// <summary>Removes the interfaces that instances have made, once their last advertisements and addresses have left.</summary>
    public void RemoveVirtualLinks()
    {
        foreach (RunningInstance instance in _instances)
        {
            instance.RemoveVirtualLinks();
        }
    }

    /// <summary>Closes everything that is open.</summary>
    public void Dispose()
    {
        foreach (RunningInstance instance in _instances)
        {
            instance.Dispose();
        }

        foreach (RunningInstance instance in _leaving)
        {
            instance.Dispose();
        }

        _groups?.Dispose();
        _connectionSync?.Dispose();
        _trackers?.Dispose();
        Services?.LinkDelays?.Dispose();
        Services?.LinkBeat?.Dispose();
        _instances.Clear();
        _leaving.Clear();
    }

    void IInterfaceTableListener.KernelChanged()
    {
        if (!_followScheduled && Services is { } services && !_isFollowing)
        {
            _followScheduled = true;
            services.Scheduler.RunAtTurnEnd(_follow);
        }
    }

    bool IInterfaceTableListener.AddressRemoved(in AddressKey key, uint senderPort) => Services?.AddressIndex.Removed(key, senderPort) ?? true;

    void IInterfaceTableListener.NewsLost()
    {
        Services?.AddressIndex.ForgetExpectations();
        if (Services is { } services)
        {
            VrrpLog.Overrun(services.Logger);
        }
    }

    void IInterfaceTableListener.NewsFailed(string reason)
    {
        if (Services is { } services)
        {
            VrrpLog.NewsFailed(services.Logger, reason);
        }
    }

    void IInterfaceTableListener.AddressSeen(in AddressInfo address, bool isAdded)
    {
        if (Services is { Daemon.MonitorAddresses: true } services)
        {
            string device = services.Interfaces.Find(address.InterfaceIndex)?.Name.ToString() ?? address.InterfaceIndex.ToString();
            VrrpLog.AddressSeen(services.Logger, address.ToString(), isAdded ? "added to" : "removed from", device);
        }
    }

    private void Follow()
    {
        _followScheduled = false;
        _isFollowing = true;
        Use.Links?.Statics?.Follow();
        foreach (RunningInstance instance in _instances)
        {
            instance.FollowKernel();
        }

        _trackers?.FollowKernel();
        _isFollowing = false;
    }

    private void Apply(VrrpConfiguration? configuration, List<RunningInstance> begun)
    {
        for (int i = 0; i < _instances.Count; i++)
        {
            if (!begun.Contains(_instances[i]))
            {
                _instances[i].Reload(configuration!.Instances[i], Globals);
            }
        }

        TakeTrackers(configuration);
        foreach (RunningInstance instance in begun)
        {
            instance.Begin();
        }

        TakeGroups(configuration);
        _trackers?.Start();
    }

    private void TakeTrackers(VrrpConfiguration? configuration)
    {
        if (Use.LinkBeat is not null || (configuration is not null && LinkBeat.IsNeeded(configuration)))
        {
            Use.LinkBeat ??= new LinkBeat(Use.Scheduler, Use.Logger, ((IInterfaceTableListener)this).KernelChanged, Use.OpenLinkQuestions());
            Use.LinkBeat.Take(configuration);
        }

        if (Use.LinkDelays is not null || configuration is { InterfaceDelays.Count: > 0 })
        {
            Use.LinkDelays ??= new LinkDelays(Use.Scheduler, Use.Logger, ((IInterfaceTableListener)this).KernelChanged);
            Use.LinkDelays.Take(configuration?.InterfaceDelays ?? []);
        }

        if (_trackers is not null || (configuration is not null && TrackerSet.IsNeeded(configuration.Instances)))
        {
            _trackers ??= new TrackerSet(Use);
            _trackers.Take(_instances);
        }
    }

    private void TakeGroups(VrrpConfiguration? configuration)
    {
        EquatableArray<SyncGroupSettings> groups = configuration?.SyncGroups ?? [];
        if (_groups is not null || groups.Count > 0)
        {
            _groups ??= new SyncGroupSet(Use);
            _groups.Take(groups, _instances);
        }
    }

    private void Retire(RunningInstance instance)
    {
        // Its addresses may still be on their way out; their news must find them.
        _leaving.Add(instance);
        for (int i = _leaving.Count - 1; i >= 0; i--)
        {
            if (_leaving[i] is { IsUnsettled: false, HoldsLinks: false })
            {
                _leaving[i].Dispose();
                _leaving.RemoveAt(i);
            }
        }
    }

    private void ConfigureStatics(VrrpConfiguration? configuration)
    {
        if (configuration is { HasLinkNeeds: true } or { Globals.DisablesLocalIgmp: true })
        {
            Use.UseLinks().ConfigureFirewall(configuration);
        }

        if (configuration is { HasStatics: true })
        {
            Use.UseLinks().UseStatics(OnStaticAddressLost).Configure(configuration);
        }
        else
        {
            Use.Links?.Statics?.Configure(configuration);
        }
    }

    private void OnStaticAddressLost(string group)
    {
        foreach (RunningInstance instance in _instances)
        {
            if (Use.Links?.Statics?.IsMember(group, instance.Settings.Name) == true)
            {
                instance.OnStaticAddressLost();
            }
        }
    }

    private void TakeGlobals(GlobalSettings globals, EquatableArray<GarpGroupSettings> garpGroups)
    {
        Globals = globals;
        Use.Announcer.Configure(globals, garpGroups);
    }
}
