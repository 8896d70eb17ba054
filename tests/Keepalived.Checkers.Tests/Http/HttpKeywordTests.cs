using Keepalived.Checkers.Http;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Checkers.Tests.Http;

public sealed class HttpKeywordTests
{
    [Fact]
    public void Defaults_are_keepaliveds()
    {
        var check = (HttpCheckDefinition)HttpText.Check("url { path / }");

        Assert.Equal(1u, check.DefaultRetry);
        Assert.Equal(TimeSpan.FromSeconds(3), check.DefaultDelayBeforeRetry);
        Assert.Equal(HttpProtocol.Http10, check.Protocol);
        Assert.Equal(StatusCodes.Success, Assert.Single((IEnumerable<HttpUrl>)check.Urls).StatusCodes);
    }

    [Theory]
    [InlineData(typeof(HttpCheckerPlugin), "", "SSL")]
    [InlineData(typeof(HttpCheckerPlugin), "virtual_server/real_server", "HTTP_GET SSL_GET")]
    [InlineData(typeof(Checkers.Tcp.TcpCheckerPlugin), "virtual_server/real_server", "TCP_CHECK")]
    public void The_keyword_is_named_in_metadata(Type plugin, string block, string keywords)
    {
        IEnumerable<PluginKeywordsAttribute> declared = plugin.Assembly.GetCustomAttributes(typeof(PluginKeywordsAttribute), inherit: false).Cast<PluginKeywordsAttribute>();

        Assert.Contains((block, keywords), declared.Select(attribute => (attribute.Block, attribute.Keywords)));
    }

    [Fact]
    public void Equal_text_makes_equal_checkers_so_that_a_reload_keeps_them()
    {
        const string Text = "url { path /a\n status_code 200 404\n digest 444bcb3a3fcf8389296c49467f27e1d6\n regex \"x y\" }\n url { path /b }";

        Assert.Equal(HttpText.Check(Text), HttpText.Check(Text));
        Assert.NotEqual(HttpText.Check(Text), HttpText.Check(Text.Replace("404", "405", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_regular_expression_is_one_escaped_word()
    {
        var check = (HttpCheckDefinition)HttpText.Check("url { path /\n regex \"^a b\\\\d\\x41$\" }");

        Assert.Equal("^a b\\dA$", check.Urls[0].Pattern!.Expression);
    }

    [Theory]
    [InlineData("", "HTTP_GET has no usable url: the checker is left out")]
    [InlineData("url { status_code 200 }", "url has no path: it is left out")]
    [InlineData("url { path /\n status_code 600 }", "'600' is no status code or range of them")]
    [InlineData("url { path /\n status_code 300-200 }", "'300-200' is no status code or range of them")]
    [InlineData("url { path /\n status_code }", "status_code names no code")]
    [InlineData("url { path /\n digest 12 }", "'12' is no MD5 digest")]
    [InlineData("url { path /\n regex_options alt_bsux }", "the option 'alt_bsux' exists in PCRE2 only")]
    [InlineData("http_protocol 2\n url { path / }", "'2' is no version of HTTP that can be checked")]
    public void Mistakes_are_named(string block, string message)
    {
        IReadOnlyList<Diagnostic> findings = HttpText.Read($"HTTP_GET {{\n{block}\n}}").Findings;

        Assert.Contains(findings, finding => finding.Message == message && finding.Remedy is not null);
    }

    [Fact]
    public void An_expression_that_is_none_is_refused_at_its_place()
    {
        (CheckerDefinition? definition, IReadOnlyList<Diagnostic> findings) = HttpText.Read("HTTP_GET {\n url { path /\n regex \"(\"\n }\n}");

        Assert.Null(definition);
        Assert.Contains(findings, finding => finding.Message.StartsWith("the regular expression cannot be used", StringComparison.Ordinal)
            && finding.Location.ToString() == "/k.conf:5:8");
    }

    [Theory]
    [InlineData("retry 0", 0u)]
    [InlineData("retry 4294967295", 4294967295u)]
    [InlineData("nb_get_retry 4", 4u)]
    public void Retry_takes_the_whole_range(string line, uint retry)
    {
        (CheckerDefinition? definition, _) = HttpText.Read($"HTTP_GET {{\n{line}\n url {{ path / }}\n}}");

        Assert.Equal(retry, definition!.Options.Retry);
    }
}
