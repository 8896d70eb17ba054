using Keepalived.Linux.Netlink;

namespace Keepalived.Linux.Tests.Netlink;

/// <summary>struct nlattr of linux/netlink.h: length with header, type, value, padding to four octets.</summary>
public sealed class AttributeTests
{
    [Fact]
    public void A_message_is_header_then_padded_attributes()
    {
        var writer = new NetlinkWriter(new byte[64], 0x1234, 0x5);
        writer.PutByte(1, 0xAA);
        writer.PutUInt16BigEndian(2, 0x0102);
        int nest = writer.BeginNested(3);
        writer.PutName(4, new KernelName("lo"));
        writer.EndNested(nest);

        Assert.Equal(
            "2c000000" + "3412" + "0500" + "00000000" + "00000000" // length 44, type, flags, sequence, port
            + "05000100" + "aa000000"
            + "06000200" + "01020000"
            + "0c000380" + "07000400" + "6c6f0000",
            Convert.ToHexStringLower(writer.Finish()));
    }

    [Fact]
    public void What_does_not_fit_makes_the_whole_message_nothing()
    {
        var writer = new NetlinkWriter(new byte[24], 1, 0);
        writer.PutUInt32(1, 1);
        writer.PutUInt32(2, 2);
        writer.PutByte(3, 3);

        Assert.True(writer.Overflowed);
        Assert.True(writer.Finish().IsEmpty);
    }

    [Fact]
    public void A_value_shorter_than_asked_for_is_an_error_that_stays()
    {
        var reader = new AttributeReader([6, 0, 1, 0, 1, 2, 0, 0, 8, 0, 2, 0, 1, 0, 0, 0]);
        Assert.True(reader.MoveNext());
        Assert.Equal(0u, reader.UInt32());
        Assert.True(reader.Malformed);

        Assert.False(reader.MoveNext());
    }

    [Theory]
    [InlineData("0300010000000000")] // shorter than its own header
    [InlineData("0900010000000000")] // longer than what is there
    public void A_length_that_cannot_be_ends_the_walk_as_malformed(string octets)
    {
        var reader = new AttributeReader(Convert.FromHexString(octets));

        Assert.False(reader.MoveNext());
        Assert.True(reader.Malformed);
    }

    [Fact]
    public void The_flags_in_a_type_are_not_part_of_it()
    {
        var reader = new AttributeReader([4, 0, 7, 0xC0]);

        Assert.True(reader.MoveNext());
        Assert.Equal(7, reader.Type);
        Assert.True(reader.Value.IsEmpty);
    }

    [Fact]
    public void Counters_are_read_in_either_width()
    {
        var reader = new AttributeReader([8, 0, 1, 0, 5, 0, 0, 0, 12, 0, 1, 0, 6, 0, 0, 0, 1, 0, 0, 0]);

        Assert.True(reader.MoveNext());
        Assert.Equal(5ul, reader.Counter());
        Assert.True(reader.MoveNext());
        Assert.Equal(0x1_0000_0006ul, reader.Counter());
    }

    [Theory]
    [InlineData("0f000000" + "0300000000000000" + "00000000")] // shorter than a header
    [InlineData("11000000" + "0300000000000000" + "00000000")] // longer than the datagram
    [InlineData("1000")]
    public void A_message_length_that_cannot_be_ends_the_walk_as_malformed(string octets)
    {
        var reader = new NetlinkMessageReader(Convert.FromHexString(octets));

        Assert.False(reader.MoveNext());
        Assert.True(reader.Malformed);
    }
}
