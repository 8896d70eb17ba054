using System.Threading.Tasks.Sources;
using Keepalived.Checking;
using Keepalived.Events;

namespace Keepalived.Checkers.Bfd;

/// <summary>
/// Follows one BFD session. The first probe ends as soon as anything is known of it, each other one with another state; until then its server is
/// as <c>alpha</c> says.
/// </summary>
internal sealed class BfdChecker(string session) : IChecker, IValueTaskSource<CheckResult>
{
    private ManualResetValueTaskSourceCore<CheckResult> _news;
    private IDisposable? _following;
    private BfdSessionState? _known;
    private BfdSessionState? _told;
    private bool _isWaiting;

    /// <inheritdoc/>
    public ValueTask<CheckResult> CheckAsync(CheckContext context)
    {
        if (_following is null)
        {
            IBfdSessions sessions = context.BfdSessions;
            _following = sessions.Follow(session, OnNews);
            _known = sessions.StateOf(session);
        }

        if (_known != _told)
        {
            return new(Tell());
        }

        _news.Reset();
        _isWaiting = true;
        return new(this, _news.Version);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isWaiting = false;
        _following?.Dispose();
    }

    CheckResult IValueTaskSource<CheckResult>.GetResult(short token) => _news.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<CheckResult>.GetStatus(short token) => _news.GetStatus(token);

    void IValueTaskSource<CheckResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _news.OnCompleted(continuation, state, token, flags);

    private void OnNews(in BfdSessionNews news)
    {
        _known = news.State;
        if (_isWaiting && _known != _told)
        {
            _isWaiting = false;
            _news.SetResult(Tell());
        }
    }

    private CheckResult Tell()
    {
        _told = _known;
        return _told == BfdSessionState.Up ? CheckResult.Up($"BFD session {session} is up") : CheckResult.Down($"BFD session {session} is down");
    }
}
