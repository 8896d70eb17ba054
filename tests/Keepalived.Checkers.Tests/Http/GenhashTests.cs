using System.Security.Cryptography;
using Keepalived.Checkers.Http.Genhash;
using Keepalived.Plugins;
using Keepalived.Scheduling;
using Keepalived.Testing;

namespace Keepalived.Checkers.Tests.Http;

public sealed class GenhashTests : IDisposable
{
    private readonly VirtualLoop _loop = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly ScriptedCheckSockets _sockets;
    private readonly IScheduler _scheduler;

    public GenhashTests()
    {
        _scheduler = _loop.ForOwner("genhash");
        _sockets = new ScriptedCheckSockets(_scheduler);
    }

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void The_digest_is_the_MD5_of_the_body_alone()
    {
        _sockets.Server("10.0.0.2:80").Accepts(c => c.Awaits("\r\n\r\n").Sends("HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello\n").Closes());

        int code = Run("-s", "10.0.0.2", "-p", "80", "-u", "/");

        Assert.Equal(0, code);
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData("hello\n"u8)), _output.ToString().Trim());
    }

    [Fact]
    public void A_chunked_body_is_decoded_before_it_is_digested_as_HTTP_GET_does()
    {
        _sockets.Server("10.0.0.2:80").Accepts(c => c.Awaits("\r\n\r\n").Sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n3\r\nlo\n\r\n0\r\n\r\n"));

        Run("-s", "10.0.0.2", "-p", "80", "-u", "/", "-P", "1.1");

        Assert.Equal(Convert.ToHexStringLower(MD5.HashData("hello\n"u8)), _output.ToString().Trim());
    }

    [Fact]
    public void Long_names_and_attached_values_are_understood()
    {
        ScriptedServer server = _sockets.Server("10.0.0.2:8080").Accepts(c => c.Awaits("\r\n\r\n").Sends("HTTP/1.0 200 OK\r\n\r\nx").Closes());

        int code = Run("--server=10.0.0.2", "-p8080", "--url", "/a", "-V", "www.example", "--protocol=1.0c", "-m", "7");

        Assert.Equal(0, code);
        Assert.Equal("GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: www.example\r\n\r\n", Assert.Single(server.Received));
        Assert.Equal(7u, Assert.Single(server.Attempts).FirewallMark);
    }

    [Fact]
    public void A_server_that_refuses_is_reported_on_standard_error_and_is_no_failure_of_the_command()
    {
        _sockets.Server("10.0.0.2:80").Refuses();

        Assert.Equal(0, Run("-s", "10.0.0.2", "-p", "80", "-u", "/"));
        Assert.Contains("refused", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void A_server_that_hangs_is_given_up_on_at_the_time_limit()
    {
        _sockets.Server("10.0.0.2:80").Hangs();

        Run("-s", "10.0.0.2", "-p", "80", "-u", "/", "-t", "3");

        Assert.Equal(TimeSpan.FromSeconds(3), _loop.Elapsed);
    }

    [Theory]
    [InlineData("the server's address is missing", "-p", "80", "-u", "/")]
    [InlineData("the server's port is missing", "-s", "10.0.0.2", "-u", "/")]
    [InlineData("the path is missing", "-s", "10.0.0.2", "-p", "80")]
    [InlineData("'99999' is no value for option -p", "-s", "10.0.0.2", "-p", "99999", "-u", "/")]
    [InlineData("unknown option -z", "-z")]
    [InlineData("option -s needs a value", "-s")]
    public void A_wrong_command_line_is_explained_and_ends_with_1(string mistake, params string[] words)
    {
        Assert.Equal(1, Run(words));
        Assert.Contains(mistake, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Usage:", _error.ToString(), StringComparison.Ordinal);
    }

    private int Run(params string[] words) => _loop.Complete(
        () => new GenhashCommand().RunAsync(new PluginCommandContext(words.ToEquatableArray(), _output, _error, _scheduler, _sockets)),
        TimeSpan.FromMinutes(1));
}
