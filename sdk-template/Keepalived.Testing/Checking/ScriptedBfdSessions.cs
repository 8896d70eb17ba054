using Keepalived.Events;

namespace Keepalived.Testing;

/// <summary>BFD sessions whose states a test says.</summary>
public sealed class ScriptedBfdSessions : IBfdSessions
{
    private readonly Dictionary<string, BfdSessionState> _states = new(StringComparer.Ordinal);
    private readonly List<Followed> _followed = [];
    private ulong _sequence;

    /// <summary>The sessions that are followed now, each as often as it is.</summary>
    public IReadOnlyList<string> Sessions => _followed.ConvertAll(following => following.Session);

    /// <summary>A session is in a state; who follows it is told at once when it is another one than before.</summary>
    public void Say(string session, BfdSessionState state, MonotonicTime since = default, string? cause = null)
    {
        bool isNews = StateOf(session) != state;
        _states[session] = state;
        BfdSessionNews news = new(session, state, since, ++_sequence) { Cause = cause };
        foreach (Followed following in isNews ? _followed.ToArray() : [])
        {
            if (following.Session == session)
            {
                following.Handler(in news);
            }
        }
    }

    /// <inheritdoc/>
    public BfdSessionState? StateOf(string session) => _states.TryGetValue(session, out BfdSessionState state) ? state : null;

    /// <inheritdoc/>
    public IDisposable Follow(string session, BfdSessionHandler handler)
    {
        var followed = new Followed(this, session, handler);
        _followed.Add(followed);
        return followed;
    }

    private sealed record Followed(ScriptedBfdSessions Owner, string Session, BfdSessionHandler Handler) : IDisposable
    {
        public void Dispose() => Owner._followed.RemoveAll(following => ReferenceEquals(following, this));
    }
}
