using System.Diagnostics;
using Keepalived.Linux.Events;

namespace Keepalived.Linux.Tests.Events;

public sealed class EpollTests
{
    private const uint In = 1;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_wait_ends_after_its_time_with_nothing_and_not_before(bool preferTimer)
    {
        using var epoll = new Epoll(preferTimer);
        using var events = new EpollEvents(4);
        TimeSpan longest = TimeSpan.Zero;
        for (int attempt = 0; attempt < 5; attempt++) // a signal of the runtime may interrupt one, hardly all
        {
            long start = Stopwatch.GetTimestamp();
            Assert.Equal(0, epoll.Wait(events, 1_500_000));
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            longest = elapsed > longest ? elapsed : longest;
        }

        Assert.True(longest >= TimeSpan.FromMilliseconds(1.5), $"{longest}");
        Assert.Equal(0, epoll.Wait(events, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_event_brings_the_data_it_was_added_with(bool preferTimer)
    {
        using var epoll = new Epoll(preferTimer);
        using var events = new EpollEvents(4);
        using var first = new EventFd();
        using var second = new EventFd();
        Assert.Equal(Errno.None, epoll.Add(first.Descriptor, In, 0x1234_5678_9ABC_DEF0));
        Assert.Equal(Errno.None, epoll.Add(second.Descriptor, In, 2));
        first.Signal();

        Assert.Equal(1, epoll.Wait(events, 0));
        Assert.Equal((In, 0x1234_5678_9ABC_DEF0UL), (events.Flags(0), events.Data(0)));

        first.Reset();
        Assert.Equal(Errno.None, epoll.Remove(second.Descriptor));
        second.Signal();
        Assert.Equal(0, epoll.Wait(events, 1_000_000));
    }

    [Fact]
    public void Adding_twice_and_removing_what_is_not_there_are_told()
    {
        using var epoll = new Epoll();
        using var source = new EventFd();

        Assert.Equal(Errno.ENOENT, epoll.Remove(source.Descriptor));
        Assert.Equal(Errno.None, epoll.Add(source.Descriptor, In, 1));
        Assert.Equal(Errno.EEXIST, epoll.Add(source.Descriptor, In, 1));
    }

    [Fact]
    public void A_disposed_descriptor_is_not_used_again()
    {
        var source = new EventFd();
        source.Dispose();
        source.Dispose();

        Assert.True(source.IsClosed);
        Assert.Throws<ObjectDisposedException>(() => source.Descriptor);
    }
}
