using Keepalived.Tracking;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary>Weights and priority, and the number of a <c>track_file</c> (keepalived.conf(5)). The cases with reverse were measured on keepalived 2.2.7.</summary>
public sealed class TrackEffectTests
{
    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    [InlineData(false, true, false)]
    public void Weight_0_makes_a_failure_a_fault_and_reverse_swaps_what_a_failure_is(bool isUp, bool isReversed, bool isFault) =>
        Assert.Equal(new TrackEffect(isFault, false, 0), TrackEffect.Of(TrackedState.Of(isUp), new TrackWeight(0, isReversed)));

    [Theory]
    [InlineData(10, false, true, 10)]
    [InlineData(10, false, false, 0)]
    [InlineData(-10, false, true, 0)]
    [InlineData(-10, false, false, -10)]
    [InlineData(10, true, true, -10)]
    [InlineData(10, true, false, 0)]
    [InlineData(-20, true, true, 0)]
    [InlineData(-20, true, false, 20)]
    public void Up_adds_a_positive_weight_and_down_a_negative_one_and_reverse_turns_the_sign(int weight, bool isReversed, bool isUp, int adjustment) =>
        Assert.Equal(new TrackEffect(false, false, adjustment), TrackEffect.Of(TrackedState.Of(isUp), new TrackWeight(weight, isReversed)));

    [Theory]
    [InlineData(0, true)]
    [InlineData(10, false)]
    [InlineData(-10, false)]
    public void Without_a_result_weight_0_holds_the_router_and_other_weights_add_nothing(int weight, bool isPending) =>
        Assert.Equal(new TrackEffect(false, isPending, 0), TrackEffect.Of(TrackedState.Pending, new TrackWeight(weight, false)));

    [Theory]
    [InlineData(3, 2, false, 6)]
    [InlineData(3, 2, true, -6)]
    [InlineData(1, 254, false, 253)]
    [InlineData(int.MaxValue, 254, false, 253)]
    [InlineData(1, -253, false, -253)]
    public void The_status_of_a_file_is_its_value_times_the_weight_and_at_most_253(int value, int weight, bool isReversed, int adjustment) =>
        Assert.Equal(new TrackEffect(false, false, adjustment), TrackEffect.Of(new(TrackedCondition.Number, value), new TrackWeight(weight, isReversed)));

    [Theory]
    [InlineData(1, -254, false)]
    [InlineData(-1, 254, false)]
    [InlineData(int.MinValue, 254, false)]
    [InlineData(254, 1, true)]
    public void A_status_of_a_file_of_minus_254_or_less_is_a_fault(int value, int weight, bool isReversed) =>
        Assert.Equal(new TrackEffect(true, false, 0), TrackEffect.Of(new(TrackedCondition.Number, value), new TrackWeight(weight, isReversed)));

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(5, false, true)]
    [InlineData(0, true, true)]
    [InlineData(5, true, false)]
    public void With_weight_0_a_file_with_another_value_than_0_is_a_fault_and_reverse_swaps(int value, bool isReversed, bool isFault) =>
        Assert.Equal(new TrackEffect(isFault, false, 0), TrackEffect.Of(new(TrackedCondition.Number, value), new TrackWeight(0, isReversed)));
}
