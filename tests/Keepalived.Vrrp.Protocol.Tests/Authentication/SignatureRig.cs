using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests.Authentication;

/// <summary>Signed advertisements of one router and the receiver of another, each with a clock of its own that a test may step.</summary>
internal sealed class SignatureRig
{
    public static readonly HmacKey First = new(1, EquatableArray.Create("0123456789abcdef0123456789abcdef"u8));
    public static readonly HmacKey Second = new(2, EquatableArray.Create("fedcba9876543210fedcba9876543210"u8));
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly AdvertisementSigner _signer = new();
    private readonly Dictionary<InternetAddress, AdvertisementImage> _images = [];
    private readonly AdvertisementFormat _format;

    public SignatureRig(HmacSettings? receiver = null, HmacSettings? sender = null, bool isUnicast = false)
    {
        _format = CapturedFrames.Version3Format with { Hmac = sender ?? Settings };
        Rules = new() { Format = _format with { Hmac = receiver ?? Settings }, IsUnicast = isUnicast };
        Receiver = new AdvertisementReceiver(Rules, Statistics);
        _signer.Prepare(_format.Hmac!, _format, CapturedFrames.Source);
    }

    public static HmacSettings Settings { get; } = new() { Keys = [First, Second], ActiveKey = 1, TimeWindow = Window };

    public static HmacSettings Monotonic { get; } = Settings with { Replay = ReplayProtection.Monotonic, TimeWindow = null };

    public VrrpStatistics Statistics { get; } = new();

    public AdvertisementReceiver Receiver { get; private set; }

    public ReceiveRules Rules { get; }

    public DateTimeOffset SenderClock { get; set; } = Noon;

    public DateTimeOffset ReceiverClock { get; set; } = Noon;

    public SequenceStamp LastSent => _signer.Last;

    /// <summary>Time passes for both.</summary>
    public SignatureRig Advance(double seconds)
    {
        SenderClock += TimeSpan.FromSeconds(seconds);
        ReceiverClock += TimeSpan.FromSeconds(seconds);
        return this;
    }

    public byte[] Send(byte priority = 200)
    {
        _signer.Sign(priority, SenderClock);
        InternetAddress destination = Rules.IsUnicast ? InternetAddress.Parse("10.91.0.2") : InternetAddress.VrrpGroupIPv4;
        if (!_images.TryGetValue(destination, out AdvertisementImage? image))
        {
            image = new AdvertisementImage(_format, CapturedFrames.Source, destination, authentication: new(null, _signer));
            _images.Add(destination, image);
        }

        return image.Prepare(priority, 1).ToArray();
    }

    public ReceiveVerdict Hear(byte[] packet)
    {
        Assert.True(VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram));
        return Receiver.Check(datagram, new ReceiverContext { WallClock = ReceiverClock });
    }

    /// <summary>One advertisement on its way from the one to the other.</summary>
    public ReceiveFinding Exchange() => Hear(Send()).Dropped;

    /// <summary>A restarted receiver: it remembers nobody.</summary>
    public void Forget() => Receiver = new AdvertisementReceiver(Rules, Statistics);

    /// <summary>A signed packet from some other sender.</summary>
    public byte[] From(string source, DateTimeOffset time)
    {
        AdvertisementSigner signer = new();
        InternetAddress address = InternetAddress.Parse(source);
        signer.Prepare(_format.Hmac!, _format, address);
        signer.Sign(200, time);
        return new AdvertisementImage(_format, address, InternetAddress.VrrpGroupIPv4, authentication: new(null, signer)).Prepare(200, 1).ToArray();
    }
}
