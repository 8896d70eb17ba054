using System.Text;
using Keepalived.Checking;

namespace Keepalived.Testing;

/// <summary>
/// A server that a test writes down: one reply for each connection attempt in turn, the last one for all that follow.
/// <code>
/// sockets.Server("192.0.2.1:25").Accepts(c => c.Sends("220 ready\r\n").Awaits("\r\n").Closes());
/// </code>
/// </summary>
public sealed class ScriptedServer
{
    private readonly List<ScriptedReply> _replies = [];
    private readonly List<ScriptedConnection> _connections = [];
    private readonly List<SocketBinding> _bindings = [];

    /// <summary>Connection attempts so far, with the binding each was made with.</summary>
    public IReadOnlyList<SocketBinding> Attempts => _bindings;

    /// <summary>What each accepted connection has sent so far, one text each, as Latin-1.</summary>
    public IReadOnlyList<string> Received => _connections.ConvertAll(connection => Encoding.Latin1.GetString(connection.Received));

    /// <summary>The bytes that each accepted connection has sent so far.</summary>
    public IReadOnlyList<byte[]> ReceivedBytes => _connections.ConvertAll(connection => connection.Received);

    /// <summary>Whether each accepted connection was closed with a reset; null while it is open.</summary>
    public IReadOnlyList<bool?> ClosedWithReset => _connections.ConvertAll(connection => connection.ClosedWithReset);

    /// <summary>Accepts and talks.</summary>
    /// <param name="conversation">What the server does, in order; without it, it accepts and stays silent.</param>
    /// <param name="after">How long connecting takes.</param>
    public ScriptedServer Accepts(Action<ScriptedConversation>? conversation = null, TimeSpan after = default)
    {
        var script = new ScriptedConversation();
        conversation?.Invoke(script);
        return Add(new ScriptedReply(SocketOutcome.Completed, 0, after, script));
    }

    /// <summary>Refuses (ECONNREFUSED).</summary>
    public ScriptedServer Refuses(TimeSpan after = default) => Add(new ScriptedReply(SocketOutcome.Refused, 111, after, null));

    /// <summary>Cannot be reached (EHOSTUNREACH).</summary>
    public ScriptedServer IsUnreachable(TimeSpan after = default) => Add(new ScriptedReply(SocketOutcome.Unreachable, 113, after, null));

    /// <summary>Never answers.</summary>
    public ScriptedServer Hangs() => Add(new ScriptedReply(SocketOutcome.TimedOut, 110, null, null));

    /// <summary>Forgets the replies that have not been used; what is added next comes first.</summary>
    public ScriptedServer FromNowOn()
    {
        _replies.Clear();
        return this;
    }

    internal ScriptedReply NextReply(SocketBinding binding)
    {
        _bindings.Add(binding);
        if (_replies.Count == 0)
        {
            return new ScriptedReply(SocketOutcome.Refused, 111, TimeSpan.Zero, null);
        }

        ScriptedReply reply = _replies[0];
        if (_replies.Count > 1)
        {
            _replies.RemoveAt(0);
        }

        return reply;
    }

    internal void AddConnection(ScriptedConnection connection) => _connections.Add(connection);

    private ScriptedServer Add(ScriptedReply reply)
    {
        _replies.Add(reply);
        return this;
    }
}

/// <summary>How a server answers one attempt to connect.</summary>
/// <param name="Outcome">What the attempt ends with.</param>
/// <param name="Errno">The errno behind it.</param>
/// <param name="After">When; null = never.</param>
/// <param name="Conversation">What it does once connected; null when it does not accept.</param>
internal sealed record ScriptedReply(SocketOutcome Outcome, int Errno, TimeSpan? After, ScriptedConversation? Conversation);
