using Keepalived.Checking;
using Keepalived.Testing;

namespace Banner.Tests;

/// <summary>The words of the configuration file, read by the daemon's own reader.</summary>
public sealed class BannerKeywordTests
{
    [Fact]
    public void A_block_gives_a_checker_with_its_options()
    {
        CheckerReading reading = CheckerReading.Of(new BannerPlugin(), """
            BANNER_CHECK {
                expect SSH-2.0
                connect_port 2222
            }
            """);

        Assert.Empty(reading.Findings);
        Assert.Equal([new BannerDefinition(new CheckOptions { ConnectPort = 2222 }, "SSH-2.0")], reading.Checkers);
    }

    [Fact]
    public void Without_options_the_usual_line_is_expected() =>
        Assert.Equal(
            [new BannerDefinition(CheckOptions.Unset, BannerDefinition.UsualBeginning)],
            CheckerReading.Of(new BannerPlugin(), "BANNER_CHECK {\n}").Checkers);

    [Fact]
    public void A_text_that_no_server_would_send_is_reported_where_it_stands()
    {
        CheckerReading reading = CheckerReading.Of(new BannerPlugin(), $"BANNER_CHECK {{\n    expect {new string('x', 201)}\n}}");

        Assert.Equal(["checker.conf:2:12: more than 200 characters; expect a shorter text"], reading.Findings);
    }
}
