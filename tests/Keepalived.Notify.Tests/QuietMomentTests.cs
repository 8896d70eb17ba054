using Keepalived.Scheduling;
using Keepalived.Testing;

namespace Keepalived.Notify.Tests;

/// <summary>Work that makes nobody late waits for a moment without a near deadline, but not for ever. In virtual time.</summary>
public sealed class QuietMomentTests : IDisposable
{
    private readonly VirtualLoop _loop = new();
    private readonly List<string> _order = [];
    private readonly IScheduler _protocol;
    private readonly QuietMoment _moment;

    public QuietMomentTests()
    {
        _protocol = _loop.ForOwner("protocol");
        _moment = new QuietMoment(_loop.ForOwner("notify"), () => _order.Add($"work at {At}"));
    }

    private string At => $"{_loop.Elapsed.TotalMicroseconds} us";

    public void Dispose() => _moment.Dispose();

    [Fact]
    public void Without_a_near_deadline_it_is_now()
    {
        Assert.True(_moment.IsNow);
        Deadline(QuietMoment.Needed);
        Assert.True(_moment.IsNow);
        Deadline(QuietMoment.Needed - TimeSpan.FromMicroseconds(1));
        Assert.False(_moment.IsNow);
    }

    [Fact]
    public void Work_comes_after_what_the_deadlines_of_its_turn_send_at_the_end_of_it()
    {
        _protocol.CreateTimer(_ => _protocol.RunAtTurnEnd(() => _order.Add("advertisement"))).Arm(_loop.Now + TimeSpan.FromMilliseconds(1));
        _moment.AwaitFrom(_loop.Now + TimeSpan.FromMilliseconds(1));
        _loop.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["advertisement", "work at 1000 us"], _order);
    }

    [Fact]
    public void With_a_deadline_near_work_waits_for_it()
    {
        Deadline(TimeSpan.FromMicroseconds(60));
        Deadline(TimeSpan.FromMicroseconds(130));
        _moment.AwaitFrom(_loop.Now);
        _loop.Advance(TimeSpan.FromMicroseconds(100));
        Assert.Equal(["deadline at 60 us"], _order);
        Assert.True(_moment.IsAwaited);
        _loop.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["deadline at 60 us", "deadline at 130 us", "work at 130 us"], _order);
        Assert.False(_moment.IsAwaited);
    }

    [Fact]
    public void Where_a_deadline_is_always_near_work_is_done_at_the_latest_after_a_while()
    {
        ILoopTimer? timer = null;
        timer = _protocol.CreateTimer(deadline => timer!.Arm(deadline + TimeSpan.FromMicroseconds(50)));
        timer.Arm(_loop.Now);
        _moment.AwaitFrom(_loop.Now);
        _loop.Advance(QuietMoment.LongestWait - TimeSpan.FromMicroseconds(1));
        Assert.Empty(_order);
        _loop.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal(["work at 10000 us"], _order);
    }

    [Fact]
    public void What_is_called_off_is_not_done()
    {
        _moment.AwaitFrom(_loop.Now);
        _moment.Cancel();
        _loop.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_order);
    }

    private void Deadline(TimeSpan distance) => _protocol.CreateTimer(_ => _order.Add($"deadline at {At}")).Arm(_loop.Now + distance);
}
