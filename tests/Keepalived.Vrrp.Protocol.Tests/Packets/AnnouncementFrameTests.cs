namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class AnnouncementFrameTests
{
    private static readonly byte[] Mac = [0x02, 0, 0, 0, 0, 0x0A];

    [Fact]
    public void A_gratuitous_ARP_frame_is_byte_for_byte_what_keepalived_sends()
    {
        byte[] frame = new byte[GratuitousArp.EthernetFrameLength];

        int length = GratuitousArp.WriteEthernetFrame(frame, Mac, InternetAddress.Parse("10.91.0.102"));

        Assert.Equal(frame.Length, length);
        Assert.Equal(CapturedFrames.GratuitousArp, frame);
    }

    [Fact]
    public void An_Infiniband_announcement_has_hardware_type_32_and_twenty_byte_addresses()
    {
        byte[] own = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];
        byte[] broadcast = [.. Enumerable.Repeat((byte)0xFF, 20)];
        byte[] message = new byte[GratuitousArp.MessageLength(20)];

        GratuitousArp.WriteMessage(message, GratuitousArp.InfinibandHardwareType, own, broadcast, InternetAddress.Parse("10.91.0.102"));

        Assert.Equal(
            [0, 32, 8, 0, 20, 4, 0, 1, .. own, 10, 91, 0, 102, .. broadcast, 10, 91, 0, 102],
            message);
    }

    [Fact]
    public void A_neighbour_advertisement_frame_is_byte_for_byte_what_keepalived_sends()
    {
        byte[] frame = new byte[UnsolicitedNeighborAdvertisement.EthernetFrameLength];

        int length = UnsolicitedNeighborAdvertisement.WriteEthernetFrame(frame, Mac, InternetAddress.Parse("fe80::53"), isRouter: false);

        Assert.Equal(frame.Length, length);
        Assert.Equal(CapturedFrames.NeighborAdvertisement, frame);
    }

    [Fact]
    public void A_forwarding_host_sets_the_router_flag_RFC4861_4_4()
    {
        byte[] frame = new byte[UnsolicitedNeighborAdvertisement.EthernetFrameLength];

        UnsolicitedNeighborAdvertisement.WriteEthernetFrame(frame, Mac, InternetAddress.Parse("fe80::53"), isRouter: true);

        Assert.Equal(0xA0, frame[14 + 40 + 4]);
    }

    [Fact]
    public void A_twenty_byte_link_layer_address_makes_an_option_of_24_bytes_RFC4861_4_6()
    {
        byte[] packet = new byte[UnsolicitedNeighborAdvertisement.PacketLength(20)];

        UnsolicitedNeighborAdvertisement.WritePacket(packet, new byte[20], InternetAddress.Parse("fe80::53"), isRouter: false);

        Assert.Equal(40 + 24 + 24, packet.Length);
        Assert.Equal(3, packet[40 + 24 + 1]);
    }

    [Fact]
    public void ARP_refuses_IPv6() => Assert.Throws<ArgumentException>(
        () => GratuitousArp.WriteEthernetFrame(new byte[64], Mac, InternetAddress.Parse("fe80::53")));

    [Fact]
    public void Neighbour_advertisements_refuse_IPv4() => Assert.Throws<ArgumentException>(
        () => UnsolicitedNeighborAdvertisement.WritePacket(new byte[128], Mac, InternetAddress.Parse("10.0.0.1"), isRouter: false));

    [Fact]
    public void An_Ethernet_frame_refuses_an_address_that_has_not_six_bytes() => Assert.Throws<ArgumentException>(
        () => GratuitousArp.WriteEthernetFrame(new byte[128], new byte[20], InternetAddress.Parse("10.0.0.1")));
}
