using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Links;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Runtime;

// The instance and the turns of its interfaces: making and removing them takes long, and others advertise meanwhile (LinkWork).
internal sealed partial class RunningInstance
{
    private bool _awaitsLinks;
    private bool _isMakingQueued;

    /// <summary>Deleted, and its interfaces still wait for their turn to be removed.</summary>
    public bool HoldsLinks { get; private set; }

    private LinkWork Work => _services.UseLinks().Work;

    /// <summary>Prepares and starts beside others that run: at once, or when it is the turn of the interfaces that it makes.</summary>
    public void Begin()
    {
        if (Settings.VirtualLinks.Count == 0)
        {
            Prepare();
            Start();
            return;
        }

        _awaitsLinks = true;
        Work.Do(BeginInTurn, isRemoval: false);
    }

    /// <summary>Removes the interfaces that it has made; they take along what addresses are still on them.</summary>
    public void RemoveVirtualLinks()
    {
        if (_links is not null)
        {
            _path?.Flush();
            LeavePath();
            _links.RemoveVirtualLinks();
        }
    }

    private void BeginInTurn()
    {
        if (_awaitsLinks)
        {
            _awaitsLinks = false;
            Prepare();
            Start();
        }
    }

    // Nothing of it exists yet: it begins with what is configured by then.
    private void ReloadBeforeBegin(InstanceSettings settings)
    {
        ConfigureLinks(settings);
        _addresses.Configure(settings);
        _router.UpdateParameters(settings.ToParameters(), Now);
    }

    // True when interfaces were missing and have had their turn already, with all that follows.
    private bool MakesLinksNow()
    {
        if (_isMakingQueued || _links is not { LacksVirtualLink: true })
        {
            return false;
        }

        _isMakingQueued = true;
        // Whoever runs would fall into FAULT without its interface.
        Work.Do(MakeInTurn, isRemoval: false, isUrgent: _router.State is VirtualRouterState.Backup or VirtualRouterState.Master);
        return !_isMakingQueued;
    }

    private void MakeInTurn()
    {
        _isMakingQueued = false;
        if (!_isDeleted && !_isDisposed)
        {
            Follow(makesLinks: true);
        }
    }

    private void RemoveVirtualLinksInTurn()
    {
        if (_links is not { HasVirtualLinks: true })
        {
            return;
        }

        _path?.Flush();
        if (Settings.OwnLink is null)
        {
            // Another instance may join the sockets of the base interface with the same identity.
            LeavePath();
        }

        HoldsLinks = true;
        Work.Do(RemoveInTurn, isRemoval: true);
    }

    private void RemoveInTurn()
    {
        HoldsLinks = false;
        RemoveVirtualLinks();
    }
}
