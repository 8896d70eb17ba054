using System.Net;
using Keepalived.Checkers.Tcp;
using Keepalived.Checking;

namespace Keepalived.Checkers.Tests.Tcp;

public sealed class TcpCheckerTests
{
    [Fact]
    public void A_server_that_accepts_is_up_and_the_connection_is_reset()
    {
        var probe = new Probe(new TcpCheckDefinition(new()));

        CheckResult result = probe.Run();

        Assert.True(result.IsUp);
        Assert.True(probe.ResetOnClose);
        Assert.True(probe.IsDisposed);
        Assert.Equal("", probe.Asked);
    }

    [Theory]
    [InlineData(SocketOutcome.Refused, "connect: connection refused")]
    [InlineData(SocketOutcome.TimedOut, "connect: no answer in time")]
    [InlineData(SocketOutcome.Unreachable, "connect: unreachable, Connection refused")]
    [InlineData(SocketOutcome.Failed, "connect: Connection refused (errno 111)")]
    public void A_server_that_does_not_accept_is_down_and_says_why(SocketOutcome outcome, string reason)
    {
        var probe = new Probe(new TcpCheckDefinition(new())) { Connecting = outcome };

        CheckResult result = probe.Run();

        Assert.False(result.IsUp);
        Assert.Equal(reason, result.Reason);
    }

    [Fact]
    public void The_socket_is_bound_as_configured()
    {
        var options = new CheckOptions { BindPort = 4000, BindInterface = "eth1", FirewallMark = 7 };
        var probe = new Probe(new TcpCheckDefinition(options), "[2001:db8::2]:80");

        probe.Run();

        Assert.Equal(new SocketBinding(new IPEndPoint(IPAddress.IPv6Any, 4000), "eth1", 7), probe.Binding);
    }

    [Fact]
    public void Verdicts_read_as_in_keepaliveds_mails()
    {
        var definition = new TcpCheckDefinition(new());

        Assert.Equal("TCP CHECK succeed on service", definition.Describe(CheckResult.Up()));
        Assert.Equal("TCP CHECK failed on service", definition.Describe(CheckResult.Down("connection refused")));
    }
}
