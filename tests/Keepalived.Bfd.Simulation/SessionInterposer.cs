using Keepalived.Bfd.Protocol;

namespace Keepalived.Bfd.Simulation;

/// <summary>Stands between a session and its surroundings, where a test plants a mistake. As it is, it changes nothing.</summary>
public class SessionInterposer
{
    /// <summary>Jitter, discriminators and sequence numbers of a machine come from here.</summary>
    public virtual Random Chance(Random chance) => chance;

    /// <summary>A packet is about to be received; false: it is not. The bytes may be changed.</summary>
    public virtual bool Receives(BfdSession? session, Span<byte> packet) => true;

    /// <summary>A packet is about to be sent; false: it is not.</summary>
    public virtual bool Sends(BfdSession session, ReadOnlySpan<byte> packet) => true;

    /// <summary>The session's timer is due.</summary>
    public virtual void Advance(BfdSession session, MonotonicTime now) => session.Advance(now);
}
