using System.Globalization;

namespace Keepalived.Scheduling.Tests;

/// <summary>The thread that watches the loop, and the accounts of owners.</summary>
public sealed class LoopWatchTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void A_callback_that_holds_the_loop_is_reported_under_its_owners_name_while_it_does_and_its_end_as_well()
    {
        using EventLoop loop = new();
        IScheduler quick = loop.ForOwner("quick");
        IScheduler slow = loop.ForOwner("slow");
        List<string> reports = [];
        using ManualResetEventSlim reported = new();
        using ManualResetEventSlim ended = new();
        using IDisposable watch = loop.WatchFor(_limit, (owner, held) =>
        {
            reports.Add(owner ?? "none");
            Assert.True(held >= _limit);
            (owner is null ? ended : reported).Set();
        });
        quick.Post(static () => { });
        slow.Post(() => Assert.True(reported.Wait(TimeSpan.FromSeconds(20))));
        quick.Post(() => loop.Stop());

        loop.Run();

        Assert.True(ended.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal(["slow", "none"], reports);
    }

    [Fact]
    public void A_loop_that_is_busy_with_short_callbacks_is_not_reported()
    {
        using EventLoop loop = new();
        IScheduler owner = loop.ForOwner("busy");
        int reports = 0;
        using IDisposable watch = loop.WatchFor(TimeSpan.FromSeconds(1), (_, _) => reports++);
        MonotonicTime end = owner.ReadClock() + TimeSpan.FromSeconds(1.5);
        Again();
        loop.Run();

        Assert.Equal(0, reports);

        void Again()
        {
            if (owner.ReadClock() < end)
            {
                owner.Post(Again);
            }
            else
            {
                loop.Stop();
            }
        }
    }

    [Fact]
    public void While_the_loop_waits_the_watching_thread_sleeps_and_it_wakes_up_for_the_next_callback()
    {
        using EventLoop loop = new();
        IScheduler owner = loop.ForOwner("rare");
        using ManualResetEventSlim reported = new();
        using IDisposable watch = loop.WatchFor(_limit, (name, _) =>
        {
            if (name is not null)
            {
                reported.Set();
            }
        });
        loop.RunTurn(TimeSpan.Zero);
        Thread.Sleep(300);
        long before = Switches();
        loop.RunTurn(TimeSpan.FromSeconds(1.5));
        Assert.InRange(Switches() - before, 0, 3);

        owner.Post(() => Assert.True(reported.Wait(TimeSpan.FromSeconds(20))));
        loop.RunTurn(TimeSpan.Zero);
        Assert.True(reported.IsSet);
    }

    [Fact]
    public void What_a_callback_allocates_is_on_its_owners_account()
    {
        using EventLoop loop = new();
        IScheduler hungry = loop.ForOwner("hungry");
        IScheduler frugal = loop.ForOwner("frugal");
        object? kept = null;
        frugal.Post(static () => { });
        hungry.Post(() => kept = new byte[1_000_000]);
        frugal.Post(static () => { });
        loop.RunTurn(TimeSpan.Zero);
        using (loop.BeginFor(hungry))
        {
            kept = new byte[500_000];
        }

        Assert.NotNull(kept);
        Assert.InRange(EventLoop.AllocatedBytes(hungry), 1_500_000, 1_600_000);
        Assert.InRange(EventLoop.AllocatedBytes(frugal), 0, 10_000);
    }

    /// <summary>How often the watching thread has slept so far.</summary>
    private static long Switches()
    {
        foreach (string thread in Directory.GetDirectories("/proc/self/task"))
        {
            if (File.ReadAllText(thread + "/comm").Trim() == "loop-watch")
            {
                return File.ReadLines(thread + "/status").Where(static line => line.StartsWith("voluntary_ctxt_switches", StringComparison.Ordinal))
                    .Select(static line => long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture)).Max();
            }
        }

        throw new InvalidOperationException("there is no watching thread");
    }
}
