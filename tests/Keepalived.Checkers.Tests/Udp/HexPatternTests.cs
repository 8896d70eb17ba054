using Keepalived.Checkers.Udp;

namespace Keepalived.Checkers.Tests.Udp;

/// <summary>Octets with wildcard nibbles, as <c>require_reply</c> of UDP_CHECK has them.</summary>
public sealed class HexPatternTests
{
    private static readonly HexPattern _pattern = new([0x01, 0xA0], [0xFF, 0xF0]);

    [Theory]
    [InlineData("01A0", true)]
    [InlineData("01AF", true)]
    [InlineData("01AF00", true)]
    [InlineData("01BF", false)]
    [InlineData("01", false)]
    [InlineData("", false)]
    public void A_reply_must_begin_as_the_pattern_says(string reply, bool matches) => Assert.Equal(matches, _pattern.Matches(Convert.FromHexString(reply)));

    [Fact]
    public void It_reads_as_one_writes_it() => Assert.Equal("01aX", _pattern.ToString());
}
