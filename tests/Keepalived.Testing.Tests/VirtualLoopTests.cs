using Keepalived.Scheduling;

namespace Keepalived.Testing.Tests;

public sealed class VirtualLoopTests
{
    private readonly VirtualLoop _loop = new();
    private readonly IScheduler _scheduler;

    public VirtualLoopTests() => _scheduler = _loop.ForOwner("test");

    [Fact]
    public void Each_timer_sees_its_own_deadline_as_the_present()
    {
        var lateness = new List<TimeSpan>();
        for (int i = 1; i <= 5; i++)
        {
            _scheduler.CreateTimer(deadline => lateness.Add(_scheduler.Now - deadline)).Arm(_loop.Start + TimeSpan.FromHours(i));
        }

        _loop.Advance(TimeSpan.FromHours(3));

        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero], lateness);
        Assert.Equal(TimeSpan.FromHours(3), _loop.Elapsed);
    }

    [Fact]
    public void A_deadline_at_the_very_end_of_an_advance_is_reached_and_one_tick_later_is_not()
    {
        int runs = 0;
        _scheduler.CreateTimer(_ => runs++).Arm(_loop.Start + TimeSpan.FromSeconds(1));
        _scheduler.CreateTimer(_ => runs++).Arm(_loop.Start + TimeSpan.FromSeconds(1) + TimeSpan.FromTicks(1));

        _loop.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, runs);
    }

    [Fact]
    public void What_was_due_while_the_loop_slept_is_late_and_in_one_turn()
    {
        var seen = new List<MonotonicTime>();
        _scheduler.CreateTimer(_ => seen.Add(_scheduler.Now)).Arm(_loop.Start + TimeSpan.FromSeconds(1));
        _scheduler.CreateTimer(_ => seen.Add(_scheduler.Now)).Arm(_loop.Start + TimeSpan.FromSeconds(2));

        _loop.Sleep(TimeSpan.FromSeconds(5));

        Assert.Equal([_loop.Start + TimeSpan.FromSeconds(5), _loop.Start + TimeSpan.FromSeconds(5)], seen);
    }

    [Fact]
    public void A_callback_that_takes_its_time_makes_others_late_and_not_its_own_turn()
    {
        var seen = new List<MonotonicTime>();
        _scheduler.CreateTimer(_ =>
        {
            _loop.Spend(TimeSpan.FromSeconds(3));
            seen.Add(_scheduler.Now);
        }).Arm(_loop.Start + TimeSpan.FromSeconds(1));
        _scheduler.CreateTimer(_ => seen.Add(_scheduler.Now)).Arm(_loop.Start + TimeSpan.FromSeconds(2));

        _loop.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal([_loop.Start + TimeSpan.FromSeconds(1), _loop.Start + TimeSpan.FromSeconds(4)], seen);
        Assert.Equal(TimeSpan.FromSeconds(4), _loop.Elapsed);
    }

    [Fact]
    public void A_step_of_the_wall_clock_moves_no_deadline()
    {
        bool ran = false;
        _scheduler.CreateTimer(_ => ran = true).Arm(_loop.Start + TimeSpan.FromSeconds(10));
        DateTimeOffset before = _scheduler.TimeProvider.GetUtcNow();

        _loop.StepWallClock(TimeSpan.FromDays(1));
        _loop.Advance(TimeSpan.FromSeconds(9));

        Assert.False(ran);
        Assert.Equal(before + TimeSpan.FromDays(1) + TimeSpan.FromSeconds(9), _scheduler.TimeProvider.GetUtcNow());
    }

    [Fact]
    public void Idle_is_told_from_running_into_the_limit()
    {
        ILoopTimer timer = null!;
        timer = _scheduler.CreateTimer(deadline => timer.Arm(deadline + TimeSpan.FromSeconds(1)));
        timer.Arm(_scheduler.Now);

        Assert.False(_loop.RunUntilIdle(TimeSpan.FromSeconds(10)));
        timer.Dispose();
        Assert.True(_loop.RunUntilIdle(TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(10), _loop.Elapsed);
    }

    [Fact]
    public void Work_that_never_lets_time_pass_is_an_error_instead_of_a_hang()
    {
        void Again() => _scheduler.Post(Again);
        Again();

        Assert.Throws<InvalidOperationException>(() => _loop.Advance(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_signalled_descriptor_is_reported_once_to_those_interested()
    {
        var seen = new List<string>();
        IDescriptorWatch reader = _scheduler.Watch(5, Readiness.Read, readiness => seen.Add($"reader {readiness}"));
        _scheduler.Watch(5, Readiness.Write, readiness => seen.Add($"writer {readiness}"));
        _scheduler.Watch(6, Readiness.Read, readiness => seen.Add($"other {readiness}"));

        _loop.SignalReady(5, Readiness.Read);
        _loop.Advance(TimeSpan.Zero);
        _loop.SignalReady(5, Readiness.Error);
        reader.Dispose();
        _loop.Advance(TimeSpan.Zero);

        Assert.Equal(["reader Read", "writer Error"], seen);
    }

    [Fact]
    public void A_simulated_process_ends_once_and_a_disposed_watch_is_not_told()
    {
        var seen = new List<ProcessExit>();
        _scheduler.WatchProcess(100, 7, seen.Add);
        _scheduler.WatchProcess(101, 8, seen.Add).Dispose();
        var exit = new ProcessExit(100, 3, null);

        _loop.EndProcess(exit);
        _loop.EndProcess(new ProcessExit(101, 0, null));
        _loop.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([exit], seen);
    }

    [Fact]
    public void An_operation_completes_in_virtual_time()
    {
        TimeSpan took = _loop.Complete(
            async () =>
            {
                MonotonicTime start = _scheduler.Now;
                var done = new TaskCompletionSource();
                _scheduler.CreateTimer(_ => done.SetResult()).Arm(start + TimeSpan.FromMinutes(2));
                await done.Task;
                return _scheduler.Now - start;
            },
            TimeSpan.FromMinutes(3));

        Assert.Equal(TimeSpan.FromMinutes(2), took);
    }

    [Fact]
    public void An_operation_that_does_not_complete_is_a_timeout()
    {
        Assert.Throws<TimeoutException>(() => _loop.Complete(
            async () =>
            {
                await new TaskCompletionSource().Task;
                return 0;
            },
            TimeSpan.FromMinutes(3)));
    }

    [Theory]
    [InlineData(1_000_000_000L)]
    [InlineData(TimeSpan.TicksPerSecond)]
    public void Timestamps_are_neither_ticks_nor_nanoseconds(long frequency) =>
        Assert.NotEqual(frequency, _scheduler.TimeProvider.TimestampFrequency);
}
