namespace Keepalived.Tracking;

/// <summary>What a tracked object does to a priority: 0 makes its failure a fault, anything else is added or taken.</summary>
/// <param name="Value">-254..254; positive is added while the object is up, negative while it is down.</param>
/// <param name="IsReversed">Up and down change places (<c>reverse</c>).</param>
public readonly record struct TrackWeight(int Value, bool IsReversed)
{
    /// <summary>As the configuration writes it.</summary>
    public override string ToString() => IsReversed ? $"{Value} reverse" : $"{Value}";
}
