namespace Keepalived.Bench;

/// <summary>Order statistics of samples, by the nearest-rank rule.</summary>
internal sealed class Quantiles
{
    private readonly double[] _sorted;

    public Quantiles(IEnumerable<double> samples)
    {
        _sorted = [.. samples];
        Array.Sort(_sorted);
    }

    public int Count => _sorted.Length;

    public double Max => At(1);

    public double Median => At(0.5);

    public double At(double share) =>
        _sorted.Length == 0 ? double.NaN : _sorted[Math.Clamp((int)Math.Ceiling(share * _sorted.Length) - 1, 0, _sorted.Length - 1)];
}
