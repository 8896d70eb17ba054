namespace Keepalived.Bfd.Protocol;

/// <summary>A change of state.</summary>
/// <param name="At">When.</param>
/// <param name="Before">The state before.</param>
/// <param name="After">The state after.</param>
/// <param name="Cause">Why.</param>
public readonly record struct BfdHistoryEntry(MonotonicTime At, BfdState Before, BfdState After, BfdCause Cause)
{
    /// <summary>One line for people, without the time. Allocates.</summary>
    public override string ToString() => $"{Before} to {After}: {Cause}";
}
