using Keepalived.Checkers.Ping;
using Keepalived.Checking;
using Keepalived.Testing;

namespace Keepalived.Checkers.Tests.Ping;

public sealed class PingCheckerTests
{
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    public void A_machine_that_replies_is_up_and_was_asked_with_128_octets(string address)
    {
        (CheckerRig rig, ScriptedDatagramServer machine) = Make(address);
        machine.Answers(data => data, TimeSpan.FromMilliseconds(20));

        Assert.True(rig.Run().IsUp);

        byte[] data = Assert.Single(machine.Received);
        Assert.Equal(128, data.Length);
        Assert.StartsWith("keepalived check - keepalived check - ", System.Text.Encoding.ASCII.GetString(data), StringComparison.Ordinal);
    }

    [Fact]
    public void The_firewall_mark_is_not_put_on_echo_requests()
    {
        var rig = new CheckerRig(new PingCheckDefinition(new CheckOptions { FirewallMark = 9, BindInterface = "eth1" }));
        rig.Sockets.Machine("192.0.2.1").Answers(data => data);

        rig.Run();

        Assert.Equal(new SocketBinding(null, "eth1", 0), Assert.Single(rig.Sockets.Machine("192.0.2.1").Attempts));
    }

    [Fact]
    public void Silence_a_reply_to_something_else_and_an_ICMP_error_each_name_themselves()
    {
        (CheckerRig rig, ScriptedDatagramServer machine) = Make("192.0.2.1");
        Assert.Equal("echo: unreachable, No route to host", rig.Run().Reason);

        machine.IsSilent();
        Assert.Equal("echo: no answer in time", rig.Run().Reason);
        Assert.Equal(rig.ConnectTimeout, rig.Loop.Elapsed);

        machine.Answers([1, 2, 3]);
        Assert.Equal("echo: no answer in time", rig.Run().Reason);
    }

    private static (CheckerRig Rig, ScriptedDatagramServer Machine) Make(string address)
    {
        var rig = new CheckerRig(new PingCheckDefinition(new()), address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:80" : $"{address}:80");
        return (rig, rig.Sockets.Machine(address));
    }
}
