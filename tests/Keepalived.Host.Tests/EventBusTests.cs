using Keepalived.Events;

namespace Keepalived.Host.Tests;

public sealed class EventBusTests
{
    private readonly List<string> _failed = [];
    private readonly List<string> _heard = [];
    private readonly EventBus _bus;

    public EventBusTests() => _bus = new EventBus(TimeProvider.System, (owner, _) =>
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
    public void An_event_published_by_a_subscriber_reaches_everybody()
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
        Assert.Equal(["inner", "outer"], _heard);
    }

    private void Publish(string cause) => _bus.ForOwner("p").Publish(new QuorumStateChanged("v", true, cause));
}
