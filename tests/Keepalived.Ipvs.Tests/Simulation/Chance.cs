namespace Keepalived.Ipvs.Tests.Simulation;

/// <summary>Chance from a seed: SplitMix64, so that a seed means the same run on every version of the run time.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = unchecked(seed * 0xD1342543DE82EF95);

    /// <summary>A whole number from 0 to just below the bound.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>A whole number from the first to the last, both included.</summary>
    public int Between(int first, int last) => first + Below(last - first + 1);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    private ulong Next()
    {
        unchecked
        {
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
