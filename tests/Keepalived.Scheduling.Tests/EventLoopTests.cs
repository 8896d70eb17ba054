using Keepalived.Linux.Events;

namespace Keepalived.Scheduling.Tests;

public sealed class EventLoopTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);
    private readonly EventLoop _loop = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void Run_returns_the_code_given_to_Stop()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        scheduler.Post(() => _loop.Stop(7));

        Assert.Equal(7, _loop.Run());
    }

    [Fact]
    public void A_post_from_another_thread_wakes_a_sleeping_loop()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        int thread = 0;
        var poster = new Thread(() => scheduler.Post(() =>
        {
            thread = Environment.CurrentManagedThreadId;
            _loop.Stop();
        }));
        scheduler.Post(poster.Start);

        _loop.Run();
        poster.Join();

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void A_timer_never_runs_before_its_deadline()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        MonotonicTime deadline = scheduler.ReadClock() + TimeSpan.FromMilliseconds(3);
        MonotonicTime ran = default;
        ILoopTimer timer = scheduler.CreateTimer(_ =>
        {
            ran = scheduler.Now;
            _loop.Stop();
        });
        timer.Arm(deadline);

        _loop.Run();

        Assert.True(ran >= deadline, $"ran at {ran}, deadline {deadline}");
    }

    [Fact]
    public void A_readable_descriptor_is_reported_until_its_watch_is_disposed()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        using var source = new EventFd();
        int calls = 0;
        IDescriptorWatch watch = scheduler.Watch(source.Descriptor, Readiness.Read, _ => calls++);
        source.Signal();

        _loop.RunTurn(s_limit);
        _loop.RunTurn(s_limit);
        watch.Dispose();
        _loop.RunTurn(TimeSpan.Zero);

        Assert.Equal(2, calls);
    }

    [Fact]
    public void An_event_of_a_watch_disposed_earlier_in_the_turn_is_dropped()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        using var first = new EventFd();
        using var second = new EventFd();
        int calls = 0;
        IDescriptorWatch[] watches = new IDescriptorWatch[2];
        watches[0] = scheduler.Watch(first.Descriptor, Readiness.Read, _ => DisposeOther(1));
        watches[1] = scheduler.Watch(second.Descriptor, Readiness.Read, _ => DisposeOther(0));
        first.Signal();
        second.Signal();

        _loop.RunTurn(s_limit);

        Assert.Equal(1, calls);

        void DisposeOther(int index)
        {
            calls++;
            watches[index].Dispose();
        }
    }

    [Fact]
    public void Watching_a_regular_file_is_refused_by_name()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        using FileStream file = File.OpenRead(typeof(EventLoopTests).Assembly.Location);

        IOException error = Assert.Throws<IOException>(
            () => scheduler.Watch((int)file.SafeFileHandle.DangerousGetHandle(), Readiness.Read, _ => { }));

        Assert.Contains("EPERM", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Awaiting_comes_back_to_the_loop()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        int before = 0;
        int after = 0;
        scheduler.Post(() => _ = Work());

        _loop.Run();

        Assert.NotEqual(0, before);
        Assert.Equal(before, after);

        async Task Work()
        {
            before = Environment.CurrentManagedThreadId;
            await Task.Run(() => { });
            after = Environment.CurrentManagedThreadId;
            _loop.Stop();
        }
    }

    [Fact]
    public void An_async_void_that_throws_retires_its_owner_and_nobody_else()
    {
        IScheduler bad = _loop.ForOwner("bad");
        IScheduler good = _loop.ForOwner("good");
        string? failed = null;
        _loop.OwnerFailed += (owner, error) =>
        {
            failed = $"{owner}: {error.Message}";
            good.Post(() => _loop.Stop());
        };
        bad.Post(async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException("broken");
        });

        _loop.Run();

        Assert.Equal("bad: broken", failed);
        Assert.Throws<ObjectDisposedException>(() => bad.Post(() => { }));
    }

    [Fact]
    public void A_timer_of_the_time_provider_runs_on_the_loop_even_when_created_elsewhere()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        int thread = 0;
        ITimer? timer = null;
        var creator = new Thread(() => timer = scheduler.TimeProvider.CreateTimer(
            _ =>
            {
                thread = Environment.CurrentManagedThreadId;
                _loop.Stop();
            },
            null,
            TimeSpan.FromMilliseconds(1),
            Timeout.InfiniteTimeSpan));
        creator.Start();

        _loop.Run();
        creator.Join();
        timer!.Dispose();

        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public void A_turn_that_is_late_is_counted()
    {
        using var loop = new EventLoop(new EventLoopOptions { LateTurnThreshold = TimeSpan.FromSeconds(1) });
        IScheduler scheduler = loop.ForOwner("test");
        ILoopTimer timer = scheduler.CreateTimer(_ => { });
        timer.Arm(scheduler.ReadClock() - TimeSpan.FromSeconds(2));

        loop.RunTurn(TimeSpan.Zero);

        Assert.Equal(1, loop.Statistics.LateTurns);
        Assert.True(loop.Statistics.LastLateness >= TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Slack_lets_neighbouring_deadlines_share_a_turn()
    {
        using var loop = new EventLoop(new EventLoopOptions { CoalescingSlack = TimeSpan.FromMilliseconds(20) });
        IScheduler scheduler = loop.ForOwner("test");
        int runs = 0;
        MonotonicTime now = scheduler.ReadClock();
        scheduler.CreateTimer(_ => runs++).Arm(now + TimeSpan.FromMilliseconds(1));
        scheduler.CreateTimer(_ => runs++).Arm(now + TimeSpan.FromMilliseconds(10));

        while (runs == 0)
        {
            loop.RunTurn(s_limit); // a signal of the runtime may end a turn early
        }

        Assert.Equal(2, runs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Steady_work_allocates_nothing(bool preferTimer)
    {
        using var loop = new EventLoop(new EventLoopOptions(), new Epoll(preferTimer));
        IScheduler scheduler = loop.ForOwner("test");
        using var source = new EventFd();
        int left = 0;
        Action post = () => { };
        Action turnEnd = source.Signal;
        ILoopTimer timer = null!;
        timer = scheduler.CreateTimer(deadline =>
        {
            scheduler.Post(post);
            scheduler.RunAtTurnEnd(turnEnd);
            timer.Arm(deadline + TimeSpan.FromMicroseconds(50));
        });
        using IDescriptorWatch watch = scheduler.Watch(source.Descriptor, Readiness.Read, _ =>
        {
            source.Reset();
            left--;
        });
        timer.Arm(scheduler.ReadClock());
        RunTurns(200);

        long before = GC.GetAllocatedBytesForCurrentThread();
        RunTurns(2000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void RunTurns(int count)
        {
            left = count;
            while (left > 0)
            {
                loop.RunTurn(s_limit);
            }
        }
    }

    [Fact]
    public void More_posts_than_a_turn_may_run_wait_for_the_next_turns_in_order()
    {
        using var loop = new EventLoop(new EventLoopOptions { PostsPerTurn = 2 });
        IScheduler scheduler = loop.ForOwner("test");
        var ran = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            int number = i;
            scheduler.Post(() => ran.Add(number));
        }

        loop.RunTurn(s_limit);
        Assert.Equal([0, 1], ran);
        loop.RunTurn(s_limit);
        loop.RunTurn(s_limit);
        Assert.Equal([0, 1, 2, 3, 4], ran);
    }

    [Fact]
    public void More_descriptors_than_a_turn_may_dispatch_all_get_their_turn()
    {
        using var loop = new EventLoop(new EventLoopOptions { DescriptorsPerTurn = 2 });
        IScheduler scheduler = loop.ForOwner("test");
        EventFd[] sources = [.. Enumerable.Range(0, 5).Select(_ => new EventFd())];
        int[] calls = new int[5];
        for (int i = 0; i < 5; i++)
        {
            int number = i;
            scheduler.Watch(sources[i].Descriptor, Readiness.Read, _ => calls[number]++);
            sources[i].Signal();
        }

        for (int turn = 0; turn < 5; turn++)
        {
            loop.RunTurn(s_limit);
        }

        Assert.Equal([2, 2, 2, 2, 2], calls);
        Array.ForEach(sources, source => source.Dispose());
    }

    [Fact]
    public void A_descriptor_handler_that_throws_takes_all_of_its_owners_watches_with_it()
    {
        IScheduler bad = _loop.ForOwner("bad");
        IScheduler good = _loop.ForOwner("good");
        using var shared = new EventFd();
        using var other = new EventFd();
        int goodCalls = 0;
        int badCalls = 0;
        bad.Watch(shared.Descriptor, Readiness.Read, _ =>
        {
            badCalls++;
            throw new InvalidOperationException("broken");
        });
        bad.Watch(other.Descriptor, Readiness.Read, _ => badCalls++);
        using var mine = new EventFd();
        good.Watch(mine.Descriptor, Readiness.Read, _ => goodCalls++);
        shared.Signal();
        mine.Signal();
        _loop.RunTurn(s_limit);
        other.Signal();
        _loop.RunTurn(s_limit);

        Assert.Equal((1, 2), (badCalls, goodCalls));
    }

    [Fact]
    public void A_child_of_a_retired_owner_is_reaped_and_nobody_is_told()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        Keepalived.Linux.Processes.SpawnedProcess child = Keepalived.Linux.Processes.ProcessSpawner.Spawn(
            new() { Program = "/bin/true", Arguments = ["true"], Environment = [] });
        scheduler.WatchProcess(child.ProcessId, child.Descriptor, _ => Assert.Fail("its owner is gone"));
        _loop.Retire(scheduler);

        for (int turn = 0; turn < 10 && Linux.Processes.Signals.Send(child.ProcessId, 0) == Linux.Errno.None; turn++)
        {
            _loop.RunTurn(s_limit);
        }

        Assert.Equal(Linux.Errno.ESRCH, Linux.Processes.Signals.Send(child.ProcessId, 0));
    }

    [Fact]
    public void Retiring_one_owner_keeps_the_order_of_the_others_timers()
    {
        IScheduler leaving = _loop.ForOwner("leaving");
        IScheduler staying = _loop.ForOwner("staying");
        var random = new Random(7);
        var ran = new List<MonotonicTime>();
        MonotonicTime past = staying.Now - TimeSpan.FromHours(1);
        var expected = new List<MonotonicTime>();
        for (int i = 0; i < 500; i++)
        {
            MonotonicTime deadline = past + TimeSpan.FromMilliseconds(random.Next(1000));
            bool stays = random.Next(2) == 0;
            (stays ? staying : leaving).CreateTimer(ran.Add).Arm(deadline);
            if (stays)
            {
                expected.Add(deadline);
            }
        }

        _loop.Retire(leaving);
        _loop.RunTurn(TimeSpan.Zero);

        Assert.Equal(expected.Order(), ran);
    }

    [Fact]
    public void A_turn_inside_a_turn_is_refused()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        string? failure = null;
        _loop.OwnerFailed += (_, error) => failure = error.Message;
        scheduler.Post(() => _loop.RunTurn(TimeSpan.Zero));

        _loop.RunTurn(s_limit);

        Assert.Contains("under way", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_refuse_another_thread_than_the_loops()
    {
        IScheduler scheduler = _loop.ForOwner("test");
        Exception? error = null;
        var thread = new Thread(() => error = Record.Exception(() => scheduler.CreateTimer(_ => { })));
        thread.Start();
        thread.Join();

        Assert.IsType<InvalidOperationException>(error);
    }
}
