namespace Keepalived.Vrrp.Protocol.Tests.Authentication;

public sealed class SequenceStampTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0x0000_0000_0000_0000UL)]
    [InlineData("1970-01-01T00:00:01.5Z", 0x0000_0001_8000_0000UL)]
    [InlineData("1970-01-01T00:00:00.9999999Z", 0x0000_0000_FFFF_0000UL)]
    [InlineData("1969-12-31T23:59:59.5Z", 0xFFFF_FFFF_8000_0000UL)]
    [InlineData("2106-02-07T06:28:15Z", 0xFFFF_FFFF_0000_0000UL)]
    [InlineData("2106-02-07T06:28:16Z", 0x0000_0000_0000_0000UL)]
    public void A_moment_is_seconds_and_65536ths_with_counter_0(string moment, ulong expected) =>
        Assert.Equal(expected, SequenceStamp.At(DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture)).Value);

    [Theory]
    [InlineData(1UL, 0UL, true)]
    [InlineData(0UL, 1UL, false)]
    [InlineData(7UL, 7UL, false)]
    [InlineData(0UL, ulong.MaxValue, true)]
    [InlineData(0x7FFF_FFFF_FFFF_FFFFUL, 0UL, true)]
    [InlineData(0x8000_0000_0000_0000UL, 0UL, false)]
    public void Order_is_that_of_serial_numbers_RFC1982_3_2(ulong one, ulong other, bool isAfter) =>
        Assert.Equal(isAfter, new SequenceStamp(one).IsAfter(new SequenceStamp(other)));

    [Fact]
    public void The_successor_carries_from_counter_to_fraction_to_second() =>
        Assert.Equal(0x0000_0002_0000_0000UL, new SequenceStamp(0x0000_0001_FFFF_FFFFUL).Next.Value);

    [Fact]
    public void The_time_between_two_stamps_survives_the_end_of_32_bits()
    {
        SequenceStamp before = new(0xFFFF_FFFF_8000_0000UL);
        SequenceStamp after = new(0x0000_0001_0000_0000UL);

        Assert.Equal(TimeSpan.FromSeconds(1.5), after.Since(before));
        Assert.Equal(TimeSpan.FromSeconds(-1.5), before.Since(after));
    }

    [Fact]
    public void Stamps_half_the_range_apart_do_not_overflow()
    {
        Assert.True(new SequenceStamp(1UL << 63).Since(default) < TimeSpan.Zero);
        Assert.True(new SequenceStamp((1UL << 63) - 1).Since(default) > TimeSpan.Zero);
    }
}
