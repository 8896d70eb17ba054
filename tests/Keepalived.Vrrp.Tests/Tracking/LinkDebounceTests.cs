using Keepalived.Vrrp.Configuration;
using Keepalived.Vrrp.Tracking;

namespace Keepalived.Vrrp.Tests.Tracking;

/// <summary><c>interface_up_down_delays</c> of keepalived.conf(5).</summary>
public sealed class LinkDebounceTests
{
    private static readonly MonotonicTime _start = new(1_000_000_000);
    private readonly LinkDebounce _debounce = new() { Delays = new InterfaceDelays(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)) };

    [Fact]
    public void The_first_sight_counts_at_once() => Assert.False(See(false, 0));

    [Fact]
    public void Going_down_is_waited_out_for_the_down_delay()
    {
        See(true, 0);
        Assert.True(See(false, 10));
        Assert.Equal(At(12), _debounce.ChangeAt);
        Assert.True(See(false, 11.9));
        Assert.False(See(false, 12));
    }

    [Fact]
    public void Coming_up_is_waited_out_for_the_up_delay()
    {
        See(false, 0);
        Assert.False(See(true, 10));
        Assert.False(See(true, 14.9));
        Assert.True(See(true, 15));
    }

    [Fact]
    public void A_change_that_is_taken_back_in_time_never_happened()
    {
        See(true, 0);
        See(false, 10);
        See(true, 11);
        Assert.Equal(MonotonicTime.Never, _debounce.ChangeAt);
        See(false, 11.5);
        Assert.True(See(false, 13));
        Assert.False(See(false, 13.5));
    }

    [Fact]
    public void Without_a_delay_a_change_counts_at_once()
    {
        _debounce.Delays = default;
        See(true, 0);
        Assert.False(See(false, 1));
    }

    private static MonotonicTime At(double seconds) => _start + TimeSpan.FromSeconds(seconds);

    private bool See(bool isUp, double seconds) => _debounce.See(isUp, At(seconds));
}
