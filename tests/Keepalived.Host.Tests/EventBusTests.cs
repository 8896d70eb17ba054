using Keepalived.Events;
using Keepalived.Scheduling;
using Keepalived.Testing;

namespace Keepalived.Host.Tests;

public sealed class EventBusTests
{
    private readonly List<string> _failed = [];
    private readonly List<string> _heard = [];
    private readonly VirtualLoop _loop = new();
    private readonly RecordingLogger _log = new();
    private readonly EventBus _bus;

    public EventBusTests() => _bus = new EventBus(_loop.ForOwner("host"), _log, (owner, _) =>
    {
        _failed.Add(owner);
        _bus!.Retire(owner);
    });

    [Fact]
    public void Every_subscriber_hears_every_event_in_order_with_numbers_without_gaps()
    {
        _bus.ForOwner("a").Subscribe((stamp, e) => _heard.Add($"a{stamp.Sequence}{e.Cause}"));
        _bus.ForOwner("b").Subscribe((stamp, e) => _heard.Add($"b{stamp.Sequence}{e.Cause}"));
        Publish("x");
        Publish("y");
        Assert.Equal(["a1x", "b1x", "a2y", "b2y"], _heard);
    }

    [Fact]
    public void A_subscriber_that_throws_costs_its_own_plugin_only()
    {
        _bus.ForOwner("bad").Subscribe((_, _) => throw new InvalidOperationException());
        _bus.ForOwner("bad").Subscribe((_, _) => _heard.Add("bad"));
        _bus.ForOwner("good").Subscribe((_, e) => _heard.Add(e.Cause));
        Publish("x");
        Publish("y");
        Assert.Equal(["bad"], _failed);
        Assert.Equal(["x", "y"], _heard);
    }

    [Fact]
    public void A_subscriber_may_end_itself_and_others_while_an_event_is_delivered()
    {
        IDisposable? second = null;
        _bus.ForOwner("a").Subscribe((_, _) => second!.Dispose());
        second = _bus.ForOwner("b").Subscribe((_, _) => _heard.Add("second"));
        _bus.ForOwner("c").Subscribe((_, _) => _heard.Add("third"));
        Publish("x");
        Publish("y");
        Assert.Equal(["third", "third"], _heard);
    }

    [Fact]
    public void An_event_published_by_a_subscriber_reaches_everybody_after_the_one_that_it_answers()
    {
        _bus.ForOwner("a").Subscribe((_, e) =>
        {
            if (e.Cause == "outer")
            {
                Publish("inner");
            }
        });
        _bus.ForOwner("b").Subscribe((_, e) => _heard.Add(e.Cause));
        Publish("outer");
        Assert.Equal(["outer", "inner"], _heard);
    }

    [Fact]
    public void A_flood_of_10_000_events_in_one_turn_delays_no_deadline_and_what_is_lost_is_counted_and_logged_in_sum()
    {
        IScheduler scheduler = _loop.ForOwner("protocol");
        List<long> numbers = [];
        List<int> seenAtDeadline = [];
        _bus.ForOwner("plugin").Subscribe((stamp, _) => numbers.Add(stamp.Sequence));
        ILoopTimer advertisement = scheduler.CreateTimer(_ => seenAtDeadline.Add(numbers.Count));
        advertisement.Arm(_loop.Now);
        for (int i = 0; i < 10_000; i++)
        {
            Publish("flood");
        }

        Assert.Equal(EventSubscription.MostPerTurn, numbers.Count);
        _loop.RunTurn();
        Assert.Equal([EventSubscription.MostPerTurn], seenAtDeadline);
        _loop.Advance(TimeSpan.Zero);
        const int Kept = EventSubscription.MostPerTurn + EventBus.LongestBacklog;
        Publish("the next");
        _loop.Advance(TimeSpan.Zero);
        Assert.Equal([.. Enumerable.Range(1, Kept).Select(static n => (long)n), 10_001], numbers);
        Assert.Single(_log.Messages, "Events come faster than plugin takes them: 1 have been lost to it so far");
        _loop.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(
            ["Events come faster than plugin takes them: 1 have been lost to it so far", $"Events come faster than plugin takes them: {10_000 - Kept} have been lost to it so far"],
            _log.Messages);
        StringWriter dump = new() { NewLine = "\n" };
        _bus.Dump(dump);
        Assert.Contains(" Events published = 10001\n", dump.ToString(), StringComparison.Ordinal);
        Assert.Contains($"   Events lost = {10_000 - Kept}\n", dump.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_slow_subscriber_gets_one_event_a_turn_and_holds_nobody_else_up()
    {
        EventLoop loop = new();
        IScheduler scheduler = loop.ForOwner("host");
        EventBus bus = new(scheduler, _log, (_, _) => { });
        List<long> turns = [];
        int fast = 0;
        bus.ForOwner("slow").Subscribe((_, _) =>
        {
            turns.Add(scheduler.Now.Nanoseconds);
            for (MonotonicTime end = scheduler.ReadClock() + TimeSpan.FromMilliseconds(3); scheduler.ReadClock() < end;)
            {
            }

            if (turns.Count == 5)
            {
                loop.Stop();
            }
        });
        bus.ForOwner("fast").Subscribe((_, _) => fast++);
        scheduler.Post(() =>
        {
            for (int i = 0; i < 5; i++)
            {
                bus.ForOwner("p").Publish(new QuorumStateChanged("v", true, "x"));
            }

            Assert.Equal(5, fast);
        });
        loop.Run();
        loop.Dispose();
        Assert.Equal(5, turns.Distinct().Count());
    }

    [Fact]
    public void What_still_waits_is_delivered_before_those_that_listen_stop()
    {
        int heard = 0;
        _bus.ForOwner("a").Subscribe((_, _) => heard++);
        for (int i = 0; i < 1000; i++)
        {
            Publish("x");
        }

        _bus.DeliverAll();
        Assert.Equal(1000, heard);
    }

    private void Publish(string cause) => _bus.ForOwner("p").Publish(new QuorumStateChanged("v", true, cause));
}
