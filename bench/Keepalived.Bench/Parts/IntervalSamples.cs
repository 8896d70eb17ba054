using Keepalived.Bench.Kernel;

namespace Keepalived.Bench.Parts;

/// <summary>Distances between successive advertisements of each instance, over all rounds of one candidate.</summary>
internal sealed class IntervalSamples
{
    private readonly List<double> _errors = [];
    private readonly List<double> _lateness = [];
    private double _sum;
    private long _processorTime;
    private int _advertisements;

    public void Add(List<CapturedFrame> frames, long processorTime, double interval)
    {
        var last = new long[256];
        foreach (CapturedFrame frame in frames)
        {
            if (frame.IsArp)
            {
                continue;
            }

            _advertisements++;
            if (last[frame.RouterId] != 0)
            {
                double error = frame.Time - last[frame.RouterId] - interval;
                _sum += error;
                _lateness.Add(error / 1e3);
                _errors.Add(Math.Abs(error) / 1e3);
            }

            last[frame.RouterId] = frame.Time;
        }

        _processorTime += processorTime;
    }

    /// <summary>How many distances there are.</summary>
    public int Count => _errors.Count;

    /// <summary>The error in µs that this share of them does not exceed.</summary>
    public double At(double share) => new Quantiles(_errors).At(share);

    /// <summary>The longest distance over the interval, in µs.</summary>
    public double Latest => _lateness.Max();

    /// <summary>How many distances are longer than the interval by more than a limit in µs.</summary>
    public int LaterThan(double limit) => _lateness.Count(late => late > limit);

    /// <summary>p50, p99, p99.9, maximum and mean drift in µs; CPU in ms per 1,000 advertisements.</summary>
    public double[] Figures()
    {
        var errors = new Quantiles(_errors);
        return [errors.Median, errors.At(0.99), errors.At(0.999), errors.Max, _sum / _errors.Count / 1e3, _processorTime / 1e3 / _advertisements];
    }
}
