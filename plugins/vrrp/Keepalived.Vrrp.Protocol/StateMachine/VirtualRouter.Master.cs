namespace Keepalived.Vrrp.Protocol;

// MASTER: RFC 9568 section 6.4.3 (Active).
public sealed partial class VirtualRouter
{
    private const int AdvertisementsAgainstSecondOwner = 2;
    private const double SecondOwnerPatience = 1.2;

    private MonotonicTime _delayedAnnouncement = MonotonicTime.Never;
    private MonotonicTime _refreshAnnouncement = MonotonicTime.Never;
    private MonotonicTime _lowerPriorityAnnouncement = MonotonicTime.Never;

    // How late the last advertisement was sent.
    private TimeSpan _lastLateness;

    // Two owners: until when the other one may prove that it goes on, and whether we have stepped back from it.
    private MonotonicTime _secondOwnerDeadline = MonotonicTime.Never;
    private InternetAddress _secondOwner;
    private bool _yieldsToSecondOwner;

    private MonotonicTime NextMasterChore => MonotonicTime.Min(
        MonotonicTime.Min(MonotonicTime.Min(_delayedAnnouncement, _refreshAnnouncement), _conflictEnd),
        MonotonicTime.Min(_lowerPriorityAnnouncement, _secondOwnerDeadline));

    private void BecomeMaster(in TransitionCause cause, MonotonicTime due, MonotonicTime now)
    {
        VirtualRouterState previous = State;
        AnnouncementParameters announcements = Parameters.Announcements;
        Statistics.BecameMaster++;
        _preemptionTime = null;
        MasterInterval = Parameters.AdvertisementInterval;
        WantsMaster = true;
        Enter(VirtualRouterState.Master, now);
        Send(EffectivePriority);
        _protocolDeadline = NextAdvertisement(due, now);
        _effects.InstallAddresses();
        _effects.Announce(announcements.MasterRepeat, AnnouncementReason.BecameMaster);
        _delayedAnnouncement = After(announcements.MasterDelay, now);
        _refreshAnnouncement = After(announcements.MasterRefresh, now);
        TellState(previous, cause, now);
    }

    private void MasterClock(MonotonicTime now)
    {
        if (GivesUpAfterSleep(now))
        {
            return;
        }

        if (now >= _protocolDeadline)
        {
            _lastLateness = now - _protocolDeadline;
            Send(EffectivePriority);
            _protocolDeadline = NextAdvertisement(_protocolDeadline, now);
        }

        if (now >= _secondOwnerDeadline)
        {
            _secondOwnerDeadline = MonotonicTime.Never;
            Report(RouterReportKind.SecondOwnerStopped, new(_secondOwner, VirtualRouterParameters.OwnerPriority, default));
        }

        if (now >= _conflictEnd)
        {
            EndConflict(now);
        }

        if (now >= _delayedAnnouncement)
        {
            _delayedAnnouncement = MonotonicTime.Never;
            _effects.Announce(Parameters.Announcements.MasterRepeat, AnnouncementReason.Delayed);
        }

        if (now >= _lowerPriorityAnnouncement)
        {
            _lowerPriorityAnnouncement = MonotonicTime.Never;
            _effects.Announce(Parameters.Announcements.LowerPriorityRepeat, AnnouncementReason.LowerPriorityMaster);
        }

        if (now >= _refreshAnnouncement)
        {
            _refreshAnnouncement = NextMultiple(_refreshAnnouncement, Parameters.Announcements.MasterRefresh, now);
            _effects.Announce(Parameters.Announcements.MasterRefreshRepeat, AnnouncementReason.Refresh);
        }
    }

    private void MasterReceive(in ReceivedAdvertisement advertisement, MonotonicTime now)
    {
        if (GivesUpAfterSleep(now))
        {
            BackupReceive(advertisement, now);
            return;
        }

        if (advertisement.Priority == 0)
        {
            // "Send an ADVERTISEMENT. Reset the Adver_Timer to Advertisement_Interval."
            Statistics.PriorityZeroReceived++;
            Send(EffectivePriority);
            _protocolDeadline = now + Parameters.AdvertisementInterval;
            NoteRivalLeaving(advertisement, now);
            return;
        }

        if (advertisement.Source == Source)
        {
            Report(RouterReportKind.OwnAddressHeard, advertisement);
            return;
        }

        RestoreOwnership(advertisement, now);
        bool isHigherAddress = Source is not { } own || advertisement.Source > own;
        if (advertisement.Priority > EffectivePriority)
        {
            YieldTo(advertisement, TransitionCauseKind.HigherPriority, now);
        }
        else if (advertisement.Priority < EffectivePriority)
        {
            AnswerLowerPriority(advertisement, now);
        }
        else if (EffectivePriority == VirtualRouterParameters.OwnerPriority)
        {
            ContendWithSecondOwner(advertisement, isHigherAddress, now);
        }
        else if (isHigherAddress)
        {
            YieldTo(advertisement, TransitionCauseKind.HigherAddress, now);
        }
        else
        {
            AnswerLowerPriority(advertisement, now);
        }
    }

