using Keepalived.Simulation;

namespace Keepalived.Bfd.Simulation;

/// <summary>
/// One direction of a link. Losses never come more in a row than the receiver's side tolerates, unless the direction is cut or in a
/// storm, which is a disturbance that everybody may notice.
/// </summary>
public sealed class BfdDirection
{
    private readonly BfdNetwork _network;
    private int _cuts;
    private int _storms;
    private int _lostInARow;

    internal BfdDirection(BfdNetwork network) => _network = network;

    /// <summary>Shortest way through.</summary>
    public TimeSpan Delay { get; internal set; }

    /// <summary>What may come on top of it, so that packets overtake each other.</summary>
    public TimeSpan Variation { get; internal set; }

    /// <summary>Percent of packets lost, as far as it is tolerated.</summary>
    public int Loss { get; internal set; }

    /// <summary>Percent of packets that come twice.</summary>
    public int Duplication { get; internal set; }

    /// <summary>Nothing passes.</summary>
    public bool IsCut => _cuts > 0;

    /// <summary>Cut or in a storm.</summary>
    public bool IsDisturbed => _cuts > 0 || _storms > 0;

    internal MonotonicTime DisturbedUntil { get; private set; }

    internal TimeSpan LongestDelay => Delay + Variation;

    internal void Cut() => _cuts++;

    internal void Mend()
    {
        _cuts--;
        DisturbedUntil = _network.Queue.Now;
    }

    internal void BeginStorm() => _storms++;

    internal void EndStorm()
    {
        _storms--;
        DisturbedUntil = _network.Queue.Now;
    }

    internal TimeSpan DrawDelay() => Delay + _network.Dice.PartOf(Variation);

    internal bool Loses(int tolerated)
    {
        bool isLost = IsCut
            || (_storms > 0 ? _network.Dice.Below(100) < 60 : _lostInARow < tolerated && _network.Dice.Below(100) < Loss);
        _lostInARow = isLost ? _lostInARow + 1 : 0;
        return isLost;
    }
}
