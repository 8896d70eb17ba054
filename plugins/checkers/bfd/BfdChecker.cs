using Keepalived.Checking;
using Keepalived.Events;

namespace Keepalived.Checkers.Bfd;

/// <summary>
/// Follows one BFD session. The first probe ends as soon as anything is known of it, each other one with another state; until then its server is
/// as <c>alpha</c> says.
/// </summary>
internal sealed class BfdChecker(string session) : IChecker
{
    private readonly CheckResultSource _news = new();
    private IDisposable? _following;
    private BfdSessionState? _known;
    private BfdSessionState? _told;
    private string? _cause;

    /// <inheritdoc/>
    public ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        if (_following is null)
        {
            IBfdSessions sessions = context.BfdSessions;
            _following = sessions.Follow(session, OnNews);
            _known = sessions.StateOf(session);
        }

        return _known == _told ? _news.Wait() : new(Tell());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _news.Abandon();
        _following?.Dispose();
    }

    private void OnNews(in BfdSessionNews news)
    {
        _known = news.State;
        _cause = news.Cause;
        if (_news.IsWaiting && _known != _told)
        {
            _news.Complete(Tell());
        }
    }

    private CheckResult Tell()
    {
        _told = _known;
        string because = _cause is null ? "" : $": {_cause}";
        return _told == BfdSessionState.Up ? CheckResult.Up($"BFD session {session} is up{because}") : CheckResult.Down($"BFD session {session} is down{because}");
    }
}
