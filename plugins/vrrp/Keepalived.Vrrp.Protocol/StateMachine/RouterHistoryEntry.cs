namespace Keepalived.Vrrp.Protocol;

/// <summary>What an entry of the history is about.</summary>
public enum RouterHistoryKind
{
    /// <summary>The state changed: <see cref="RouterHistoryEntry.Before"/> and <see cref="RouterHistoryEntry.After"/> are states.</summary>
    Transition,

    /// <summary>The effective priority changed: <see cref="RouterHistoryEntry.Before"/> and <see cref="RouterHistoryEntry.After"/> are priorities.</summary>
    Priority,

    /// <summary>A conflict with another master ended, and the state is the same as before.</summary>
    ConflictEnded,

    /// <summary>A fault began, whether or not it changed the state.</summary>
    FaultBegan,

    /// <summary>A fault ended, whether or not another one remains.</summary>
    FaultEnded,
}

/// <summary>Something that happened to a virtual router, with its cause.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Before">Old value; the state for a fault.</param>
/// <param name="After">New value; the state for a fault.</param>
/// <param name="Cause">Why.</param>
public readonly record struct RouterHistoryEntry(
    MonotonicTime At, RouterHistoryKind Kind, byte Before, byte After, TransitionCause Cause)
{
    /// <summary>One line for people, without the time. Allocates.</summary>
    public override string ToString() => Kind switch
    {
        RouterHistoryKind.Transition => $"{StateName(Before)} to {StateName(After)}: {Cause}",
        RouterHistoryKind.Priority => $"priority {Before} to {After}: {Cause}",
        RouterHistoryKind.ConflictEnded => $"still {StateName(After)}: {Cause}",
        RouterHistoryKind.FaultBegan => $"fault began: {Cause.FaultText}",
        RouterHistoryKind.FaultEnded => $"fault ended: {Cause.FaultText}",
        _ => Kind.ToString(),
    };

    private static string StateName(byte state) => ((VirtualRouterState)state).ToString().ToUpperInvariant();
}
