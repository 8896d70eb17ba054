using System.Net;
using Keepalived.Bfd.Network;
using Keepalived.Bfd.Protocol;
using Keepalived.Bfd.Runtime;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Testing;

namespace Keepalived.Bfd.Tests.Runtime;

/// <summary>A BFD process in virtual time: everything above the sockets is real.</summary>
internal sealed class VirtualMachine : IBfdSessionPublisher
{
    public VirtualMachine(VirtualLoop loop, string address, int seed)
    {
        IScheduler scheduler = loop.ForOwner(address);
        Link = new(scheduler, NeighborPath.Of(IPAddress.Parse(address)));
        Random random = new(seed);
        Runtime = new(new BfdServices
        {
            Scheduler = scheduler,
            Logger = Log,
            Events = Bus,
            Publisher = this,
            Network = Link,
            Table = new(random, new BfdEchoSigner(new byte[16])),
        });
    }

    public VirtualLink Link { get; }

    public BfdRuntime Runtime { get; }

    public RecordingLogger Log { get; } = new();

    public RecordingEventBus Bus { get; } = new();

    /// <summary>What others were told, in order: <c>B Up All</c>, <c>B Down? Vrrp</c> (provisional), <c>B gone</c>, <c>begin</c>.</summary>
    public List<string> Told { get; } = [];

    public BfdSession Only => Assert.Single(Runtime.Sessions).Core;

    public void Apply(params BfdSessionSettings[] sessions) => Runtime.Apply(new(sessions.ToEquatableArray()));

    void IBfdSessionPublisher.Begin()
    {
        if (!Told.Contains("begin"))
        {
            Told.Add("begin");
        }
    }

    void IBfdSessionPublisher.Publish(string session, PluginRoles audience, BfdSessionState state, bool isProvisional, string? cause) =>
        Told.Add($"{session} {state}{(isProvisional ? "?" : "")} {audience}");

    void IBfdSessionPublisher.Withdraw(string session) => Told.Add($"{session} gone");
}

/// <summary>Two machines and the wire between them.</summary>
internal sealed class VirtualPair
{
    public VirtualPair()
    {
        Loop.OwnerFailed += static (_, exception) => throw new InvalidOperationException("A callback threw.", exception);
        One = new(Loop, "192.0.2.1", 1);
        Two = new(Loop, "192.0.2.2", 2);
        One.Link.Other = Two.Link;
        Two.Link.Other = One.Link;
    }

    public VirtualLoop Loop { get; } = new();

    public VirtualMachine One { get; }

    public VirtualMachine Two { get; }

    public static BfdSessionSettings Settings(string name, string neighbor) => new()
    {
        Name = name,
        Neighbor = IPAddress.Parse(neighbor),
        MinimumReceive = TimeSpan.FromMilliseconds(50),
        MinimumTransmit = TimeSpan.FromMilliseconds(50),
        DetectMultiplier = 3,
    };

    public static BfdSessionSettings ToTwo => Settings("B", "192.0.2.2");

    public static BfdSessionSettings ToOne => Settings("A", "192.0.2.1");

    /// <summary>Both have found each other, and their intervals are agreed.</summary>
    public static VirtualPair Up(BfdSessionSettings? one = null, BfdSessionSettings? two = null)
    {
        VirtualPair pair = new();
        pair.One.Apply(one ?? ToTwo);
        pair.Two.Apply(two ?? ToOne);
        Assert.True(pair.Loop.RunUntil(() => pair.One.Only.State == BfdState.Up && pair.Two.Only.State == BfdState.Up, TimeSpan.FromSeconds(10)));
        pair.Advance(1);
        return pair;
    }

    public void Advance(double seconds) => Loop.Advance(TimeSpan.FromSeconds(seconds));
}
