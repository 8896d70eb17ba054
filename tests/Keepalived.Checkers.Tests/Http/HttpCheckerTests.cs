using Keepalived.Checkers.Http;
using Keepalived.Checking;

namespace Keepalived.Checkers.Tests.Http;

public sealed class HttpCheckerTests
{
    private const string Ok = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData("1.0", "GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 10.0.0.2:80\r\n\r\n")]
    [InlineData("1.0C", "GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 10.0.0.2:80\r\n\r\n")]
    [InlineData("1.0c", "GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 10.0.0.2:80\r\n\r\n")]
    [InlineData("1.1", "GET /a HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 10.0.0.2:80\r\n\r\n")]
    public void The_request_is_to_the_byte_what_keepalived_sends(string protocol, string expected)
    {
        var probe = new Probe(HttpText.Check($"http_protocol {protocol}\n url {{ path /a\n }}"));

        probe.Run(Ok);

        Assert.Equal(expected, probe.Asked);
    }

    [Theory]
    [InlineData("url { path /\n virtualhost u.example }\n virtualhost c.example", "u.example")]
    [InlineData("url { path /\n }\n virtualhost c.example", "c.example")]
    [InlineData("url { path /\n }", "server.example")]
    public void The_nearest_virtual_host_is_named(string block, string expected)
    {
        var probe = new Probe(HttpText.Check(block), virtualHost: "server.example");

        probe.Run(Ok);

        Assert.Contains($"\r\nHost: {expected}\r\n", probe.Asked, StringComparison.Ordinal);
    }

    [Fact]
    public void An_IPv6_server_is_named_in_brackets()
    {
        var probe = new Probe(HttpText.Check("url { path / }"), "[2001:db8::2]:8080");

        probe.Run(Ok);

        Assert.Contains("\r\nHost: [2001:db8::2]:8080\r\n", probe.Asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 200, true)]
    [InlineData("", 299, true)]
    [InlineData("", 301, false)]
    [InlineData("status_code 301 404", 404, true)]
    [InlineData("status_code 301 404", 200, false)]
    [InlineData("status_code 200-201 500-599", 503, true)]
    public void The_status_must_be_among_the_codes(string codes, int status, bool isUp)
    {
        var probe = new Probe(HttpText.Check($"url {{ path /\n {codes}\n }}"));

        CheckResult result = probe.Run($"HTTP/1.0 {status} x\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(isUp, result.IsUp);
    }

    [Theory]
    [InlineData("444bcb3a3fcf8389296c49467f27e1d6", true)]
    [InlineData("444BCB3A3FCF8389296C49467F27E1D6", true)]
    [InlineData("00000000000000000000000000000000", false)]
    public void The_digest_is_the_MD5_of_the_body_however_it_is_cut(string digest, bool isUp)
    {
        var probe = new Probe(HttpText.Check($"url {{ path /\n digest {digest}\n }}"));

        CheckResult result = probe.Run("HTTP/1.0 200 OK\r", "\nServer: x\r\n\r\no", "k");

        Assert.Equal(isUp, result.IsUp);
    }

    [Theory]
    [InlineData("444bcb3a3fcf8389296c49467f27e1d6")] // MD5 of "ok"
    [InlineData("d3b8bb3d6aa2d0b1ab8dd2d5a3bd4e62", false)]
    public void A_chunked_body_is_digested_decoded(string digest, bool isUp = true)
    {
        var probe = new Probe(HttpText.Check($"url {{ path /\n digest {digest}\n }}"));

        CheckResult result = probe.Run("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n");

        Assert.Equal(isUp, result.IsUp);
    }

    [Fact]
    public void A_digest_made_by_keepalived_over_the_chunks_as_they_came_is_accepted_too()
    {
        const string Chunks = "2\r\nok\r\n0\r\n\r\n";
        string digest = Convert.ToHexString(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.ASCII.GetBytes(Chunks)));
        var probe = new Probe(HttpText.Check($"url {{ path /\n digest {digest}\n }}"));

        CheckResult result = probe.Run("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Chunks);

        Assert.True(result.IsUp, result.Reason);
    }

    [Theory]
    [InlineData("regex \"h[ae]llo\"", "hello world", true)]
    [InlineData("regex \"h[ae]llo\"", "hullo", false)]
    [InlineData("regex \"h[ae]llo\"\n regex_no_match", "hullo", true)]
    [InlineData("regex \"HELLO\"\n regex_options caseless", "hello", true)]
    [InlineData("regex \"lo\"\n regex_min_offset 4", "lo lo", false)]
    [InlineData("regex \"lo\"\n regex_min_offset 3", "lo lo", true)]
    [InlineData("regex \"lo\"\n regex_max_offset 2", "xyzlo", false)]
    [InlineData("regex \"lo\"\n regex_max_offset 3", "xyzlo", true)]
    [InlineData("regex \"(a)\\\\1\"", "aa", true)]
    public void The_body_must_match_the_regular_expression(string lines, string body, bool isUp)
    {
        var probe = new Probe(HttpText.Check($"url {{ path /\n {lines}\n }}"));

        CheckResult result = probe.Run("HTTP/1.0 200 OK\r\n\r\n", body[..2], body[2..]);

        Assert.True(isUp == result.IsUp, result.Reason);
    }

    [Fact]
    public void An_expression_that_takes_for_ever_fails_instead_of_holding_up_the_loop()
    {
        var probe = new Probe(HttpText.Check("url { path /\n regex \"(?=x)(a+)+\\\\1$\"\n regex_no_match }"));
        // With a lookahead and a back-reference only the backtracking engine can read it.
        var definition = HttpText.Check("url { path /\n regex \"^(?=a)(a+)+\\\\1b$\" }");

        CheckResult result = new Probe(definition).Run("HTTP/1.0 200 OK\r\n\r\n", new string('a', 4000));

        Assert.False(result.IsUp);
        Assert.Equal("/: the regular expression takes too long on the body", result.Reason);
        Assert.NotNull(probe);
    }

    [Theory]
    [InlineData(SocketOutcome.TimedOut, "/: the header did not end in time")]
    [InlineData(SocketOutcome.Reset, "receive the header: connection reset")]
    public void A_connection_that_breaks_off_fails_with_its_reason(SocketOutcome ending, string reason)
    {
        var probe = new Probe(HttpText.Check("url { path / }")) { Ending = ending };

        CheckResult result = probe.Run("HTTP/1.0 200 OK\r\n");

        Assert.Equal(reason, result.Reason);
        Assert.True(probe.IsDisposed);
    }

    [Fact]
    public void A_body_shorter_than_promised_is_no_failure_in_itself()
    {
        var probe = new Probe(HttpText.Check("url { path / }"));

        Assert.True(probe.Run("HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\nok").IsUp);
    }

    [Fact]
    public void A_connection_closed_within_the_header_fails()
    {
        var probe = new Probe(HttpText.Check("url { path / }"));

        Assert.Equal("/: the connection was closed before a whole header came", probe.Run("HTTP/1.0 200 OK\r\n").Reason);
    }

    [Fact]
    public void A_connection_closed_without_a_word_a_body_cut_short_and_a_time_out_in_each_part_are_told_apart()
    {
        CheckerDefinition check = HttpText.Check("url { path /\n digest 00000000000000000000000000000000 }");
        string Reason(SocketOutcome ending, params string[] pieces) => new Probe(check) { Ending = ending }.Run(pieces).Reason!;
        const string Header = "HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n";

        Assert.Equal("/: the connection was closed without an answer", Reason(SocketOutcome.EndOfStream));
        Assert.Equal("/: the digest of the body differs, of which 8 octets did not come", Reason(SocketOutcome.EndOfStream, Header, "ok"));
        Assert.Equal("receive: no answer in time", Reason(SocketOutcome.TimedOut));
        Assert.Equal("/: the header did not end in time", Reason(SocketOutcome.TimedOut, "HTT"));
        Assert.Equal("/: the answer did not end in time, 2 octets of its body came", Reason(SocketOutcome.TimedOut, Header, "ok"));
        Assert.Equal("receive: connection reset", Reason(SocketOutcome.Reset));
        Assert.Equal("receive the body: connection reset", Reason(SocketOutcome.Reset, Header));
    }

    [Fact]
    public void A_check_allocates_nothing_in_steady_state()
    {
        var probe = new Probe(HttpText.Check("url { path /\n digest 444bcb3a3fcf8389296c49467f27e1d6 }"));
        for (int i = 0; i < 300; i++)
        {
            Assert.True(probe.Run(Ok).IsUp);
        }

        // The fake server's own pieces are made before counting.
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            probe.Answer(Ok);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool isUp = probe.Checker.CheckAsync(probe.Context).GetAwaiter().GetResult().IsUp;
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(isUp);
        }

        Assert.Equal(0, allocated);
    }
}
