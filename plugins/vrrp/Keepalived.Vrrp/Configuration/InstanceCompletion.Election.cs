using Keepalived.Configuration;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Configuration;

// Who becomes master, and how masters treat others.
internal sealed partial class InstanceCompletion
{
    private InstanceSettings CompleteElection(InstanceSettings settings, bool isOwner)
    {
        bool nopreempt = CompleteNoPreempt(settings.StartsAsMaster, isOwner);
        return settings with
        {
            Preempts = !nopreempt,
            PreemptDelay = CompletePreemptDelay(settings.StartsAsMaster, nopreempt),
            DownTimerAdvertisements = CompleteDownTimer(),
            Accepts = CompleteAccept(isOwner),
            OwnerIgnoresAdvertisements = CompleteOwnerIgnores(isOwner),
            SilentToLowerPriority = CompleteSilence(),
            AdvertisesBeforeYielding = CompleteLastWord(),
            ReassertsAfterConflict = draft.ReassertsAfterConflict ?? _globals.ReassertsAfterConflict,
            RestoresAddresses = draft.RestoresAddresses ?? _globals.RestoresAddresses,
        };
    }

    private bool CompleteNoPreempt(bool startsAsMaster, bool isOwner)
    {
        if (draft.NoPreempt is not { Value: true } nopreempt)
        {
            return false;
        }

        if (!startsAsMaster && !isOwner)
        {
            return true;
        }

        string why = isOwner ? "owns its addresses" : "starts as MASTER";
        Warn(nopreempt.Location, $"{why}, so nopreempt is not used", "use state BACKUP and a priority below 255 with nopreempt");
        return false;
    }

    private TimeSpan CompletePreemptDelay(bool startsAsMaster, bool nopreempt)
    {
        if (draft.PreemptDelay is not { } delay || delay.Value == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        string? why =
            _strict ? "is strict" : startsAsMaster ? "starts as MASTER" : nopreempt ? "does not preempt" : null;
        if (why is null)
        {
            return delay.Value;
        }

        Warn(delay.Location, $"{why}, so preempt_delay is not used", "remove preempt_delay");
        return TimeSpan.Zero;
    }

    private int CompleteDownTimer()
    {
        const int Standard = 3;
        if (!_strict)
        {
            return draft.DownTimerAdvertisements?.Value ?? _globals.DownTimerAdvertisements;
        }

        Reset(draft.DownTimerAdvertisements, Standard, "down_timer_adverts");
        return Standard;
    }

    private bool CompleteAccept(bool isOwner)
    {
        if (isOwner)
        {
            return true;
        }

        if (draft.Accept is not { } accept)
        {
            if (_strict)
            {
                // Strict means no_accept, whose packet filter does not exist yet: said, not held against the file.
                const string Message = "is strict, so packets to its addresses should be dropped unless it owns them; that has no effect yet";
                session.Report(new(DiagnosticClass.Ok, DiagnosticSeverity.Information, draft.Location, $"vrrp_instance {draft.Name} {Message}", "say accept if they are meant to be accepted"));
            }

            return !_strict;
        }

        if (accept.Value && _strict && _version == VrrpVersion.Version2)
        {
            Warn(accept.Location, "is strict version 2, where only the owner accepts packets to the addresses", "remove accept, or use version 3");
            return false;
        }

        return accept.Value;
    }

    private bool CompleteOwnerIgnores(bool isOwner)
    {
        if (!isOwner)
        {
            if (draft.OwnerIgnoresAdvertisements is { Value: true } ignores)
            {
                Error(ignores.Location, "does not own its addresses, so owner_ignore_adverts is not used", "remove it, or set priority 255");
            }

            return false;
        }

        if (draft.OwnerIgnoresAdvertisements is { Value: false } listens)
        {
            // As keepalived does, in strict mode and without.
            Error(listens.Location, "owns its addresses, where owner_ignore_adverts cannot be turned off; it is on", "remove the keyword");
            return true;
        }

        return draft.OwnerIgnoresAdvertisements is not null || _strict || _globals.OwnerIgnoresAdvertisements;
    }

    private bool CompleteSilence()
    {
        if (!_strict)
        {
            return draft.SilentToLowerPriority?.Value ?? _globals.SilentToLowerPriority;
        }

        Reset(draft.SilentToLowerPriority, true, "lower_prio_no_advert");
        return true;
    }

    private bool CompleteLastWord()
    {
        if (!_strict)
        {
            return draft.AdvertisesBeforeYielding?.Value ?? _globals.AdvertisesBeforeYielding;
        }

        Reset(draft.AdvertisesBeforeYielding, false, "higher_prio_send_advert");
        return false;
    }
}
