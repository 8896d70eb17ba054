using Keepalived.Tracking;

namespace Keepalived.Vrrp.Tracking;

/// <summary>How a tracked object is.</summary>
internal enum TrackedCondition
{
    /// <summary>It has given no result yet.</summary>
    Pending,

    Down,

    Up,

    /// <summary>It says a number: a file.</summary>
    Number,
}

/// <summary>What a tracked object says.</summary>
/// <param name="Condition">How it is.</param>
/// <param name="Number">For <see cref="TrackedCondition.Number"/>.</param>
internal readonly record struct TrackedState(TrackedCondition Condition, int Number = 0)
{
    public static TrackedState Pending { get; } = new(TrackedCondition.Pending);

    public static TrackedState Of(bool isUp) => new(isUp ? TrackedCondition.Up : TrackedCondition.Down);
}

/// <summary>What a tracked object does to one that tracks it. Weight 0 makes a failure a fault, any other weight moves the priority.</summary>
/// <param name="IsFault">Adds a tracker fault.</param>
/// <param name="IsPending">Holds the router in INIT.</param>
/// <param name="Adjustment">Is added to the priority.</param>
internal readonly record struct TrackEffect(bool IsFault, bool IsPending, int Adjustment)
{
    private const int LeastStatus = -254;
    private const int GreatestStatus = 253;

    /// <summary>Works it out.</summary>
    public static TrackEffect Of(TrackedState state, TrackWeight weight) => state.Condition switch
    {
        // A weighted object that has said nothing yet adds nothing, whichever way it will decide.
        TrackedCondition.Pending => new(false, weight.Value == 0, 0),
        TrackedCondition.Number => OfNumber(state.Number, weight),
        _ => OfSwitch(state.Condition == TrackedCondition.Up, weight),
    };

    // Up adds a positive weight and down a negative one; reverse turns what is added round, or with weight 0 what is a failure.
    private static TrackEffect OfSwitch(bool isUp, TrackWeight weight)
    {
        if (weight.Value == 0)
        {
            return new(isUp == weight.IsReversed, false, 0);
        }

        bool counts = isUp == weight.Value > 0;
        return new(false, false, !counts ? 0 : weight.IsReversed ? -weight.Value : weight.Value);
    }

    // The number times the weight; what no priority can make good is a fault, and so is any number but 0 without weight.
    private static TrackEffect OfNumber(int number, TrackWeight weight)
    {
        if (weight.Value == 0)
        {
            return new(number != 0 != weight.IsReversed, false, 0);
        }

        long status = (long)number * weight.Value * (weight.IsReversed ? -1 : 1);
        return status <= LeastStatus ? new(true, false, 0) : new(false, false, (int)Math.Min(status, GreatestStatus));
    }
}
