namespace Keepalived.Vrrp.Protocol;

// Not in the RFC: a master whose process was not run for so long (suspended machine, starved processor) that another router must
// have taken over by now. Without preemption that one is meant to stay; a master that goes on would answer it, win by its
// priority, and move the addresses twice. So it looks at its own silence before it does anything else.
public sealed partial class VirtualRouter
{
    private const int MissedBySlowest = 3;

    private MonotonicTime _lastSent;

    // True when the router has gone to BACKUP; an advertisement that came is then one that a backup hears.
    private bool GivesUpAfterSleep(MonotonicTime now)
    {
        if (Parameters.TakeoverPriority is not { } other)
        {
            return false;
        }

        TimeSpan interval = Parameters.AdvertisementInterval;
        TimeSpan silence = now - _lastSent;
        if (silence <= VirtualRouterTimers.MasterDown(Parameters.Version, other, interval, MissedBySlowest))
        {
            return false;
        }

        TransitionCause cause = new(TransitionCauseKind.Overslept)
        {
            OwnPriority = EffectivePriority,
            Lateness = silence,
            WasAsleep = true,
        };
        StepDown(cause, MasterDownInterval, now);
        return true;
    }
}
