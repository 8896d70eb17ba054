namespace Keepalived.Host.Processes;

/// <summary>
/// How long to wait before a child that ended is started again: not at all when it had run for a minute, else 0, 1, 2, 4 … 60 seconds,
/// so that a child that fails at once does not occupy the machine.
/// </summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan _longEnough = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);
    private TimeSpan _next = TimeSpan.Zero;

    /// <summary>The wait after a run of some length.</summary>
    public TimeSpan Next(TimeSpan ran)
    {
        if (ran >= _longEnough)
        {
            _next = TimeSpan.Zero;
        }

        TimeSpan wait = _next;
        _next = wait == TimeSpan.Zero ? TimeSpan.FromSeconds(1)
            : wait * 2 > _longest ? _longest
            : wait * 2;
        return wait;
    }

    /// <summary>Exit codes that another start would only repeat: 1 fatal, 2 configuration, 4 permission.</summary>
    public static bool IsPermanent(int exitCode) => exitCode is 1 or 2 or 4;
}
