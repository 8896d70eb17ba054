namespace Keepalived.Configuration.Tests;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("*", "a", true)]
    [InlineData("*", ".a", false)]
    [InlineData(".*", ".a", true)]
    [InlineData("*.conf", "a.conf", true)]
    [InlineData("*.conf", "a.conf~", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[]]", "]", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "x", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    public void A_component_matches_as_glob_does(string pattern, string name, bool expected) => Assert.Equal(expected, GlobPattern.IsMatch(name, pattern));

    [Theory]
    [InlineData("a", "a")]
    [InlineData("{a,b}", "a b")]
    [InlineData("x{a,}y", "xay xy")]
    [InlineData("{foo/{,cat,dog},bar}", "foo/ foo/cat foo/dog bar")]
    [InlineData("{a", "{a")]
    [InlineData("a}", "a}")]
    [InlineData("{a,b}{c,d}", "ac ad bc bd")]
    public void Brace_alternatives_come_in_the_order_written(string pattern, string expected) =>
        Assert.Equal(expected.Split(' '), GlobPattern.Alternatives(pattern));

    [Fact]
    public void A_pattern_that_explodes_is_cut_short() =>
        Assert.True(GlobPattern.Alternatives(string.Concat(Enumerable.Repeat("{a,b}", 40))).Count <= 4096);

    [Fact]
    public void A_name_of_many_stars_takes_no_exponential_time() =>
        Assert.False(GlobPattern.IsMatch(new string('a', 2000), string.Concat(Enumerable.Repeat("a*", 300)) + "b"));
}
