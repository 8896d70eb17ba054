using Keepalived.Scheduling;

namespace Keepalived.Host;

/// <summary>
/// Counts what is lost in a flood and says so: the first loss at once, then the count every ten seconds for as long as it grows, and what was not
/// said yet at the end. So the log has the whole number, and a line for each loss is never written.
/// </summary>
internal sealed class LossReport(IScheduler scheduler, Action<long> report)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);
    private ILoopTimer? _timer;
    private long _told;

    /// <summary>How much was lost.</summary>
    public long Count { get; private set; }

    /// <summary>Something was lost.</summary>
    public void Add()
    {
        Count++;
        _timer ??= scheduler.CreateTimer(_ => Tell());
        if (!_timer.IsArmed)
        {
            Tell();
        }
    }

    /// <summary>The end: says what was not said yet.</summary>
    public void Close()
    {
        Tell();
        _timer?.Dispose();
        _timer = null;
    }

    private void Tell()
    {
        if (Count > _told)
        {
            _told = Count;
            report(Count);
            _timer!.Arm(scheduler.Now + _interval);
        }
    }
}
