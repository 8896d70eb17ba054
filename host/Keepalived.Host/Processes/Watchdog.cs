using Keepalived.Scheduling;

namespace Keepalived.Host.Processes;

/// <summary>
/// Watches one child's loop. Every period a hello is sent; when the next one is due and the last has not been answered, the child is
/// dead: a loop that stands still is noticed within two periods of the moment it stopped.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly TimeSpan _period;
    private readonly IScheduler _scheduler;
    private readonly ILoopTimer _timer;
    private readonly Action<uint> _sendHello;
    private readonly Action _dead;
    private uint _sent;
    private uint _answered;

    /// <summary>Creates the watchdog, not running.</summary>
    /// <param name="scheduler">The parent's loop.</param>
    /// <param name="period">Time between two hellos.</param>
    /// <param name="sendHello">Sends a hello with its number.</param>
    /// <param name="dead">Called once when a hello was not answered in time.</param>
    public Watchdog(IScheduler scheduler, TimeSpan period, Action<uint> sendHello, Action dead)
    {
        _scheduler = scheduler;
        _period = period;
        _sendHello = sendHello;
        _dead = dead;
        _timer = scheduler.CreateTimer(Tick);
    }

    /// <summary>Begins; the first hello leaves at once.</summary>
    public void Start()
    {
        _answered = _sent;
        Hello(_scheduler.Now);
    }

    /// <summary>Rests while the child does something that may take longer than a period, such as reading a new configuration.</summary>
    public void Pause() => _timer.Disarm();

    /// <summary>Takes an answer.</summary>
    public void Answered(uint number) => _answered = number;

    public void Dispose() => _timer.Dispose();

    private void Tick(MonotonicTime deadline)
    {
        if (_answered != _sent)
        {
            _dead();
            return;
        }

        Hello(deadline);
    }

    private void Hello(MonotonicTime from)
    {
        _sent = unchecked(_sent + 1);
        _timer.Arm(from + _period);
        _sendHello(_sent);
    }
}
