namespace Keepalived.Host.Processes;

/// <summary>
/// Which plugins of a child process held its loop until the watchdog killed it. One that did so three times in a row is banned: the process is
/// started without it from then on. Any other end of the process, a long good run, or another plugin's turn begins the count anew.
/// </summary>
internal sealed class Blockers
{
    /// <summary>So many kills in a row are the end of a plugin.</summary>
    internal const int Most = 3;

    // Who holds the loop once in an hour is a nuisance that the log names, and not a reason to go without its checks.
    private static readonly TimeSpan _goodRun = TimeSpan.FromHours(1);
    private readonly List<string> _banned = [];
    private string? _last;
    private int _count;

    /// <summary>The plugin that holds the loop now; null when none does.</summary>
    public string? Now { get; set; }

    /// <summary>The plugins that the process is started without.</summary>
    public IReadOnlyList<string> Banned => _banned;

    /// <summary>Who may be banned; the plugin that a process is there for may not, for without it there is nothing to start.</summary>
    public Func<string, bool> MayBan { get; set; } = static _ => true;

    /// <summary>Called with a plugin that has just been banned.</summary>
    public Action<string>? HasBanned { get; set; }

    /// <summary>The process has ended.</summary>
    /// <param name="wasKilledAsDead">The watchdog killed it.</param>
    /// <param name="ran">How long it ran.</param>
    public void Ended(bool wasKilledAsDead, TimeSpan ran)
    {
        string? blocker = wasKilledAsDead ? Now : null;
        Now = null;
        _count = blocker is not null && blocker == _last && ran < _goodRun ? _count + 1 : 1;
        _last = blocker;
        if (blocker is not null && _count >= Most && MayBan(blocker))
        {
            _banned.Add(blocker);
            _last = null;
            HasBanned?.Invoke(blocker);
        }
    }
}
