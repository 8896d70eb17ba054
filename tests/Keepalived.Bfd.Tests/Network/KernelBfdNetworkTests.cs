using System.Net;
using Keepalived.Bfd.Network;
using Keepalived.Bfd.Protocol;
using Keepalived.Bfd.Runtime;
using Keepalived.Events;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Testing;

namespace Keepalived.Bfd.Tests.Network;

/// <summary>Two sessions of one process with each other, over the loopback interface and the real loop.</summary>
public sealed class KernelBfdNetworkTests : IBfdSessionPublisher
{
    private readonly RecordingLogger _log = new();

    [Theory]
    [InlineData("127.0.10.1", "127.0.10.2", false)]
    [InlineData("127.0.10.1", "127.0.10.2", true)]
    public void Sessions_meet_over_real_sockets_and_a_packet_sent_or_received_allocates_nothing(string one, string two, bool isMultihop)
    {
        using EventLoop loop = new();
        IScheduler scheduler = loop.ForOwner("bfd");
        Random random = new(7);
        using BfdRuntime runtime = new(new BfdServices
        {
            Scheduler = scheduler,
            Logger = _log,
            Events = new RecordingEventBus(),
            Publisher = this,
            Network = new KernelBfdNetwork(scheduler, random),
            Table = new(random, new BfdEchoSigner(new byte[16])),
        });
        runtime.Apply(new(EquatableArray.Create<BfdSessionSettings>([Session("A", one, two, isMultihop), Session("B", two, one, isMultihop)])));
        if (_log.Messages.Any(static line => line.Contains("EADDRINUSE", StringComparison.Ordinal)))
        {
            Assert.Skip("Another program has the port of BFD");
        }

        BfdSession first = runtime.Sessions[0].Core;
        BfdSession second = runtime.Sessions[1].Core;
        MonotonicTime limit = scheduler.ReadClock() + TimeSpan.FromSeconds(20);
        Run(loop, scheduler, limit, () => first.State == BfdState.Up && second.State == BfdState.Up && first.Statistics.Received > 20);
        Assert.True(first.State == BfdState.Up, string.Join('\n', _log.Messages));
        Assert.All(runtime.Sessions, static session => Assert.InRange(session.SourcePort, 49152, 65535));

        ulong begun = first.Statistics.Received;
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (first.Statistics.Received < begun + 100 && first.State == BfdState.Up)
        {
            loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((BfdState.Up, 0L), (first.State, allocated));
        Assert.Equal(0ul, runtime.Dropped.Total);
    }

    void IBfdSessionPublisher.Begin()
    {
    }

    void IBfdSessionPublisher.Publish(string session, PluginRoles audience, BfdSessionState state, bool isProvisional, string? cause)
    {
    }

    void IBfdSessionPublisher.Withdraw(string session)
    {
    }

    private static void Run(EventLoop loop, IScheduler scheduler, MonotonicTime limit, Func<bool> condition)
    {
        while (!condition() && scheduler.ReadClock() < limit)
        {
            loop.RunTurn(TimeSpan.FromMilliseconds(10));
        }
    }

    // A generous detection time: the machine may be busy.
    private static BfdSessionSettings Session(string name, string own, string neighbor, bool isMultihop) => new()
    {
        Name = name,
        Source = IPAddress.Parse(own),
        Neighbor = IPAddress.Parse(neighbor),
        IsMultihop = isMultihop,
        MinimumTransmit = TimeSpan.FromMilliseconds(10),
        DetectMultiplier = 255,
    };
}
