namespace Keepalived.Abstractions.Tests;

public sealed class RecentEntriesTests
{
    [Fact]
    public void The_oldest_entry_gives_way_and_is_counted()
    {
        var recent = new RecentEntries<int>(3);
        Assert.Equal((0, 0L), (recent.Count, recent.Forgotten));
        for (int i = 1; i <= 8; i++)
        {
            recent.Add(i);
            Assert.Equal(i, recent[recent.Count - 1]);
        }

        Assert.Equal((3, 5L), (recent.Count, recent.Forgotten));
        Assert.Equal([6, 7, 8], Enumerable.Range(0, 3).Select(i => recent[i]));
        Assert.Throws<ArgumentOutOfRangeException>(() => recent[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => recent[-1]);
    }

    [Fact]
    public void At_full_length_nothing_is_allocated()
    {
        var recent = new RecentEntries<long>(16);
        for (int i = 0; i < 20; i++)
        {
            recent.Add(i);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            recent.Add(i);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_history_of_nothing_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new RecentEntries<int>(0));
}
