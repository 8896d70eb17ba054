namespace Keepalived.Vrrp.Protocol;

// BACKUP: RFC 9568 section 6.4.2.
public sealed partial class VirtualRouter
{
    // When an advertisement last held us back; null when none has since the state was entered.
    private MonotonicTime? _lastAccepted;

    // When the preemption delay ends; null while it does not run.
    private MonotonicTime? _preemptionTime;

    private void BackupReceive(in ReceivedAdvertisement advertisement, MonotonicTime now)
    {
        if (advertisement.Priority == 0)
        {
            // "Set the Master_Down_Timer to Skew_Time": the best of the others is first.
            Statistics.PriorityZeroReceived++;
            Report(RouterReportKind.MasterLeaving, advertisement);
            _lastAccepted = now;
            _protocolDeadline = now + Skew;
            return;
        }

        RestoreOwnership(advertisement, now);
        Remember(advertisement);
        bool isLower = advertisement.Priority < EffectivePriority;
        bool accepts = !Parameters.Preempts || !isLower || WaitsToPreempt(now);
        if (!accepts)
        {
            Report(RouterReportKind.LowerPriorityDiscarded, advertisement);
            return;
        }

        WantsMaster = false;
        _lastAccepted = now;
        Learn(advertisement.Interval);
        _takeoverCause = TransitionCauseKind.MasterDownTimeout;
        _protocolDeadline = now + MasterDownInterval;
        FollowPreemptDelay(advertisement, isLower, now);
    }

    private void BackupClock(MonotonicTime now)
    {
        if (now < _protocolDeadline)
        {
            return;
        }

        WantsMaster = true;
        if (Gate is not null && !Gate.PermitsTakeover(this))
        {
            Report(RouterReportKind.TakeoverRefused, default);
            _protocolDeadline = now + MasterDownInterval;
            return;
        }

        var cause = new TransitionCause(_takeoverCause)
        {
            Source = LastMaster,
            Priority = LastMasterPriority,
            OwnPriority = EffectivePriority,
            Lateness = now - _protocolDeadline,
            WasAsleep = IsSleep(now - _protocolDeadline),
            Silence = _lastAccepted is { } heard ? now - heard : TimeSpan.Zero,
        };
        BecomeMaster(cause, due: _protocolDeadline, now);
    }

    // A delay is configured and has not run out: it may not even have begun.
    private bool WaitsToPreempt(MonotonicTime now) =>
        Parameters.PreemptDelay > TimeSpan.Zero && (_preemptionTime is not { } time || now < time);

    private void FollowPreemptDelay(in ReceivedAdvertisement advertisement, bool isLower, MonotonicTime now)
    {
        if (Parameters.PreemptDelay == TimeSpan.Zero || !Parameters.Preempts)
        {
            return;
        }

        if (isLower && _preemptionTime is null)
        {
            _preemptionTime = now + Parameters.PreemptDelay;
            Report(RouterReportKind.PreemptDelayStarted, advertisement);
        }
        else if (!isLower && _preemptionTime is not null)
        {
            _preemptionTime = null;
            Report(RouterReportKind.PreemptDelayCancelled, advertisement);
        }
    }

    private void Remember(in ReceivedAdvertisement advertisement)
    {
        if (LastMaster != advertisement.Source)
        {
            LastMaster = advertisement.Source;
            ForgetReports();
        }

        LastMasterPriority = advertisement.Priority;
    }

    // RFC 9568 section 6.4.2: Master_Adver_Interval is the one in the advertisement. An interval of zero is no interval: with
    // it the down timer would be zero too, and one forged packet would make masters of all.
    private void Learn(TimeSpan interval)
    {
        if (Parameters.Version == VrrpVersion.Version3 && interval > TimeSpan.Zero)
        {
            MasterInterval = interval;
        }
    }

    // An owner that had stepped back from a second owner is owner again when that one is gone or has come to its senses.
    private void RestoreOwnership(in ReceivedAdvertisement advertisement, MonotonicTime now)
    {
        if (_yieldsToSecondOwner
            && (advertisement.Source != _secondOwner || advertisement.Priority != VirtualRouterParameters.OwnerPriority))
        {
            _yieldsToSecondOwner = false;
            RefreshPriority(new(TransitionCauseKind.OwnershipRestored)
            {
                Source = advertisement.Source,
                Priority = advertisement.Priority,
            }, now);
        }
    }
}
