using System.Text;
using Keepalived.Checkers.Http;

namespace Keepalived.Checkers.Tests.Http;

/// <summary>RFC 9112, however a response is cut into pieces.</summary>
public sealed class HttpResponseParserTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true)]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", 200, "hello", true)]
    [InlineData("HTTP/1.0 404\r\n\r\n", 404, "", false)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nto the end", 200, "to the end", false)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\nok and more", 200, "ok", true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, "", true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "", true)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nTrailer: x\r\n\r\n", 200, "hello world", true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, CHUNKED\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", 200, "0123456789", true)]
    public void Responses_are_read_the_same_whole_and_octet_by_octet(string response, int status, string body, bool isComplete)
    {
        Assert.Equal((HttpResponseError.None, status, body, isComplete), Read(response, int.MaxValue));
        Assert.Equal((HttpResponseError.None, status, body, isComplete), Read(response, 1));
        Assert.Equal((HttpResponseError.None, status, body, isComplete), Read(response, 3));
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n", nameof(HttpResponseError.NotHttp))]
    [InlineData("HTTP/1.1\r\n", nameof(HttpResponseError.NotHttp))]
    [InlineData("HTTP/1.1 20x OK\r\n", nameof(HttpResponseError.NotHttp))]
    [InlineData("HTTP/1.1 2000 OK\r\n", nameof(HttpResponseError.NotHttp))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n", nameof(HttpResponseError.BadLength))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", nameof(HttpResponseError.BadLength))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", nameof(HttpResponseError.BadLength))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", nameof(HttpResponseError.BadChunk))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n", nameof(HttpResponseError.BadChunk))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", nameof(HttpResponseError.BadChunk))]
    public void Malformed_responses_are_named(string response, string error)
    {
        Assert.Equal(error, Read(response, int.MaxValue).Error.ToString());
        Assert.Equal(error, Read(response, 1).Error.ToString());
    }

    [Fact]
    public void A_header_without_end_is_refused_at_its_limit()
    {
        string response = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X-Filler: " + new string('x', 1000) + "\r\n", 70));

        Assert.Equal(HttpResponseError.HeaderTooLong, Read(response, 4096).Error);
    }

    [Fact]
    public void The_longest_header_counts_anew_for_each_chunk()
    {
        string response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + string.Concat(Enumerable.Repeat("1\r\nx\r\n", 20_000)) + "0\r\n\r\n";

        (HttpResponseError error, _, string body, bool isComplete) = Read(response, 4096);

        Assert.Equal(HttpResponseError.None, error);
        Assert.Equal(20_000, body.Length);
        Assert.True(isComplete);
    }

    [Fact]
    public void Whatever_comes_it_neither_throws_nor_stands_still_nor_depends_on_the_cuts()
    {
        var random = new Random(20261121);
        string[] seeds =
        [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nContent-Length: 12\r\nServer: x\r\n\r\nhello world!",
        ];
        for (int round = 0; round < 20_000; round++)
        {
            char[] response = seeds[round % 2].ToCharArray();
            for (int change = random.Next(6); change > 0; change--)
            {
                response[random.Next(response.Length)] = (char)random.Next(256);
            }

            var text = new string(response);
            Assert.Equal(Read(text, int.MaxValue), Read(text, 1 + random.Next(9)));
        }
    }

    private static (HttpResponseError Error, int Status, string Body, bool IsComplete) Read(string response, int pieceLength)
    {
        var parser = new HttpResponseParser();
        parser.Reset();
        var body = new StringBuilder();
        byte[] bytes = Encoding.Latin1.GetBytes(response);
        for (int offset = 0; offset < bytes.Length && !parser.IsComplete;)
        {
            ReadOnlySpan<byte> piece = bytes.AsSpan(offset, Math.Min(pieceLength, bytes.Length - offset));
            bool isWell = parser.Read(piece, out int consumed, out ReadOnlySpan<byte> part);
            Assert.InRange(consumed, 1, piece.Length);
            body.Append(Encoding.Latin1.GetString(part));
            offset += consumed;
            if (!isWell)
            {
                return (parser.Error, parser.StatusCode, body.ToString(), false);
            }
        }

        return (parser.Error, parser.StatusCode, body.ToString(), parser.IsComplete);
    }
}
