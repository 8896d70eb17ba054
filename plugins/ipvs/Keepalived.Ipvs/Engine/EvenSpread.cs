namespace Keepalived.Ipvs;

/// <summary>
/// Places for first probes that are spread evenly, where chance would heap some and leave gaps: each lies a golden section further than
/// the one before, so that however many there are, no two are closer than about a third of their mean distance. The first is random, as
/// directors that are started together shall not probe together.
/// </summary>
internal sealed class EvenSpread(double first) : Random
{
    private const double GoldenSection = 0.618033988749894848;

    private double _next = first;

    /// <summary>Begins at a random place.</summary>
    public EvenSpread()
        : this(Shared.NextDouble())
    {
    }

    /// <inheritdoc/>
    public override double NextDouble()
    {
        double place = _next;
        _next = (_next + GoldenSection) % 1;
        return place;
    }
}
