using Keepalived.Checking;

namespace Keepalived.Testing;

/// <summary>
/// A server of datagrams, or a machine that is asked for echoes, that a test writes down: every datagram that comes is met with all answers of
/// the script, each after its own time. Without a script there is nobody: an ICMP error says so at once.
/// <code>
/// sockets.DatagramServer("192.0.2.1:53").Answers(query => reply, after: TimeSpan.FromMilliseconds(20));
/// </code>
/// </summary>
public sealed class ScriptedDatagramServer
{
    private readonly List<ScriptedDatagramAnswer> _answers = [];
    private readonly List<byte[]> _received = [];
    private readonly List<SocketBinding> _bindings = [];
    private readonly SocketOutcome _withoutScript;
    private bool _isScripted;

    internal ScriptedDatagramServer(SocketOutcome withoutScript)
    {
        _withoutScript = withoutScript;
    }

    /// <summary>The datagrams that came, in order; for echoes, their data.</summary>
    public IReadOnlyList<byte[]> Received => _received;

    /// <summary>The binding of each socket that was opened, or of each echo.</summary>
    public IReadOnlyList<SocketBinding> Attempts => _bindings;

    /// <summary>Sends an answer to each datagram.</summary>
    /// <param name="answer">The answer to a datagram.</param>
    /// <param name="after">How long after the datagram.</param>
    public ScriptedDatagramServer Answers(Func<byte[], byte[]> answer, TimeSpan after = default)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Add(new(answer, SocketOutcome.Completed, 0, after));
    }

    /// <summary>Sends the same answer to each datagram.</summary>
    public ScriptedDatagramServer Answers(byte[] answer, TimeSpan after = default) => Answers(_ => answer, after);

    /// <summary>Takes datagrams and says nothing.</summary>
    public ScriptedDatagramServer IsSilent()
    {
        _isScripted = true;
        return this;
    }

    /// <summary>Meets each datagram with an ICMP error: nobody at this port (ECONNREFUSED).</summary>
    public ScriptedDatagramServer Refuses(TimeSpan after = default) => Add(new(null, SocketOutcome.Refused, 111, after));

    /// <summary>Meets each datagram with an ICMP error: the machine cannot be reached (EHOSTUNREACH).</summary>
    public ScriptedDatagramServer IsUnreachable(TimeSpan after = default) => Add(new(null, SocketOutcome.Unreachable, 113, after));

    /// <summary>Forgets the script; what is added next holds alone.</summary>
    public ScriptedDatagramServer FromNowOn()
    {
        _answers.Clear();
        return this;
    }

    internal IReadOnlyList<ScriptedDatagramAnswer> Take(byte[] datagram)
    {
        _received.Add(datagram);
        return _isScripted ? [.. _answers] : [new(null, _withoutScript, _withoutScript == SocketOutcome.Refused ? 111 : 113, default)];
    }

    internal void Opened(SocketBinding binding) => _bindings.Add(binding);

    private ScriptedDatagramServer Add(ScriptedDatagramAnswer answer)
    {
        _isScripted = true;
        _answers.Add(answer);
        return this;
    }
}

/// <summary>One answer to a datagram.</summary>
/// <param name="Answer">Makes it; null for an ICMP error.</param>
/// <param name="Outcome">What the receive ends with.</param>
/// <param name="Errno">The errno behind it.</param>
/// <param name="After">How long after the datagram.</param>
internal sealed record ScriptedDatagramAnswer(Func<byte[], byte[]>? Answer, SocketOutcome Outcome, int Errno, TimeSpan After);
