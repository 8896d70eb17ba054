using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests.Authentication;

/// <summary>The wire image of <c>auth_hmac</c> against packets that Python's hmac made from its description (behaviour 7, "auth_hmac").</summary>
public sealed class HmacVectorTests
{
    public static TheoryData<HmacVector> All => [.. Vectors.Hmac];

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void A_signed_packet_is_byte_for_byte_the_vector(HmacVector vector)
    {
        AdvertisementSigner signer = new(new SequenceStamp(unchecked(vector.Stamp.Value - 1)));
        signer.Prepare(vector.Format.Hmac! with { TimeWindow = null }, vector.Format, vector.Source);
        // A clock a second behind: the stamp is the last one and one.
        signer.Sign(vector.Priority, vector.Time - TimeSpan.FromSeconds(1));
        AdvertisementImage image = new(vector.Format, vector.Source, vector.Destination, authentication: new(null, signer));

        Assert.Equal(Convert.ToHexString(vector.Packet), Convert.ToHexString(image.Prepare(vector.Priority, 1)));
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void The_vector_is_believed(HmacVector vector) => Assert.Equal(ReceiveFinding.None, Check(vector, vector.Packet));

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void No_byte_of_message_or_trailer_may_change(HmacVector vector)
    {
        int message = vector.Source.Family == AddressFamily.InterNetwork ? Ipv4Header.MinimumLength : 0;
        for (int offset = message; offset < vector.Packet.Length; offset++)
        {
            byte[] changed = [.. vector.Packet];
            changed[offset] ^= 1;
            Assert.True(Check(vector, changed) != ReceiveFinding.None, $"byte {offset}");
        }
    }

    [Theory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public void The_source_address_is_covered(HmacVector vector)
    {
        byte[] moved = [.. vector.Packet];
        if (vector.Source.Family == AddressFamily.InterNetwork)
        {
            moved[15] ^= 1;
            Assert.Equal(ReceiveFinding.TrailerDigest, Check(vector, moved));
        }
        else
        {
            Assert.Equal(ReceiveFinding.TrailerDigest, Check(vector, moved, InternetAddress.Parse("fe80::b")));
        }
    }

    private static ReceiveFinding Check(HmacVector vector, byte[] packet, InternetAddress? from = null)
    {
        AdvertisementReceiver receiver = new(
            new ReceiveRules { Format = vector.Format, IsUnicast = !vector.Destination.IsMulticast }, new VrrpStatistics());
        bool opened = vector.Source.Family == AddressFamily.InterNetwork
            ? VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram)
            : VrrpDatagram.TryOpenIPv6(packet, from ?? vector.Source, vector.Destination, 255, isChecksumVerified: false, out datagram);
        Assert.True(opened);
        return receiver.Check(datagram, new ReceiverContext { WallClock = vector.Time }).Dropped;
    }
}
