using System.Globalization;
using Keepalived.Scheduling;
using Keepalived.Vrrp.Protocol;

namespace Keepalived.Vrrp.Tracking;

/// <summary>
/// What one instance tracks, all together: the faults and first results awaited that its router holds because of it, and the sum of the
/// weights. The router clamps the sum; nothing else of it is known there.
/// </summary>
internal sealed class InstanceTracking(VirtualRouter router, IScheduler scheduler)
{
    private List<TrackPoint> _points = [];
    private int _faults;
    private int _pending;
    private int _sum;

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<TrackPoint> Points => _points;

    /// <summary>Takes what a configuration tracks. What stays as it was changes nothing: no fault ends and begins again.</summary>
    public void Take(List<TrackPoint> points)
    {
        _points = points;
        (int faults, int pending, int sum) = (0, 0, 0);
        TrackPoint? failed = null;
        foreach (TrackPoint point in points)
        {
            point.Effect = TrackEffect.Of(point.Tracked.State, point.Weight);
            failed = point.Effect.IsFault ? failed ?? point : failed;
            faults += point.Effect.IsFault ? 1 : 0;
            pending += point.Effect.IsPending ? 1 : 0;
            sum += point.Effect.Adjustment;
        }

        string? detail = failed is null ? null : Describe(failed);
        Apply(faults, pending, sum, detail ?? "new configuration");
    }

    /// <summary>What one of the objects says is another thing.</summary>
    public void Follow(TrackPoint point)
    {
        TrackEffect previous = point.Effect;
        TrackEffect next = TrackEffect.Of(point.Tracked.State, point.Weight);
        point.Effect = next;
        if (next != previous)
        {
            Apply(
                _faults + Count(next.IsFault) - Count(previous.IsFault),
                _pending + Count(next.IsPending) - Count(previous.IsPending),
                _sum + next.Adjustment - previous.Adjustment,
                Describe(point));
        }
    }

    private static int Count(bool holds) => holds ? 1 : 0;

    private static string Describe(TrackPoint point)
    {
        string text = $"{point.Tracked.Title}: {point.Tracked.Evidence}";
        int adjustment = point.Effect.Adjustment;
        return adjustment == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}, {adjustment:+0;-0}");
    }

    // The priority first, so that a router that leaves INIT or FAULT reckons its timer with it; faults that begin before those that
    // end, so that it does not leave FAULT to return at once.
    private void Apply(int faults, int pending, int sum, string detail)
    {
        MonotonicTime now = scheduler.Now;
        if (sum != _sum)
        {
            _sum = sum;
            router.AdjustPriority(sum, now, detail);
        }

        for (; _faults < faults; _faults++)
        {
            router.AddFault(FaultReason.Tracker, now, detail);
        }

        for (; _pending < pending; _pending++)
        {
            router.AddFault(FaultReason.TrackerPending, now, detail);
        }

        for (; _faults > faults; _faults--)
        {
            router.ClearFault(FaultReason.Tracker, now, detail);
        }

        for (; _pending > pending; _pending--)
        {
            router.ClearFault(FaultReason.TrackerPending, now, detail);
        }
    }
}
