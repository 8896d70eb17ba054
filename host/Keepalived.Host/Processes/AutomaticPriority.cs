using Microsoft.Extensions.Logging;

namespace Keepalived.Host.Processes;

/// <summary>
/// <c>max_auto_priority</c>: a process whose loop was late by <c>min_auto_priority_delay</c> schedules itself under SCHED_RR, and one higher
/// each time that it is late again, up to the limit. What it starts does not inherit that.
/// </summary>
internal sealed class AutomaticPriority(ILogger log, Action<int> setPriority)
{
    private int _current;
    private int _highest;
    private TimeSpan _delay;

    /// <summary>The priority now; 0 is none.</summary>
    public int Current => _current;

    /// <summary>Takes the settings.</summary>
    /// <param name="configured">The real-time priority that the process has anyway; 0 is none.</param>
    /// <param name="highest">The limit; 0 and less is off.</param>
    /// <param name="delay">Lateness that counts.</param>
    public void Configure(int configured, int highest, TimeSpan delay)
    {
        int lowered = highest > 0 ? Math.Max(configured, Math.Min(_current, highest)) : configured;
        if (_current > lowered)
        {
            setPriority(lowered);
        }

        (_current, _highest, _delay) = (lowered, highest, delay);
    }

    /// <summary>The loop's earliest timer ran that late.</summary>
    public void NoteLateness(TimeSpan lateness)
    {
        if (lateness < _delay || _current >= _highest)
        {
            return;
        }

        _current++;
        log.LogInformation("The loop was {Late} ms late: real-time priority {Priority} from now on", (long)lateness.TotalMilliseconds, _current);
        setPriority(_current);
    }
}
