using Keepalived.Scheduling;

namespace Keepalived.SharedTests;

/// <summary>
/// What <see cref="IScheduler"/> promises, as tests that the real loop and the virtual one both pass. Durations are some milliseconds,
/// which the real loop really waits for.
/// </summary>
public abstract class SchedulerContract
{
    private static readonly TimeSpan s_millisecond = TimeSpan.FromMilliseconds(1);
    private readonly List<string> _log = [];

    [Fact]
    public void Timers_due_in_one_turn_run_by_deadline_and_then_by_arming()
    {
        IScheduler scheduler = ForOwner("test");
        MonotonicTime past = scheduler.Now - TimeSpan.FromSeconds(1);
        Timer(scheduler, "third").Arm(past + s_millisecond);
        Timer(scheduler, "fourth").Arm(past + s_millisecond);
        Timer(scheduler, "first").Arm(past - s_millisecond);
        Timer(scheduler, "second").Arm(past);

        RunTurn();

        Assert.Equal(["first", "second", "third", "fourth"], _log);
    }

    [Fact]
    public void A_thousand_timers_armed_moved_and_disarmed_at_random_run_in_order()
    {
        IScheduler scheduler = ForOwner("test");
        var random = new Random(4711);
        var ran = new List<MonotonicTime>();
        MonotonicTime past = scheduler.Now - TimeSpan.FromSeconds(1000);
        ILoopTimer[] timers = [.. Enumerable.Range(0, 1000).Select(_ => scheduler.CreateTimer(ran.Add))];
        for (int i = 0; i < 5000; i++)
        {
            ILoopTimer timer = timers[random.Next(timers.Length)];
            if (random.Next(4) == 0)
            {
                timer.Disarm();
            }
            else
            {
                timer.Arm(past + TimeSpan.FromMilliseconds(random.Next(100_000)));
            }
        }

        MonotonicTime[] expected = [.. timers.Where(timer => timer.IsArmed).Select(timer => timer.Deadline).Order()];

        RunTurn();

        Assert.Equal(expected, ran);
        Assert.DoesNotContain(timers, timer => timer.IsArmed);
    }

    [Fact]
    public void A_timer_armed_again_from_its_deadline_does_not_drift()
    {
        IScheduler scheduler = ForOwner("test");
        MonotonicTime first = scheduler.Now + s_millisecond;
        var deadlines = new List<MonotonicTime>();
        ILoopTimer timer = null!;
        timer = scheduler.CreateTimer(deadline =>
        {
            deadlines.Add(deadline);
            timer.Arm(deadline + s_millisecond);
        });
        timer.Arm(first);

        RunUntil(() => deadlines.Count >= 20);

        Assert.Equal(Enumerable.Range(0, 20).Select(i => first + (s_millisecond * i)), deadlines.Take(20));
    }

    [Fact]
    public void A_handler_is_told_the_deadline_that_was_armed_and_never_runs_before_it()
    {
        IScheduler scheduler = ForOwner("test");
        MonotonicTime deadline = scheduler.Now + s_millisecond;
        MonotonicTime told = default;
        MonotonicTime ran = default;
        scheduler.CreateTimer(time => (told, ran) = (time, scheduler.Now)).Arm(deadline);

        RunUntil(() => told != default);

        Assert.Equal(deadline, told);
        Assert.True(ran >= deadline, $"ran at {ran}, due at {deadline}");
    }

    [Fact]
    public void A_timer_armed_for_the_past_by_its_own_handler_waits_for_the_next_turn_and_starves_nobody()
    {
        IScheduler scheduler = ForOwner("test");
        MonotonicTime past = scheduler.Now - TimeSpan.FromSeconds(1);
        ILoopTimer greedy = null!;
        greedy = scheduler.CreateTimer(_ =>
        {
            _log.Add("greedy");
            if (_log.Count < 3)
            {
                greedy.Arm(past);
            }
        });
        greedy.Arm(past);
        Timer(scheduler, "other").Arm(past + s_millisecond);

        RunTurn();

        Assert.Equal(["greedy", "other"], _log);
    }

