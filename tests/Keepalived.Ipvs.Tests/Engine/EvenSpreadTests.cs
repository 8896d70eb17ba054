namespace Keepalived.Ipvs.Tests.Engine;

/// <summary>First probes are spread evenly over the warm-up, however many there are.</summary>
public sealed class EvenSpreadTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(5000)]
    public void No_part_of_an_interval_is_crowded_and_none_is_left_out(int count)
    {
        var spread = new EvenSpread(0.42);
        double[] places = [.. Enumerable.Range(0, count).Select(_ => spread.NextDouble()).Order()];

        Assert.All(places, static place => Assert.InRange(place, 0, 1));
        double[] gaps = [.. places.Zip(places.Skip(1), static (one, next) => next - one), 1 - places[^1] + places[0]];
        Assert.InRange(gaps.Min() * count, 0.3, 1);
        Assert.InRange(gaps.Max() * count, 1, 2);
    }

    [Fact]
    public void Every_second_one_is_spread_evenly_too()
    {
        var spread = new EvenSpread(0);
        double[] places = [.. Enumerable.Range(0, 2000).Select(_ => spread.NextDouble()).Where(static (_, index) => index % 2 == 0)];

        for (int tenth = 0; tenth < 10; tenth++)
        {
            Assert.InRange(places.Count(place => (int)(place * 10) == tenth), 95, 105);
        }
    }
}
