namespace Keepalived.Bfd.Protocol;

/// <summary>
/// What a session does to the world. Called synchronously from inside an input; an implementation must not feed the same session
/// from inside a call. Nothing may throw: what fails is the implementation's to report, and comes back as <see cref="BfdSession.PathLost"/>.
/// </summary>
public interface IBfdSessionEffects
{
    /// <summary>Send a control packet to the neighbour. The bytes are the session's: they are valid during the call only.</summary>
    void Send(ReadOnlySpan<byte> packet);

    /// <summary>Send an echo packet (RFC 5881 section 4): to the own address through the neighbour, UDP port 3785. Valid during the call only.</summary>
    void SendEcho(ReadOnlySpan<byte> packet);

    /// <summary>
    /// Call <see cref="BfdSession.Advance"/> at this absolute time; null: no longer. Called last in an input: always by
    /// <see cref="BfdSession.Advance"/> itself, else when the time changed. A time that has passed means: in the next turn of the loop,
    /// after the sockets have been read.
    /// </summary>
    void SetDeadline(MonotonicTime? deadline);

    /// <summary>The state has changed. <see cref="BfdSession.State"/> is new already; the packet that tells the neighbour follows.</summary>
    void StateChanged(BfdState previous, BfdState current, in BfdCause cause);

    /// <summary>Something an operator may want to read, without a change of state.</summary>
    void Report(in BfdReport report);

    /// <summary>After <see cref="BfdSession.PathLost"/>: try to open what is needed to send.</summary>
    /// <returns>True when the session can run again.</returns>
    bool TryReopenPath();
}