    [Fact]
    public void A_timer_disarmed_by_one_due_before_it_in_the_same_turn_does_not_run()
    {
        IScheduler scheduler = ForOwner("test");
        MonotonicTime past = scheduler.Now - TimeSpan.FromSeconds(1);
        ILoopTimer second = Timer(scheduler, "second");
        ILoopTimer third = Timer(scheduler, "third");
        scheduler.CreateTimer(_ =>
        {
            second.Disarm();
            third.Arm(scheduler.Now + TimeSpan.FromHours(1));
        }).Arm(past);
        second.Arm(past + s_millisecond);
        third.Arm(past + s_millisecond);

        RunTurn();

        Assert.Empty(_log);
        Assert.Equal((false, true), (second.IsArmed, third.IsArmed));
    }

    [Fact]
    public void A_timer_says_whether_and_for_when_it_is_armed()
    {
        IScheduler scheduler = ForOwner("test");
        MonotonicTime past = scheduler.Now - s_millisecond;
        ILoopTimer timer = null!;
        bool armedInHandler = true;
        timer = scheduler.CreateTimer(_ => armedInHandler = timer.IsArmed);
        Assert.Equal((false, MonotonicTime.Never), (timer.IsArmed, timer.Deadline));

        timer.Arm(past);
        Assert.Equal((true, past), (timer.IsArmed, timer.Deadline));

        RunTurn();
        Assert.False(armedInHandler);
        Assert.Equal((false, MonotonicTime.Never), (timer.IsArmed, timer.Deadline));
    }

    [Fact]
    public void A_disposed_timer_does_not_run_and_cannot_be_armed()
    {
        IScheduler scheduler = ForOwner("test");
        ILoopTimer timer = Timer(scheduler, "ran");
        timer.Arm(scheduler.Now - s_millisecond);
        timer.Dispose();
        timer.Dispose();

        RunTurn();

        Assert.Empty(_log);
        Assert.Throws<ObjectDisposedException>(() => timer.Arm(scheduler.Now));
    }

    [Fact]
    public void Posts_run_in_order_and_what_they_post_runs_in_a_later_turn()
    {
        IScheduler scheduler = ForOwner("test");
        scheduler.Post(() =>
        {
            _log.Add("first");
            scheduler.Post(() => _log.Add("later"));
        });
        scheduler.Post(() => _log.Add("second"));

        RunTurn();
        Assert.Equal(["first", "second"], _log);
        RunTurn();
        Assert.Equal(["first", "second", "later"], _log);
    }

    [Fact]
    public void Turn_end_comes_after_timers_and_posts_of_the_turn()
    {
        IScheduler scheduler = ForOwner("test");
        scheduler.CreateTimer(_ =>
        {
            _log.Add("timer");
            scheduler.RunAtTurnEnd(() => _log.Add("end"));
        }).Arm(scheduler.Now - s_millisecond);
        scheduler.Post(() => _log.Add("post"));

        RunTurn();
        RunTurn();

        Assert.Equal(["timer", "post", "end"], _log);
    }

    [Fact]
    public void Turn_end_asked_for_at_turn_end_or_outside_a_turn_belongs_to_the_next()
    {
        IScheduler scheduler = ForOwner("test");
        scheduler.RunAtTurnEnd(() =>
        {
            _log.Add("outer");
            scheduler.RunAtTurnEnd(() => _log.Add("inner"));
        });

        RunTurn();
        Assert.Equal(["outer"], _log);
        RunTurn();
        Assert.Equal(["outer", "inner"], _log);
    }

    [Fact]
    public void One_turn_has_one_time()
    {
        IScheduler scheduler = ForOwner("test");
        var times = new List<MonotonicTime>();
        scheduler.CreateTimer(_ => times.Add(scheduler.Now)).Arm(scheduler.Now - s_millisecond);
        scheduler.CreateTimer(_ => times.Add(scheduler.Now)).Arm(scheduler.Now);
        scheduler.Post(() => times.Add(scheduler.Now));
        scheduler.RunAtTurnEnd(() => times.Add(scheduler.Now));

        RunTurn();

        Assert.Equal(4, times.Count);
        Assert.Single(times.Distinct());
    }

    [Theory]
    [InlineData("timer")]
    [InlineData("post")]
    [InlineData("turn end")]
    public void A_callback_that_throws_retires_its_owner_and_leaves_the_others(string where)
    {
        IScheduler bad = ForOwner("bad");
        IScheduler good = ForOwner("good");
        var failures = new List<string>();
        Failed += (name, error) => failures.Add($"{name}: {error.Message}");
        Timer(bad, "bad timer").Arm(bad.Now + s_millisecond);
        bad.Post(() => _log.Add("bad post before"));
        Throw(bad, where);
        bad.Post(() => _log.Add(where == "turn end" ? "good post" : "bad post after"));
        bad.RunAtTurnEnd(() => _log.Add("bad turn end"));
        good.Post(() => _log.Add("good post"));
        MonotonicTime later = good.Now + (s_millisecond * 3);
        bool isLater = false;
        good.CreateTimer(_ => isLater = true).Arm(later);

        RunTurn();
        RunUntil(() => isLater);

        Assert.Equal(["bad: broken"], failures);
        Assert.Contains("good post", _log);
        Assert.DoesNotContain("bad timer", _log);
        Assert.DoesNotContain("bad post after", _log);
        Assert.DoesNotContain("bad turn end", _log);
    }

