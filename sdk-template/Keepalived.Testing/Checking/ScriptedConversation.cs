using System.Text;

namespace Keepalived.Testing;

/// <summary>What a scripted server does on one connection, step by step. After the last step it stays silent.</summary>
public sealed class ScriptedConversation
{
    private readonly List<ScriptedStep> _steps = [];

    internal IReadOnlyList<ScriptedStep> Steps => _steps;

    /// <summary>Sends a text, as Latin-1.</summary>
    /// <param name="text">The text; line ends are sent as written.</param>
    /// <param name="after">How long after the step before.</param>
    public ScriptedConversation Sends(string text, TimeSpan after = default) => Sends(Encoding.Latin1.GetBytes(text), after);

    /// <summary>Sends bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="after">How long after the step before.</param>
    public ScriptedConversation Sends(byte[] bytes, TimeSpan after = default) => Add(ScriptedStepKind.Send, after, bytes);

    /// <summary>Sends what depends on the client's words: challenges, nonces, echoes. Usually behind <see cref="Awaits"/>.</summary>
    /// <param name="reply">Makes the reply of everything that the client has sent on this connection so far.</param>
    /// <param name="after">How long after the step before.</param>
    public ScriptedConversation Replies(Func<byte[], byte[]> reply, TimeSpan after = default)
    {
        ArgumentNullException.ThrowIfNull(reply);
        _steps.Add(new ScriptedStep(ScriptedStepKind.Send, after, []) { Reply = reply });
        return this;
    }

    /// <summary>Waits until the client has sent a text since the last such step, for example an end of line.</summary>
    public ScriptedConversation Awaits(string text) => Add(ScriptedStepKind.Await, TimeSpan.Zero, Encoding.Latin1.GetBytes(text));

    /// <summary>Ends the stream in order.</summary>
    /// <param name="after">How long after the step before.</param>
    public ScriptedConversation Closes(TimeSpan after = default) => Add(ScriptedStepKind.Close, after, []);

    /// <summary>Resets the connection.</summary>
    /// <param name="after">How long after the step before.</param>
    public ScriptedConversation Resets(TimeSpan after = default) => Add(ScriptedStepKind.Reset, after, []);

    /// <summary>Stops reading: from now on the client's sends make no progress.</summary>
    /// <param name="after">How long after the step before.</param>
    public ScriptedConversation StopsReading(TimeSpan after = default) => Add(ScriptedStepKind.StopReading, after, []);

    private ScriptedConversation Add(ScriptedStepKind kind, TimeSpan after, byte[] bytes)
    {
        _steps.Add(new ScriptedStep(kind, after, bytes));
        return this;
    }
}

internal enum ScriptedStepKind
{
    Send,
    Await,
    Close,
    Reset,
    StopReading,
}

internal sealed record ScriptedStep(ScriptedStepKind Kind, TimeSpan After, byte[] Bytes)
{
    /// <summary>Makes the bytes of what the client has sent; null when they are known.</summary>
    public Func<byte[], byte[]>? Reply { get; init; }
}
