namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The timer arithmetic of RFC 9568 section 6.1 and RFC 3768 section 6.1, in whole microseconds, rounded down.
/// <code>
/// version 3   Skew_Time            = ((256 - priority) * Master_Adver_Interval) / 256
///             Master_Down_Interval = (3 * Master_Adver_Interval) + Skew_Time
/// version 2   Skew_Time            = (256 - Priority) / 256                    seconds
///             Master_Down_Interval = (3 * Advertisement_Interval) + Skew_Time
/// </code>
/// The 3 is configurable (down_timer_adverts).
/// </summary>
public static class VirtualRouterTimers
{
    private const int PriorityRange = 256;

    /// <summary>Skew_Time: how much earlier a higher priority wakes than a lower one.</summary>
    /// <param name="version">In version 2 the skew does not depend on the interval.</param>
    /// <param name="priority">Own effective priority, 1..255.</param>
    /// <param name="masterInterval">The master's interval, learned or own.</param>
    public static TimeSpan Skew(VrrpVersion version, byte priority, TimeSpan masterInterval)
    {
        TimeSpan whole = version == VrrpVersion.Version2 ? TimeSpan.FromSeconds(1) : masterInterval;
        long microseconds = (PriorityRange - priority) * Microseconds(whole) / PriorityRange;
        return TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>Master_Down_Interval: the silence after which the master counts as gone.</summary>
    /// <param name="version">Protocol version.</param>
    /// <param name="priority">Own effective priority, 1..255.</param>
    /// <param name="masterInterval">The master's interval, learned or own.</param>
    /// <param name="advertisements">Advertisements to miss, 3 unless configured.</param>
    public static TimeSpan MasterDown(VrrpVersion version, byte priority, TimeSpan masterInterval, int advertisements) =>
        (masterInterval * advertisements) + Skew(version, priority, masterInterval);

    /// <summary>
    /// The hurried first timer of a router configured as MASTER that does not own its addresses: one interval and the
    /// smallest skew there is, so that it comes before any other router's full timer but hears a master that is there.
    /// </summary>
    public static TimeSpan StartAsMaster(VrrpVersion version, TimeSpan interval) =>
        interval + Skew(version, VirtualRouterParameters.OwnerPriority, interval);

    private static long Microseconds(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;
}
