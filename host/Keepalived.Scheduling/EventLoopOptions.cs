namespace Keepalived.Scheduling;

/// <summary>How a loop behaves. The defaults suit every process; the rest is for tests and for measuring.</summary>
public sealed record EventLoopOptions
{
    /// <summary>
    /// How much later than its deadline a timer may run so that it can share a wake-up with others. Zero, the default, keeps every
    /// deadline; 500 µs cut the CPU of 250 spread advertisers to a quarter and cost them 75..200 µs of lateness.
    /// </summary>
    public TimeSpan CoalescingSlack { get; init; } = TimeSpan.Zero;

    /// <summary>A turn whose earliest timer is later than this counts as late: the loop, or the whole machine, was away.</summary>
    public TimeSpan LateTurnThreshold { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Most descriptors dispatched in one turn, 1..4096; the kernel hands out the rest first in the next.</summary>
    public int DescriptorsPerTurn { get; init; } = 128;

    /// <summary>Most posted callbacks run in one turn, at least 1; the rest run in the next, in order.</summary>
    public int PostsPerTurn { get; init; } = 256;
}

/// <summary>What a loop has seen so far.</summary>
/// <param name="Turns">Turns completed.</param>
/// <param name="LateTurns">Turns whose earliest timer was later than <see cref="EventLoopOptions.LateTurnThreshold"/>.</param>
/// <param name="LastLateness">Lateness of the earliest timer of the last turn that ran one.</param>
/// <param name="WorstLateness">The greatest lateness so far.</param>
public readonly record struct LoopStatistics(long Turns, long LateTurns, TimeSpan LastLateness, TimeSpan WorstLateness);
