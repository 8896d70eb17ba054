namespace Keepalived.Abstractions.Tests;

public sealed class MonotonicTimeTests
{
    [Fact]
    public void Adding_a_duration_and_subtracting_the_start_gives_the_duration_back()
    {
        MonotonicTime start = new(123_456_789);

        Assert.Equal(TimeSpan.FromMilliseconds(682.812), start + TimeSpan.FromMilliseconds(682.812) - start);
    }

    [Fact]
    public void Never_is_later_than_every_other_point() => Assert.True(new MonotonicTime(long.MaxValue - 1) < MonotonicTime.Never);

    [Fact]
    public void Points_order_by_time()
    {
        MonotonicTime early = new(1);
        MonotonicTime late = new(2);

        Assert.Equal(early, MonotonicTime.Min(late, early));
        Assert.Equal(late, MonotonicTime.Max(late, early));
        Assert.True(early.CompareTo(late) < 0);
    }
}
