using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Tracking;

/// <summary>
/// Makes up and down of a number of processes: up while it is between quorum and quorum_max. A change after a process has gone is waited
/// out for the terminate delay, one after a process has come for the fork delay; one that is taken back in time never happened. Pure.
/// </summary>
internal sealed class ProcessQuorum
{
    private bool _isKnown;
    private bool _waitsForGain;

    /// <summary>Processes at present.</summary>
    public int Count { get; private set; }

    /// <summary>What counts.</summary>
    public bool IsUp { get; private set; }

    /// <summary>When the change that runs will count; <see cref="MonotonicTime.Never"/> while none runs.</summary>
    public MonotonicTime ChangeAt { get; private set; } = MonotonicTime.Never;

    /// <summary>The change that runs waits for the fork delay.</summary>
    public bool WaitsForGain => ChangeAt != MonotonicTime.Never && _waitsForGain;

    /// <summary>The change that runs waits for the terminate delay.</summary>
    public bool WaitsForLoss => ChangeAt != MonotonicTime.Never && !_waitsForGain;

    /// <summary>So many processes run. The first number counts at once.</summary>
    /// <returns>What counts.</returns>
    public bool See(int count, ProcessTracker settings, MonotonicTime now)
    {
        bool isGain = count > Count;
        Count = count;
        bool isIn = count >= settings.Quorum && (settings.QuorumMaximum is not { } most || count <= most);
        if (!_isKnown)
        {
            _isKnown = true;
            IsUp = isIn;
        }

        if (isIn == IsUp)
        {
            ChangeAt = MonotonicTime.Never;
            return IsUp;
        }

        if (ChangeAt == MonotonicTime.Never)
        {
            _waitsForGain = isGain;
            ChangeAt = now + (isGain ? settings.ForkDelay : settings.TerminateDelay);
        }

        return Look(now);
    }

    /// <summary>Time has passed.</summary>
    /// <returns>What counts.</returns>
    public bool Look(MonotonicTime now)
    {
        if (now >= ChangeAt)
        {
            IsUp = !IsUp;
            ChangeAt = MonotonicTime.Never;
        }

        return IsUp;
    }
}
