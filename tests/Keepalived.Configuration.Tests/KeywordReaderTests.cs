using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

public sealed class KeywordReaderTests
{
    [Fact]
    public void Places_are_those_of_keyword_next_word_and_line_end() => Line("  kw one  \"two\"", reader =>
    {
        Assert.Equal("/k.conf:1:3", reader.Location.ToString());
        Assert.Equal("/k.conf:1:6", reader.NextLocation.ToString());
        Assert.Equal("one", reader.Word("a"));
        Assert.Equal("/k.conf:1:11", reader.NextLocation.ToString());
        Assert.Equal("two", reader.Word("b"));
        Assert.Equal("/k.conf:1:16", reader.NextLocation.ToString());
        Assert.True(reader.AtEnd);
    });

    [Fact]
    public void Peeking_takes_nothing() => Line("kw one", reader =>
    {
        Assert.Equal("one", reader.Peek());
        Assert.Equal("one", reader.Peek());
        Assert.True(reader.TryWord(out string word));
        Assert.Equal("one", word);
        Assert.Null(reader.Peek());
        Assert.False(reader.TryWord(out _));
    });

    [Fact]
    public void A_brace_ends_the_line_for_the_reader() => Line("kw one { two }", reader => Assert.Equal(["one"], reader.Rest()));

    [Fact]
    public void A_rejection_points_at_the_last_word_taken()
    {
        ConfigurationSession session = Line("kw one two", reader =>
        {
            reader.Word("a");
            reader.Word("b");
            throw reader.Reject("no good", "better");
        });
        Diagnostic finding = Assert.Single(session.Diagnostics);
        Assert.Equal(("/k.conf:1:8", "no good", "better"), (finding.Location.ToString(), finding.Message, finding.Remedy));
    }

    [Fact]
    public void A_warning_goes_on_reading()
    {
        ConfigurationSession session = Line("kw one two", reader =>
        {
            reader.Word("a");
            reader.Warn("hm");
            Assert.Equal("two", reader.Word("b"));
        });
        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(session.Diagnostics).Severity);
    }

    [Fact]
    public void A_line_that_is_rejected_is_not_also_blamed_for_its_surplus() =>
        Assert.Single(Line("kw 300 surplus", reader => reader.Integer("number", 1, 255)).Diagnostics);

    [Fact]
    public void The_same_finding_at_the_same_place_is_kept_once()
    {
        ConfigurationSession session = Line("kw", reader =>
        {
            reader.Session.Error(reader.Location, "twice");
            reader.Session.Error(reader.Location, "twice");
        });
        Assert.Single(session.Diagnostics);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("4294967295", 4294967295)]
    [InlineData("-2147483648", -2147483648)]
    [InlineData("+5", 5)]
    public void Integers_are_read_up_to_their_bounds(string text, long expected) =>
        Line("kw " + text, reader => Assert.Equal(expected, reader.Integer("number", -2147483648, 4294967295)));

    [Theory]
    [InlineData("4294", 4294_000_000)]
    [InlineData("0.000001", 1)]
    [InlineData("2.71828", 2_718_280)]
    [InlineData(".000001", 1)]
    [InlineData("1.9999995", 2_000_000)]
    [InlineData("1.9999994", 1_999_999)]
    public void Seconds_are_exact_to_the_microsecond(string text, long microseconds) =>
        Line("kw " + text, reader => Assert.Equal(TimeSpan.FromMicroseconds(microseconds), reader.Seconds("time", TimeSpan.Zero, TimeSpan.FromSeconds(4294))));

    [Theory]
    [InlineData("/bin/a", "/bin/a")]
    [InlineData("\"/bin/a b c\"", "/bin/a|b|c")]
    [InlineData("'/bin/a b c'", "/bin/a|b|c")]
    [InlineData("\"/bin/a 'b c'\"", "/bin/a|b c")]
    [InlineData("/bin/a\\ b", "/bin/a|b")]
    [InlineData("\"a \\\\a\\\\b\\\\E\\\\f\\\\n\\\\r\\\\t\\\\v\"", "a|\a\b\u001b\f\n\r\t\v")]
    [InlineData("\"a \\\\101\\\\60\\\\0\"", "a|A0\0")]
    [InlineData("\"a \\\\x41\\\\x4g\"", "a|A\u0004g")]
    [InlineData("\"a \\\\cA\\\\c[\"", "a|\u0001\u001b")]
    [InlineData("\"a \\\\q\\\\'\"", "a|q'")]
    [InlineData("\"</bin/sh x\"", "</bin/sh|x")]
    public void Commands_are_split_like_keepalived_splits_them(string text, string expected) =>
        Line("kw " + text + " user", reader =>
        {
            Assert.Equal(expected.Split('|'), reader.Command("script"));
            Assert.Equal(["user"], reader.Rest());
        });

    private static ConfigurationSession Line(string text, Action<IKeywordReader> read)
    {
        var tree = new KeywordTree();
        Exception? failure = null;
        tree.Root.Keyword(new("kw", "", ""), (reader, _) =>
        {
            try
            {
                read(reader);
            }
            catch (Exception exception) when (exception is not KeywordRejectedException)
            {
                failure = exception;
            }
        });
        ExpandedConfiguration configuration = ConfigurationReader.Read("/k.conf", new ConfigurationReadOptions { FileSystem = new MemoryFiles().Add("/k.conf", text) });
        var session = new ConfigurationSession(PluginRoles.All, isTest: true, new AnyScript());
        ConfigurationWalk.Run(configuration, tree, new KnownKeywords(), session, PluginRoles.All);
        if (failure is not null)
        {
            throw new InvalidOperationException("the line's reading failed: " + failure.Message, failure);
        }

        return session;
    }
}
