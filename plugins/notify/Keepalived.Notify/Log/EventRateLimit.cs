using Keepalived.Scheduling;

namespace Keepalived.Notify;

/// <summary>How much of one kind about one object is logged.</summary>
/// <param name="Most">Lines in each window; 0 = no limit.</param>
/// <param name="Window">Length of the window.</param>
internal sealed record EventLogSettings(int Most, TimeSpan Window)
{
    /// <summary>What holds without <c>log_event_limit</c>.</summary>
    public static EventLogSettings Default { get; } = new(10, TimeSpan.FromSeconds(60));
}

/// <summary>
/// Counts lines per object and kind. A window begins with the first line that is allowed and is over when its time has passed; what it kept
/// back is then reported, whether anything follows or not.
/// </summary>
internal sealed class EventRateLimit(IScheduler scheduler, EventLogSettings settings, Action<string, string, int, TimeSpan> suppressed) : IDisposable
{
    private readonly Dictionary<(string Kind, string Object), Window> _windows = [];
    private ILoopTimer? _sweep;

    public EventLogSettings Settings { get; set; } = settings;

    public bool Allows(string kind, string subject)
    {
        if (Settings.Most == 0)
        {
            return true;
        }

        (string Kind, string Object) key = (kind, subject);
        MonotonicTime now = scheduler.Now;
        if (!_windows.TryGetValue(key, out Window? window))
        {
            _windows.Add(key, window = new Window(kind, subject, now + Settings.Window));
            ArmSweep(window.End);
        }
        else if (now >= window.End)
        {
            Report(window);
            window.Begin(now + Settings.Window);
        }

        if (++window.Count <= Settings.Most)
        {
            return true;
        }

        window.Suppressed++;
        return false;
    }

    public void Dispose()
    {
        _sweep?.Dispose();
        foreach (Window window in _windows.Values)
        {
            Report(window);
        }

        _windows.Clear();
    }

    // One timer for all: it runs at the end of the earliest window and forgets every window that is over.
    private void ArmSweep(MonotonicTime end)
    {
        _sweep ??= scheduler.CreateTimer(Sweep);
        if (!_sweep.IsArmed)
        {
            _sweep.Arm(end);
        }
    }

    private void Sweep(MonotonicTime deadline)
    {
        MonotonicTime next = MonotonicTime.Never;
        foreach (((string Kind, string Object) key, Window window) in _windows)
        {
            if (window.End <= deadline)
            {
                Report(window);
                _windows.Remove(key);
            }
            else if (window.End < next)
            {
                next = window.End;
            }
        }

        if (next != MonotonicTime.Never)
        {
            _sweep!.Arm(next);
        }
    }

    private void Report(Window window)
    {
        if (window.Suppressed > 0)
        {
            suppressed(window.Kind, window.Object, window.Suppressed, Settings.Window);
            window.Suppressed = 0;
        }
    }

    private sealed class Window(string kind, string subject, MonotonicTime end)
    {
        public string Kind { get; } = kind;

        public string Object { get; } = subject;

        public MonotonicTime End { get; private set; } = end;

        public int Count { get; set; }

        public int Suppressed { get; set; }

        public void Begin(MonotonicTime end)
        {
            End = end;
            Count = 0;
        }
    }
}