    [Fact]
    public void A_retired_owner_is_refused_but_may_still_let_go()
    {
        IScheduler scheduler = ForOwner("retired");
        ILoopTimer timer = Timer(scheduler, "timer");
        timer.Arm(scheduler.Now);
        Retire(scheduler);

        Assert.False(timer.IsArmed);
        Assert.Throws<ObjectDisposedException>(() => scheduler.CreateTimer(_ => { }));
        Assert.Throws<ObjectDisposedException>(() => scheduler.Post(() => { }));
        Assert.Throws<ObjectDisposedException>(() => scheduler.RunAtTurnEnd(() => { }));
        Assert.Throws<ObjectDisposedException>(() => timer.Arm(scheduler.Now));
        timer.Disarm();
        timer.Dispose();
        scheduler.SynchronizationContext.Post(_ => _log.Add("dropped"), null);
        RunTurn();
        Assert.Empty(_log);
    }

    [Fact]
    public void Awaiting_resumes_on_the_loop_in_the_owners_context()
    {
        IScheduler scheduler = ForOwner("test");
        SynchronizationContext? after = null;
        bool onLoop = false;
        scheduler.Post(() => _ = Work());

        RunUntil(() => after is not null);

        Assert.Same(scheduler.SynchronizationContext, after);
        Assert.True(onLoop);

        async Task Work()
        {
            await Task.Yield();
            after = SynchronizationContext.Current;
            onLoop = scheduler.IsLoopThread;
        }
    }

    [Fact]
    public void A_period_of_the_time_provider_is_counted_from_deadlines()
    {
        IScheduler scheduler = ForOwner("test");
        int calls = 0;
        long start = scheduler.TimeProvider.GetTimestamp();
        using ITimer timer = scheduler.TimeProvider.CreateTimer(_ => calls++, null, s_millisecond, s_millisecond);

        RunUntil(() => calls >= 5);

        Assert.True(scheduler.TimeProvider.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(4.999));
    }

    [Fact]
    public void Timestamps_and_wall_clock_of_the_time_provider_go_with_the_loop()
    {
        IScheduler scheduler = ForOwner("test");
        long start = scheduler.TimeProvider.GetTimestamp();
        DateTimeOffset utc = scheduler.TimeProvider.GetUtcNow();
        bool done = false;
        scheduler.CreateTimer(_ => done = true).Arm(scheduler.ReadClock() + (s_millisecond * 5));

        RunUntil(() => done);

        Assert.InRange(scheduler.TimeProvider.GetElapsedTime(start), TimeSpan.FromMilliseconds(4.999), TimeSpan.FromSeconds(30));
        Assert.InRange(scheduler.TimeProvider.GetUtcNow() - utc, TimeSpan.FromMilliseconds(4), TimeSpan.FromSeconds(30));
    }

    /// <summary>Raised by the loop when an owner failed.</summary>
    protected abstract event Action<string, Exception>? Failed;

    protected abstract IScheduler ForOwner(string name);

    protected abstract void Retire(IScheduler scheduler);

    /// <summary>Runs one turn, which finds what is due or posted.</summary>
    protected abstract void RunTurn();

    /// <summary>Runs turns until the condition holds; fails the test when it takes unreasonably long.</summary>
    protected abstract void RunUntil(Func<bool> condition);

    private static void Throw(IScheduler scheduler, string where)
    {
        Action throwing = () => throw new InvalidOperationException("broken");
        switch (where)
        {
            case "timer":
                scheduler.CreateTimer(_ => throwing()).Arm(scheduler.Now - s_millisecond);
                break;
            case "post":
                scheduler.Post(throwing);
                break;
            default:
                scheduler.RunAtTurnEnd(throwing);
                break;
        }
    }

    private ILoopTimer Timer(IScheduler scheduler, string name) => scheduler.CreateTimer(_ => _log.Add(name));
}
