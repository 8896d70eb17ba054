using Keepalived.Vrrp.Protocol;

namespace Keepalived.Simulation;

/// <summary>
/// What RFC 9568 section 6.4 allows one router after each advertisement, reckoned from the packets it was given and not from its
/// timers: who yields, who stays, and between which points of time a takeover may come.
/// </summary>
internal sealed class RouterOracle(SimulatedRouter router)
{
    private VirtualRouterState _before;
    private byte _ownPriority;
    private ulong _sent;

    // No takeover by time-out before this; zero when nothing is known.
    private MonotonicTime _earliest;

    /// <summary>A takeover must have come by then.</summary>
    public MonotonicTime Latest { get; private set; } = MonotonicTime.Never;

    /// <summary>Nothing is known of the running timer.</summary>
    public void Forget()
    {
        _earliest = default;
        Latest = MonotonicTime.Never;
    }

    /// <summary>An advertisement is about to be given to the core.</summary>
    public void Before()
    {
        _before = router.Core.State;
        _ownPriority = router.Core.EffectivePriority;
        _sent = router.Core.Statistics.AdvertisementsSent;
    }

    /// <summary>The core has seen it.</summary>
    public void After(in ReceivedAdvertisement heard, MonotonicTime now)
    {
        VirtualRouterState after = router.Core.State;
        if (_before == VirtualRouterState.Backup)
        {
            Require(after == VirtualRouterState.Backup, "became something else than BACKUP by an advertisement");
            HeardInBackup(heard, now);
        }
        else if (_before == VirtualRouterState.Master)
        {
            HeardInMaster(heard, after, now);
        }
    }

    /// <summary>The state has changed.</summary>
    public void Changed(VirtualRouterState current, TransitionCauseKind cause, MonotonicTime now)
    {
        bool isByTime = cause is TransitionCauseKind.MasterDownTimeout or TransitionCauseKind.OwnerStart;
        if (current == VirtualRouterState.Master && isByTime && now < _earliest)
        {
            router.Machine.Network.Watch.Violate(
                $"{router.Name} became master {(_earliest - now).TotalMilliseconds:0.###} ms before its Master_Down_Interval was over (RFC 9568 section 6.4.2)");
        }

        Forget();
    }

    // Section 6.1, in whole microseconds.
    private TimeSpan Skew(TimeSpan interval)
    {
        TimeSpan whole = router.Parameters.Version == VrrpVersion.Version2 ? TimeSpan.FromSeconds(1) : interval;
        return TimeSpan.FromMicroseconds((256 - _ownPriority) * (whole.Ticks / TimeSpan.TicksPerMicrosecond) / 256);
    }

    private MonotonicTime EndOfWait(in ReceivedAdvertisement heard, MonotonicTime now)
    {
        TimeSpan interval = router.Parameters.Version == VrrpVersion.Version3 ? heard.Interval : router.Parameters.AdvertisementInterval;
        return now + (interval * router.Parameters.DownTimerAdvertisements) + Skew(interval);
    }

    private void HeardInBackup(in ReceivedAdvertisement heard, MonotonicTime now)
    {
        if (heard.Priority == 0)
        {
            _earliest = now + Skew(router.Core.MasterInterval);
            Latest = router.Machine.HasGroup ? MonotonicTime.Never : _earliest + SimulatedNetwork.Lateness + ServiceWatch.Tolerance;
            router.Machine.Network.Watch.IsStale = true;
        }
        else if (heard.Priority >= _ownPriority || !router.Parameters.Preempts)
        {
            Latest = MonotonicTime.Never;
            _earliest = router.Parameters.IsOwner ? default : EndOfWait(heard, now);
        }
        else if (router.Parameters.PreemptDelay > TimeSpan.Zero)
        {
            // Accepted while the delay runs, with whatever interval this master has.
            Forget();
        }
    }

    private void HeardInMaster(in ReceivedAdvertisement heard, VirtualRouterState after, MonotonicTime now)
    {
        if (heard.Priority == 0)
        {
            Require(after == VirtualRouterState.Master, "left MASTER because another master left");
            Require(router.Core.Statistics.AdvertisementsSent > _sent, "did not answer an advertisement of priority 0 at once");
            return;
        }

        bool areOwners = heard.Priority == VirtualRouterParameters.OwnerPriority && _ownPriority == VirtualRouterParameters.OwnerPriority;
        if (areOwners || heard.Source == router.Address)
        {
            return;
        }

        bool isBetter = heard.Priority > _ownPriority || (heard.Priority == _ownPriority && heard.Source > router.Address);
        if (!isBetter)
        {
            Require(after == VirtualRouterState.Master, "yielded to an advertisement that is not better than its own");
            return;
        }

        Require(after != VirtualRouterState.Master, "stays master though it heard a better advertisement");
        _earliest = EndOfWait(heard, now);
    }

    private void Require(bool holds, string violation)
    {
        if (!holds)
        {
            router.Machine.Network.Watch.Violate($"{router.Name} {violation} (RFC 9568 section 6.4)");
        }
    }
}
