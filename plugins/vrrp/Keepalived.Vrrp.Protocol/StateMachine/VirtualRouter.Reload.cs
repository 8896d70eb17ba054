namespace Keepalived.Vrrp.Protocol;

// A reload changes the parameters of a router that goes on running. State, counters, faults, the known master and every
// running timer stay: the network must not notice a reload. keepalived starts the down timer afresh; we do so only where
// the old one was reckoned from what has changed (interval, advertisements to miss, priority, version), because there the
// old deadline may come before the peers have had the chance to advertise at their new pace.
public sealed partial class VirtualRouter
{
    private void TakeParameters(VirtualRouterParameters parameters, MonotonicTime now)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        parameters.Validate();
        VirtualRouterParameters previous = Parameters;
        if (parameters.VirtualRouterId != previous.VirtualRouterId || parameters.Family != previous.Family)
        {
            throw new ArgumentException(
                $"Parameters of virtual router {parameters.VirtualRouterId} ({parameters.Family}) are not for "
                + $"{previous.VirtualRouterId} ({previous.Family}): that is another router, to be started anew.",
                nameof(parameters));
        }

        Parameters = parameters;
        _yieldsToSecondOwner &= parameters.IsOwner;
        byte previousPriority = EffectivePriority;
        RefreshPriority(new(TransitionCauseKind.Reload) { Value = parameters.BasePriority }, now);
        bool isOtherPace = parameters.AdvertisementInterval != previous.AdvertisementInterval || parameters.Version != previous.Version;
        switch (State)
        {
            case VirtualRouterState.Backup:
                ReloadBackup(previous, isOtherPace, EffectivePriority != previousPriority, now);
                break;
            case VirtualRouterState.Master:
                ReloadMaster(previous, isOtherPace, now);
                break;
            case VirtualRouterState.Init or VirtualRouterState.Fault:
                MasterInterval = parameters.AdvertisementInterval;
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No state {State}.");
        }
    }

    private void ReloadBackup(VirtualRouterParameters previous, bool isOtherPace, bool isOtherPriority, MonotonicTime now)
    {
        bool hasLearned = Parameters.Version == VrrpVersion.Version3
            && previous.Version == VrrpVersion.Version3
            && LastMaster is not null;
        if (!hasLearned)
        {
            MasterInterval = Parameters.AdvertisementInterval;
        }

        if (Parameters.PreemptDelay != previous.PreemptDelay)
        {
            _preemptionTime = null;
        }

        if (isOtherPace || isOtherPriority || Parameters.DownTimerAdvertisements != previous.DownTimerAdvertisements)
        {
            _protocolDeadline = now + MasterDownInterval;
        }
    }

    private void ReloadMaster(VirtualRouterParameters previous, bool isOtherPace, MonotonicTime now)
    {
        MasterInterval = Parameters.AdvertisementInterval;
        if (isOtherPace)
        {
            // Version 3 peers learn the new interval from this one before the old one has run out.
            Send(EffectivePriority);
            _protocolDeadline = now + Parameters.AdvertisementInterval;
        }

        if (!Parameters.ReassertsAfterConflict)
        {
            _conflictEnd = MonotonicTime.Never;
        }

        if (Parameters.Announcements.MasterRefresh != previous.Announcements.MasterRefresh)
        {
            _refreshAnnouncement = After(Parameters.Announcements.MasterRefresh, now);
        }
    }
}
