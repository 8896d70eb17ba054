using Keepalived.Vrrp.Configuration;

namespace Keepalived.Vrrp.Tracking;

/// <summary>
/// Waits changes of a link out (<c>interface_up_down_delays</c>): one that is taken back before its delay has passed never happened. Pure:
/// time comes in, and the time to look again goes out.
/// </summary>
internal sealed class LinkDebounce
{
    private bool _isKnown;
    private bool _pending;

    /// <summary>How long changes are waited out; zero is not at all.</summary>
    public InterfaceDelays Delays { get; set; }

    /// <summary>What counts.</summary>
    public bool IsUp { get; private set; }

    /// <summary>When the change that runs will count; <see cref="MonotonicTime.Never"/> while none runs.</summary>
    public MonotonicTime ChangeAt { get; private set; } = MonotonicTime.Never;

    /// <summary>What the link is now. The first sight counts at once.</summary>
    /// <returns>What counts.</returns>
    public bool See(bool isUp, MonotonicTime now)
    {
        if (!_isKnown)
        {
            _isKnown = true;
            IsUp = isUp;
        }

        if (isUp == IsUp)
        {
            ChangeAt = MonotonicTime.Never;
            return IsUp;
        }

        if (ChangeAt == MonotonicTime.Never || _pending != isUp)
        {
            _pending = isUp;
            ChangeAt = now + (isUp ? Delays.Up : Delays.Down);
        }

        if (now >= ChangeAt)
        {
            IsUp = isUp;
            ChangeAt = MonotonicTime.Never;
        }

        return IsUp;
    }

    /// <summary>The link is gone: when one of its name comes, it is another one, and its first sight counts at once.</summary>
    public void Forget()
    {
        _isKnown = false;
        ChangeAt = MonotonicTime.Never;
    }
}
