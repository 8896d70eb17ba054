using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol.Tests;

public sealed class VrrpAdvertisementTests
{
    [Fact]
    public void Every_field_of_a_captured_version_2_message_is_read()
    {
        Assert.True(VrrpAdvertisement.TryRead(
            CapturedFrames.Version2WithPassword.AsSpan(20), AddressFamily.InterNetwork, out VrrpAdvertisement read, out _));

        Assert.Equal(VrrpVersion.Version2, read.Version);
        Assert.Equal(51, read.VirtualRouterId);
        Assert.Equal(150, read.Priority);
        Assert.Equal(2, read.AddressCount);
        Assert.Equal(VrrpAuthenticationType.Password, read.AuthenticationType);
        Assert.Equal(TimeSpan.FromSeconds(1), read.Interval);
        Assert.Equal(0xC4FD, read.Checksum);
        Assert.Equal(InternetAddress.Parse("10.91.0.101"), read.AddressAt(1));
        Assert.Equal("secret1\0"u8.ToArray(), read.AuthenticationData.ToArray());
    }

    [Fact]
    public void Every_field_of_a_captured_version_3_IPv6_message_is_read()
    {
        Assert.True(VrrpAdvertisement.TryRead(
            CapturedFrames.Version3IPv6Message, AddressFamily.InterNetworkV6, out VrrpAdvertisement read, out _));

        Assert.Equal(VrrpVersion.Version3, read.Version);
        Assert.Equal(53, read.VirtualRouterId);
        Assert.Equal(120, read.Priority);
        Assert.Equal(TimeSpan.FromSeconds(1), read.Interval);
        Assert.Equal(0x5B73, read.Checksum);
        Assert.Equal(InternetAddress.Parse("fe80::53"), read.AddressAt(0));
        Assert.Equal(InternetAddress.Parse("fd91::53"), read.AddressAt(1));
        Assert.True(read.AuthenticationData.IsEmpty);
    }

    [Fact]
    public void The_four_reserved_bits_before_a_version_3_interval_are_ignored_RFC9568_5_2_6()
    {
        byte[] message = CapturedFrames.Version3[20..];
        message[4] |= 0xF0;

        Assert.True(VrrpAdvertisement.TryRead(message, AddressFamily.InterNetwork, out VrrpAdvertisement read, out _));
        Assert.Equal(TimeSpan.FromMilliseconds(500), read.Interval);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Fewer_than_eight_bytes_are_too_short(int length) =>
        AssertError(VrrpDecodeError.TooShort, CapturedFrames.Version3[20..(20 + length)]);

    [Theory]
    [InlineData(0x11)]
    [InlineData(0x41)]
    public void Versions_other_than_2_and_3_are_unknown(byte first) =>
        AssertError(VrrpDecodeError.UnknownVersion, [first, .. CapturedFrames.Version3[21..]]);

    [Theory]
    [InlineData(0x30)]
    [InlineData(0x32)]
    public void Types_other_than_1_are_unknown(byte first) =>
        AssertError(VrrpDecodeError.UnknownType, [first, .. CapturedFrames.Version3[21..]]);

    [Fact]
    public void A_byte_too_many_is_a_length_mismatch() =>
        AssertError(VrrpDecodeError.LengthMismatch, [.. CapturedFrames.Version3[20..], 0]);

    [Fact]
    public void A_byte_too_few_is_a_length_mismatch() =>
        AssertError(VrrpDecodeError.LengthMismatch, CapturedFrames.Version3[20..^1]);

    [Fact]
    public void Version_2_without_its_authentication_data_is_a_length_mismatch() =>
        AssertError(VrrpDecodeError.LengthMismatch, CapturedFrames.Version2WithPassword[20..^8]);

    private static void AssertError(VrrpDecodeError expected, byte[] message)
    {
        Assert.False(VrrpAdvertisement.TryRead(message, AddressFamily.InterNetwork, out _, out VrrpDecodeError error));
        Assert.Equal(expected, error);
    }
}
