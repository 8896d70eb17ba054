namespace Keepalived.Ipvs.Tests.Engine;

public sealed class QuorumTests
{
    [Theory]
    [InlineData(1, 0, 0, false)]
    [InlineData(1, 0, 1, true)]
    [InlineData(3, 1, 3, false)]
    [InlineData(3, 1, 4, true)]
    public void It_is_gained_from_quorum_plus_hysteresis(long quorum, long hysteresis, long weight, bool gained) =>
        Assert.Equal(gained, new Quorum(quorum, hysteresis).Holds(held: false, weight));

    [Theory]
    [InlineData(3, 1, 2, true)]
    [InlineData(3, 1, 1, false)]
    [InlineData(3, 2, 1, true)]
    [InlineData(3, 2, 0, false)]
    [InlineData(1, 0, 0, false)]
    public void It_is_lost_below_quorum_minus_hysteresis_and_always_at_weight_0(long quorum, long hysteresis, long weight, bool kept) =>
        Assert.Equal(kept, new Quorum(quorum, hysteresis).Holds(held: true, weight));

    [Fact]
    public void The_sum_is_told_as_in_mails()
    {
        Assert.Equal("Gained quorum 3+1=4 <= 5", new Quorum(3, 1).Explain(held: true, 5));
        Assert.Equal("Lost quorum 3-1=2 > 1", new Quorum(3, 1).Explain(held: false, 1));
    }
}
