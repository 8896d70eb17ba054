using Keepalived.Vrrp.Protocol.Tests.Authentication;

namespace Keepalived.Vrrp.Protocol.Tests;

/// <summary>A collection would delay advertisements by milliseconds, so the steady state makes no garbage.</summary>
public sealed class AllocationTests
{
    private const int Rounds = 10_000;

    [Fact]
    public void An_advertisement_sent_costs_no_bytes_from_timer_to_image()
    {
        var effects = new ImageEffects();
        VirtualRouter router = Master(effects);
        MonotonicTime now = effects.Deadline!.Value;

        long bytes = Measure(() =>
        {
            now = effects.Deadline!.Value;
            router.OnDeadline(now);
        });

        Assert.Equal(0, bytes);
        Assert.True(effects.Sent > Rounds);
    }

    [Fact]
    public void An_advertisement_received_costs_no_bytes_from_packet_to_timer()
    {
        var effects = new ImageEffects();
        var router = new VirtualRouter(RouterRig.Version3 with { VirtualRouterId = 52 }, RouterRig.Own, effects);
        var receiver = new AdvertisementReceiver(new ReceiveRules { Format = CapturedFrames.Version3Format }, router.Statistics);
        var now = new MonotonicTime(0);
        router.Start(now);

        long bytes = Measure(() =>
        {
            now += TimeSpan.FromMilliseconds(500);
            if (VrrpDatagram.TryOpenIPv4(CapturedFrames.Version3, out VrrpDatagram datagram))
            {
                ReceiveVerdict verdict = receiver.Check(datagram, router.ReceiverContext);
                router.Receive(verdict.Advertisement, now);
            }
        });

        Assert.Equal(0, bytes);
        Assert.Equal(CapturedFrames.Source, router.LastMaster);
        Assert.True(router.Statistics.AdvertisementsReceived > Rounds);
    }

    [Fact]
    public void An_advertisement_sealed_with_AH_and_received_costs_no_bytes()
    {
        AhVector vector = Vectors.Ah[0];
        SecurityAssociation association = new(vector.Format.Password!);
        AdvertisementImage image = new(vector.Format, vector.Source, vector.Destination, authentication: new(association, null));
        VrrpStatistics statistics = new();
        AdvertisementReceiver receiver = new(new ReceiveRules { Format = vector.Format }, statistics);

        long bytes = Measure(() =>
        {
            if (VrrpDatagram.TryOpenIPv4(image.Prepare(150, 1), out VrrpDatagram datagram))
            {
                receiver.Check(datagram, default);
            }
        });

        Assert.Equal(0, bytes);
        Assert.True(statistics.AdvertisementsReceived > Rounds);
    }

    [Theory]
    [InlineData("v3-ipv4-multicast")]
    [InlineData("v2-ipv4-multicast")]
    [InlineData("v3-ipv6-multicast")]
    public void An_advertisement_signed_and_verified_costs_no_bytes(string name)
    {
        HmacVector vector = Vectors.Hmac.First(v => v.Name == name);
        AdvertisementSigner signer = new();
        signer.Prepare(vector.Format.Hmac!, vector.Format, vector.Source);
        AdvertisementImage image = new(vector.Format, vector.Source, vector.Destination, authentication: new(null, signer));
        VrrpStatistics statistics = new();
        AdvertisementReceiver receiver = new(new ReceiveRules { Format = vector.Format }, statistics);
        DateTimeOffset time = vector.Time;

        long bytes = Measure(() =>
        {
            time += TimeSpan.FromMilliseconds(100);
            signer.Sign(120, time);
            ReadOnlySpan<byte> packet = image.Prepare(120, 1);
            if (vector.Source.Family == System.Net.Sockets.AddressFamily.InterNetwork
                ? VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram)
                : VrrpDatagram.TryOpenIPv6(packet, vector.Source, vector.Destination, 255, true, out datagram))
            {
                receiver.Check(datagram, new ReceiverContext { WallClock = time });
            }
        });

        Assert.Equal(0, bytes);
        Assert.True(statistics.AdvertisementsReceived > Rounds);
    }

    [Fact]
    public void A_lower_advertisement_answered_costs_no_bytes()
    {
        var effects = new ImageEffects();
        VirtualRouter router = Master(effects);
        var lower = new ReceivedAdvertisement(RouterRig.Lower, 50, TimeSpan.FromSeconds(1));

        Assert.Equal(0, Measure(() => router.Receive(lower, effects.Deadline!.Value + TimeSpan.FromMilliseconds(-1))));
    }

    [Fact]
    public void A_bad_packet_costs_no_bytes()
    {
        var receiver = new AdvertisementReceiver(new ReceiveRules { Format = CapturedFrames.Version3Format }, new VrrpStatistics());
        byte[] bad = [.. CapturedFrames.Version3[..^1], 0];

        Assert.Equal(0, Measure(() =>
        {
            if (VrrpDatagram.TryOpenIPv4(bad, out VrrpDatagram datagram))
            {
                receiver.Check(datagram, default);
            }
        }));
    }

    [Fact]
    public void An_announcement_costs_no_bytes()
    {
        byte[] frame = new byte[128];
        byte[] mac = [2, 0, 0, 0, 0, 1];
        InternetAddress four = RouterRig.Own;
        InternetAddress six = InternetAddress.Parse("fe80::1");

        Assert.Equal(0, Measure(() =>
        {
            GratuitousArp.WriteEthernetFrame(frame, mac, four);
            UnsolicitedNeighborAdvertisement.WriteEthernetFrame(frame, mac, six, isRouter: true);
        }));
    }

    private static VirtualRouter Master(ImageEffects effects)
    {
        var router = new VirtualRouter(RouterRig.Version3 with { VirtualRouterId = 52 }, RouterRig.Own, effects);
        router.Start(default);
        router.OnDeadline(effects.Deadline!.Value);
        Assert.Equal(VirtualRouterState.Master, router.State);
        return router;
    }

    private static long Measure(Action round)
    {
        for (int i = 0; i < 100; i++)
        {
            round();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
        {
            round();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Effects as the plugin has them: the image is prepared for every advertisement.</summary>
    private sealed class ImageEffects : IVirtualRouterEffects
    {
        private readonly AdvertisementImage _image =
            new(CapturedFrames.Version3Format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4);

        private Ipv4IdentificationCounter _identification;

        public MonotonicTime? Deadline { get; private set; }

        public int Sent { get; private set; }

        public void SendAdvertisement(byte priority) => Sent += _image.Prepare(priority, _identification.Next()).IsEmpty ? 0 : 1;

        public void SetDeadline(MonotonicTime? deadline) => Deadline = deadline;

        public void InstallAddresses()
        {
        }

        public void RemoveAddresses()
        {
        }

        public void Announce(int repeat, AnnouncementReason reason)
        {
        }

        public void StateChanged(VirtualRouterState previous, VirtualRouterState current, in TransitionCause cause)
        {
        }

        public void PriorityChanged(byte previous, byte current, in TransitionCause cause)
        {
        }

        public void LowerPriorityReceived(in ReceivedAdvertisement advertisement)
        {
        }

        public void Report(in RouterReport report)
        {
        }
    }
}
