using Keepalived.Scheduling;

namespace Keepalived;

/// <summary>
/// Says what is lost in a flood without a line for each loss: the first at once, then the count every ten seconds for as long as it grows, and at
/// the end what was not said yet, so that the log has the whole number. A row of losses is over when something was taken and for a whole interval
/// nothing was lost, for somebody who reads, but too slowly, takes one and loses the next. For the loop's thread.
/// </summary>
/// <param name="scheduler">The loop.</param>
/// <param name="lost">Says how much was lost so far.</param>
/// <param name="over">Says that a row is over, and how much was lost in it; null when nobody calls <see cref="Taken"/>.</param>
public sealed class LossReport(IScheduler scheduler, Action<long> lost, Action<long>? over = null)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);
    private ILoopTimer? _timer;
    private long _told;
    private long _beforeRow;
    private bool _isRow;
    private bool _isTaken;

    /// <summary>How much was lost.</summary>
    public long Count { get; private set; }

    /// <summary>Something was lost.</summary>
    public void Add()
    {
        _beforeRow = _isRow ? _beforeRow : Count;
        _isRow = true;
        _isTaken = false;
        Count++;
        _timer ??= scheduler.CreateTimer(_ => OnTimer());
        if (!_timer.IsArmed)
        {
            Tell();
        }
    }

    /// <summary>Something was taken.</summary>
    public void Taken()
    {
        if (_isRow)
        {
            _isTaken = true;
            if (!_timer!.IsArmed)
            {
                EndRow();
            }
        }
    }

    /// <summary>The end: says what was not said yet. What is lost later begins anew.</summary>
    public void Close()
    {
        if (Count > _told)
        {
            Tell();
        }

        _timer?.Dispose();
        _timer = null;
        _isRow = false;
    }

    private void OnTimer()
    {
        if (Count > _told)
        {
            Tell();
        }
        else if (_isTaken)
        {
            EndRow();
        }
    }

    private void Tell()
    {
        _told = Count;
        lost(Count);
        _timer!.Arm(scheduler.Now + _interval);
    }

    private void EndRow()
    {
        _isRow = false;
        over?.Invoke(Count - _beforeRow);
    }
}
