using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class AdvertisementImageTests
{
    [Fact]
    public void Version_2_with_password_is_byte_for_byte_what_keepalived_sends()
    {
        var image = new AdvertisementImage(
            CapturedFrames.Version2WithPasswordFormat, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4);

        Assert.Equal(CapturedFrames.Version2WithPassword, image.Prepare(150, identification: 1).ToArray());
    }

    [Fact]
    public void Version_3_is_byte_for_byte_what_keepalived_sends()
    {
        var image = new AdvertisementImage(CapturedFrames.Version3Format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4);

        Assert.Equal(CapturedFrames.Version3, image.Prepare(200, identification: 1).ToArray());
    }

    [Fact]
    public void Version_3_IPv6_is_the_message_without_IP_header_and_with_the_checksum_the_kernel_makes()
    {
        var image = new AdvertisementImage(CapturedFrames.Version3IPv6Format, CapturedFrames.SourceIPv6, InternetAddress.VrrpGroupIPv6);

        Assert.Equal(CapturedFrames.Version3IPv6Message, image.Prepare(120, identification: 1).ToArray());
    }

    [Fact]
    public void Unicast_has_the_peer_in_the_pseudo_header()
    {
        var image = new AdvertisementImage(
            CapturedFrames.Version3UnicastFormat, CapturedFrames.Source, InternetAddress.Parse("10.91.0.2"));

        Assert.Equal(CapturedFrames.Version3Unicast, image.Prepare(101, identification: 1).ToArray());
    }

    [Fact]
    public void Only_priority_identification_and_checksums_change_between_advertisements()
    {
        var image = new AdvertisementImage(CapturedFrames.Version3Format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4);
        byte[] first = image.Prepare(200, identification: 1).ToArray();

        byte[] release = image.Prepare(0, identification: 0xBEEF).ToArray();

        int[] changed = [.. Enumerable.Range(0, first.Length).Where(i => first[i] != release[i])];
        Assert.Equal([4, 5, 10, 11, 22, 26], changed);
        Assert.True(Ipv4Header.TryRead(release, out Ipv4Header header));
        Assert.Equal(0xBEEF, header.Identification);
        Assert.Equal(0, InternetChecksum.Compute(release.AsSpan(0, Ipv4Header.MinimumLength)));
        Assert.True(AdvertisementChecksum.Verify(
            release.AsSpan(20), VrrpVersion.Version3, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4, ChecksumCoverage.Standard));
        Assert.Equal(first, image.Prepare(200, identification: 1).ToArray());
    }

    [Theory]
    [InlineData(ChecksumCoverage.Standard)]
    [InlineData(ChecksumCoverage.WithoutPseudoHeader)]
    [InlineData(ChecksumCoverage.MulticastPseudoHeader)]
    public void A_checksum_verifies_under_its_own_coverage_only(ChecksumCoverage coverage)
    {
        InternetAddress peer = InternetAddress.Parse("10.91.0.2");
        var image = new AdvertisementImage(
            CapturedFrames.Version3UnicastFormat, CapturedFrames.Source, peer, coverage: coverage);
        byte[] message = image.Prepare(101, identification: 1)[20..].ToArray();

        foreach (ChecksumCoverage other in Enum.GetValues<ChecksumCoverage>())
        {
            Assert.Equal(
                other == coverage, AdvertisementChecksum.Verify(message, VrrpVersion.Version3, CapturedFrames.Source, peer, other));
        }
    }

    [Fact]
    public void Version_2_without_password_carries_eight_zero_bytes_and_type_0()
    {
        AdvertisementFormat format = CapturedFrames.Version2WithPasswordFormat with { Password = null };
        var image = new AdvertisementImage(format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4);

        byte[] packet = image.Prepare(150, identification: 1).ToArray();

        Assert.Equal(CapturedFrames.Version2WithPassword.Length, packet.Length);
        Assert.Equal(0, packet[24]);
        Assert.Equal(new byte[8], packet[^8..]);
    }

    [Fact]
    public void A_password_longer_than_eight_bytes_is_cut()
    {
        AdvertisementFormat format = CapturedFrames.Version2WithPasswordFormat with { Password = "0123456789" };
        var image = new AdvertisementImage(format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4);

        Assert.Equal("01234567"u8.ToArray(), image.Prepare(150, identification: 1)[^8..].ToArray());
    }

    [Fact]
    public void The_unicast_TTL_is_the_one_asked_for()
    {
        var image = new AdvertisementImage(
            CapturedFrames.Version3UnicastFormat, CapturedFrames.Source, InternetAddress.Parse("10.91.0.2"), hopLimit: 64);

        Assert.True(Ipv4Header.TryRead(image.Prepare(101, identification: 1), out Ipv4Header header));
        Assert.Equal(64, header.TimeToLive);
        Assert.Equal(0, InternetChecksum.Compute(image.Packet.Span[..20]));
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(500, 50)]
    [InlineData(40_950, 4095)]
    public void Version_3_intervals_are_twelve_bits_of_centiseconds(int milliseconds, int expected)
    {
        AdvertisementFormat format = CapturedFrames.Version3Format with { Interval = TimeSpan.FromMilliseconds(milliseconds) };
        byte[] packet = new AdvertisementImage(format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4).Prepare(1, 1).ToArray();

        Assert.Equal(expected, (packet[24] << 8) | packet[25]);
        Assert.True(VrrpAdvertisement.TryRead(packet.AsSpan(20), AddressFamily.InterNetwork, out VrrpAdvertisement read, out _));
        Assert.Equal(format.Interval, read.Interval);
    }

    [Fact]
    public void More_than_255_addresses_are_refused()
    {
        AdvertisementFormat format = CapturedFrames.Version3Format with
        {
            Addresses = [.. Enumerable.Repeat(CapturedFrames.Source, 256)],
        };

        Assert.Throws<ArgumentException>(() => new AdvertisementImage(format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4));
    }

    [Fact]
    public void An_address_of_the_other_family_is_refused()
    {
        AdvertisementFormat format = CapturedFrames.Version3Format with { Addresses = [CapturedFrames.SourceIPv6] };

        Assert.Throws<ArgumentException>(() => new AdvertisementImage(format, CapturedFrames.Source, InternetAddress.VrrpGroupIPv4));
    }
}
