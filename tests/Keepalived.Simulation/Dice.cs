namespace Keepalived.Simulation;

/// <summary>
/// Chance from a seed: SplitMix64, written out here so that a seed means the same run on every version of the run time.
/// </summary>
public sealed class Dice
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Takes a seed: neighbouring ones have nothing in common.</summary>
    public Dice(ulong seed) => _state = Scramble(unchecked(seed * 0xD1342543DE82EF95));

    /// <summary>Any 64 bits.</summary>
    public ulong Next() => Scramble(_state = unchecked(_state + Step));

    private static ulong Scramble(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A whole number from 0 to just below the bound.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>A whole number from the first to the last, both included.</summary>
    public int Between(int first, int last) => first + Below(last - first + 1);

    /// <summary>0 to just below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    /// <summary>A part of a duration, from nothing to all of it.</summary>
    public TimeSpan PartOf(TimeSpan whole) => new((long)(whole.Ticks * Unit()));
}
