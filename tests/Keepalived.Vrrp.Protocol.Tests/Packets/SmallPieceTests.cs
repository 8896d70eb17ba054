using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class SmallPieceTests
{
    [Fact]
    public void The_checksum_of_RFC1071_section_3_comes_out()
    {
        // The RFC's example words 0001 f203 f4f5 f6f7 sum to ddf2.
        Assert.Equal(0x220D, InternetChecksum.Compute([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]));
    }

    [Fact]
    public void An_odd_last_byte_is_the_upper_half_of_a_word() =>
        Assert.Equal(InternetChecksum.Compute([0x12, 0x34, 0x56, 0x00]), InternetChecksum.Compute([0x12, 0x34, 0x56]));

    [Fact]
    public void A_sum_in_pieces_is_the_sum_of_the_whole()
    {
        byte[] bytes = [.. Enumerable.Range(0, 200).Select(i => (byte)(i * 37 % 256))];

        ulong pieces = InternetChecksum.Add(InternetChecksum.Add(0, bytes.AsSpan(0, 62)), bytes.AsSpan(62));

        Assert.Equal(InternetChecksum.Compute(bytes), InternetChecksum.Finish(pieces));
    }

    [Fact]
    public void Identification_counts_from_1_and_never_gives_0()
    {
        var counter = default(Ipv4IdentificationCounter);
        Assert.Equal(1, counter.Next());
        for (int i = 2; i <= ushort.MaxValue; i++)
        {
            Assert.Equal(i, counter.Next());
        }

        Assert.Equal(1, counter.Next());
    }

    [Theory]
    [InlineData(VrrpVersion.Version2, AddressFamily.InterNetwork, 1500, 255)]
    [InlineData(VrrpVersion.Version2, AddressFamily.InterNetwork, 576, 135)] // (576 - 20 - 8 - 8) / 4
    [InlineData(VrrpVersion.Version3, AddressFamily.InterNetwork, 576, 137)] // (576 - 20 - 8) / 4
    [InlineData(VrrpVersion.Version3, AddressFamily.InterNetworkV6, 1500, 90)] // (1500 - 40 - 8) / 16
    [InlineData(VrrpVersion.Version3, AddressFamily.InterNetworkV6, 9000, 255)]
    [InlineData(VrrpVersion.Version3, AddressFamily.InterNetworkV6, 30, 0)]
    public void Capacity_is_what_the_MTU_leaves_and_at_most_255(VrrpVersion version, AddressFamily family, int mtu, int expected) =>
        Assert.Equal(expected, AdvertisementCapacity.MaximumAddresses(version, family, mtu));

    [Theory]
    [InlineData("10.0.0.9", "10.0.0.10")]
    [InlineData("9.255.255.255", "10.0.0.0")]
    [InlineData("10.0.0.1", "200.0.0.1")]
    [InlineData("fe80::1", "fe80::2")]
    [InlineData("fe80::1", "fe80:0:0:0:8000::")]
    public void Addresses_compare_as_unsigned_numbers_in_network_order(string lower, string higher)
    {
        Assert.True(InternetAddress.Parse(lower) < InternetAddress.Parse(higher));
        Assert.True(InternetAddress.Parse(higher) > InternetAddress.Parse(lower));
    }

    [Theory]
    [InlineData("224.0.0.18", true)]
    [InlineData("239.1.2.3", true)]
    [InlineData("223.255.255.255", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("ff02::12", true)]
    [InlineData("fe80::12", false)]
    public void Multicast_addresses_are_known(string address, bool expected) =>
        Assert.Equal(expected, InternetAddress.Parse(address).IsMulticast);

    [Theory]
    [InlineData("10.91.0.100")]
    [InlineData("fe80::53")]
    public void An_address_survives_the_way_to_text_and_back(string text)
    {
        Assert.True(InternetAddress.TryParse(text, out InternetAddress address));
        Assert.Equal(text, address.ToString());
        Assert.False(InternetAddress.TryParse("router", out _));
    }

    [Theory]
    [InlineData(19)]
    [InlineData(0)]
    public void Fewer_bytes_than_an_IPv4_header_are_none(int length) =>
        Assert.False(Ipv4Header.TryRead(CapturedFrames.Version3.AsSpan(0, length), out _));

    [Theory]
    [InlineData(0x65)] // version 6
    [InlineData(0x44)] // 16 bytes of header
    [InlineData(0x4F)] // 60 bytes of header in a packet of 32
    public void An_impossible_first_byte_is_no_IPv4_header(byte first) =>
        Assert.False(Ipv4Header.TryRead([first, .. CapturedFrames.Version3[1..]], out _));

    [Fact]
    public void Options_of_an_IPv4_header_are_skipped()
    {
        byte[] packet = [0x46, .. CapturedFrames.Version3[1..20], 0, 0, 0, 0, .. CapturedFrames.Version3[20..]];

        Assert.True(VrrpDatagram.TryOpenIPv4(packet, out VrrpDatagram datagram));
        Assert.Equal(24, datagram.IpHeaderLength);
        Assert.Equal(52, datagram.VirtualRouterId);
    }
}