    // RFC 9568 section 6.4.3: discard, and send an advertisement at once to assert mastership and to correct the
    // learning bridges. The advertisement timer is not reset.
    private void AnswerLowerPriority(in ReceivedAdvertisement advertisement, MonotonicTime now)
    {
        if (Parameters.SilentToLowerPriority)
        {
            Report(RouterReportKind.LowerPriorityIgnored, advertisement);
        }
        else
        {
            Report(RouterReportKind.NewElectionForced, advertisement);
            Send(EffectivePriority);
        }

        NoteRival(advertisement, now);
        Reclaim(now);
        Gate?.LowerPriorityHeard(this, now);
        _effects.LowerPriorityReceived(advertisement);
    }

    private void Reclaim(MonotonicTime now)
    {
        AnnouncementParameters announcements = Parameters.Announcements;
        if (announcements.LowerPriorityRepeat > 0)
        {
            _effects.Announce(announcements.LowerPriorityRepeat, AnnouncementReason.LowerPriorityMaster);
            _lowerPriorityAnnouncement = After(announcements.LowerPriorityDelay, now);
        }
    }

    private void YieldTo(in ReceivedAdvertisement advertisement, TransitionCauseKind kind, MonotonicTime now)
    {
        if (Parameters.AdvertisesBeforeYielding)
        {
            Send(EffectivePriority);
        }

        // Read before the interval changes. The timer that is due may not have been noticed yet.
        TimeSpan lateness = now - _protocolDeadline > _lastLateness ? now - _protocolDeadline : _lastLateness;
        bool wasAsleep = IsSleep(lateness);
        Learn(advertisement.Interval);
        LastMaster = advertisement.Source;
        LastMasterPriority = advertisement.Priority;
        var cause = new TransitionCause(kind)
        {
            Source = advertisement.Source,
            Priority = advertisement.Priority,
            OwnPriority = EffectivePriority,
            Lateness = wasAsleep ? lateness : TimeSpan.Zero,
            WasAsleep = wasAsleep,
        };
        StepDown(cause, MasterDownInterval, now);
    }

    // Both say 255, which only the owner may. The one with the lower address gives in; the other defends itself, and if the
    // first does not listen it steps back too, because two masters are worse than the wrong one.
    private void ContendWithSecondOwner(in ReceivedAdvertisement advertisement, bool isHigherAddress, MonotonicTime now)
    {
        if (isHigherAddress)
        {
            Report(RouterReportKind.SecondOwner, advertisement);
            YieldTo(advertisement, TransitionCauseKind.OwnershipConflict, now);
            return;
        }

        if (_secondOwnerDeadline != MonotonicTime.Never && now <= _secondOwnerDeadline)
        {
            _yieldsToSecondOwner = true;
            RefreshPriority(new(TransitionCauseKind.OwnershipConflict) { Source = advertisement.Source, Priority = advertisement.Priority }, now);
            Report(RouterReportKind.SecondOwnerPersists, advertisement);
            YieldTo(advertisement, TransitionCauseKind.HigherPriority, now);
            return;
        }

        Report(RouterReportKind.SecondOwner, advertisement);
        _secondOwner = advertisement.Source;
        for (int i = 0; i < AdvertisementsAgainstSecondOwner; i++)
        {
            Send(EffectivePriority);
        }

        NoteRival(advertisement, now);
        Reclaim(now);
        TimeSpan slower = TimeSpan.FromTicks(Math.Max(advertisement.Interval.Ticks, Parameters.AdvertisementInterval.Ticks));
        _secondOwnerDeadline = now + (slower * SecondOwnerPatience);
    }

    private void MasterAddressLost(MonotonicTime now) =>
        StepDown(new(TransitionCauseKind.AddressRemoved) { OwnPriority = EffectivePriority }, Skew, now);

    private void StepDown(in TransitionCause cause, TimeSpan timer, MonotonicTime now)
    {
        Statistics.ReleasedMaster++;
        CancelMasterChores();
        WantsMaster = false;
        _takeoverCause = TransitionCauseKind.MasterDownTimeout;
        _lastAccepted = cause.Source is null ? null : now;
        _lastLateness = TimeSpan.Zero;
        _protocolDeadline = now + timer;
        Enter(VirtualRouterState.Backup, now);
        _effects.RemoveAddresses();
        TellState(VirtualRouterState.Master, cause, now);
    }

    private void AnnounceAdded(MonotonicTime now)
    {
        _effects.Announce(Parameters.Announcements.MasterRepeat, AnnouncementReason.AddressesAdded);
        _delayedAnnouncement = After(Parameters.Announcements.MasterDelay, now);
    }

    private void CancelMasterChores()
    {
        _delayedAnnouncement = MonotonicTime.Never;
        _refreshAnnouncement = MonotonicTime.Never;
        _lowerPriorityAnnouncement = MonotonicTime.Never;
        _secondOwnerDeadline = MonotonicTime.Never;
        _conflictEnd = MonotonicTime.Never;
    }

    private MonotonicTime NextAdvertisement(MonotonicTime due, MonotonicTime now) =>
        NextMultiple(due, Parameters.AdvertisementInterval, now);

    // The first point after now that lies whole periods after due.
    private static MonotonicTime NextMultiple(MonotonicTime due, TimeSpan period, MonotonicTime now)
    {
        MonotonicTime next = due + period;
        return next > now ? next : due + new TimeSpan(period.Ticks * (((now - due).Ticks / period.Ticks) + 1));
    }

    private static MonotonicTime After(TimeSpan delay, MonotonicTime now) =>
        delay > TimeSpan.Zero ? now + delay : MonotonicTime.Never;
}
