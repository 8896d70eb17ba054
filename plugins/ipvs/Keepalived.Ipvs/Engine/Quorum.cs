namespace Keepalived.Ipvs;

/// <summary>
/// The arithmetic of a quorum. With hysteresis h, gaining quorum q takes a live weight of q + h, and losing it a live weight below q - h;
/// a live weight of 0 always loses it.
/// </summary>
/// <param name="Size">Live weight needed, at least 1.</param>
/// <param name="Hysteresis">0 to <paramref name="Size"/> - 1.</param>
internal readonly record struct Quorum(long Size, long Hysteresis)
{
    /// <summary>Live weight from which it is gained, and there at start.</summary>
    public long GainedFrom => Size + Hysteresis;

    /// <summary>Live weight below which it is lost.</summary>
    public long LostBelow => Size - Hysteresis;

    /// <summary>Whether it is there, given whether it was.</summary>
    public bool Holds(bool held, long liveWeight) => held ? liveWeight > 0 && liveWeight >= LostBelow : liveWeight >= GainedFrom;

    /// <summary>The sum that a change came from, as keepalived's mails write it.</summary>
    public string Explain(bool held, long liveWeight) => held
        ? $"Gained quorum {Size}+{Hysteresis}={GainedFrom} <= {liveWeight}"
        : $"Lost quorum {Size}-{Hysteresis}={LostBelow} > {liveWeight}";
}
