namespace Keepalived.Vrrp.Protocol;

// Not in the RFC, and off unless asked for: two masters, of which this one remains. It never changed its state, so nothing is told of it;
// but the other one has announced the same addresses and run its scripts, and who believed it must be told again. The conflict is
// over when the other says so (priority 0) or has been silent for so long that a backup would count it as gone.
public sealed partial class VirtualRouter
{
    private MonotonicTime _conflictEnd = MonotonicTime.Never;
    private ReceivedAdvertisement _rival;

    /// <summary>Another master was heard and is not known to have gone; only with <see cref="VirtualRouterParameters.ReassertsAfterConflict"/>.</summary>
    public bool IsInConflict => _conflictEnd != MonotonicTime.Never;

    private void NoteRival(in ReceivedAdvertisement advertisement, MonotonicTime now)
    {
        if (!Parameters.ReassertsAfterConflict)
        {
            return;
        }

        _rival = advertisement;
        TimeSpan slower = advertisement.Interval > Parameters.AdvertisementInterval ? advertisement.Interval : Parameters.AdvertisementInterval;
        _conflictEnd = now + VirtualRouterTimers.MasterDown(Parameters.Version, EffectivePriority, slower, Parameters.DownTimerAdvertisements);
    }

    private void NoteRivalLeaving(in ReceivedAdvertisement advertisement, MonotonicTime now)
    {
        if (IsInConflict && advertisement.Source == _rival.Source)
        {
            EndConflict(now);
        }
    }

    private void EndConflict(MonotonicTime now)
    {
        _conflictEnd = MonotonicTime.Never;
        TransitionCause cause = new(TransitionCauseKind.ConflictEnded) { Source = _rival.Source, Priority = _rival.Priority, OwnPriority = EffectivePriority };
        _effects.Announce(Parameters.Announcements.MasterRepeat, AnnouncementReason.ConflictEnded);
        _delayedAnnouncement = After(Parameters.Announcements.MasterDelay, now);
        History.Add(new(now, RouterHistoryKind.ConflictEnded, (byte)State, (byte)State, cause));
        _effects.ConflictEnded(cause);
        Gate?.ConflictEnded(this, now);
    }
}
