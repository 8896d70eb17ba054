using Keepalived.Host.Processes;
using Keepalived.Testing;

namespace Keepalived.Host.Tests.Processes;

public sealed class WatchdogTests
{
    private static readonly TimeSpan _period = TimeSpan.FromSeconds(5);
    private readonly VirtualLoop _loop = new();
    private readonly List<uint> _hellos = [];
    private TimeSpan? _dead;
    private bool _answers = true;

    [Fact]
    public void A_child_that_answers_lives_and_is_asked_once_per_period()
    {
        using Watchdog watchdog = Create();
        watchdog.Start();
        _loop.Advance(TimeSpan.FromSeconds(51));
        Assert.Null(_dead);
        Assert.Equal(11, _hellos.Count);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(2.5)]
    [InlineData(4.9)]
    public void A_child_that_stops_answering_is_dead_within_two_periods(double stoppedAfter)
    {
        using Watchdog watchdog = Create();
        watchdog.Start();
        _loop.Advance(TimeSpan.FromSeconds(10 + stoppedAfter));
        _answers = false;
        _loop.Advance(TimeSpan.FromSeconds(30));
        Assert.NotNull(_dead);
        Assert.InRange(_dead.Value.TotalSeconds - 10 - stoppedAfter, 0, 10);
    }

    [Fact]
    public void A_child_that_reads_a_new_configuration_is_left_alone()
    {
        using Watchdog watchdog = Create();
        watchdog.Start();
        _answers = false;
        watchdog.Pause();
        _loop.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(_dead);
        _answers = true;
        watchdog.Start();
        _loop.Advance(TimeSpan.FromSeconds(20));
        Assert.Null(_dead);
    }

    private Watchdog Create()
    {
        Watchdog? watchdog = null;
        watchdog = new Watchdog(
            _loop.ForOwner("parent"),
            _period,
            number =>
            {
                _hellos.Add(number);
                if (_answers)
                {
                    watchdog!.Answered(number);
                }
            },
            () => _dead ??= _loop.Elapsed);
        return watchdog;
    }
}
