using Keepalived.Checkers.Udp;
using Keepalived.Checking;
using Keepalived.Testing;

namespace Keepalived.Checkers.Tests.Udp;

public sealed class UdpCheckerTests
{
    private const string Server = "192.0.2.1:80";

    [Fact]
    public void Without_payload_32_octets_of_keepalived_text_are_sent()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make(new(new(), default, false, default, 0, 255));
        server.IsSilent();

        rig.Run();

        Assert.Equal("keepalived check - keepalived ch", System.Text.Encoding.ASCII.GetString(Assert.Single(server.Received)));
    }

    [Fact]
    public void The_payload_is_sent_to_the_octet_and_the_socket_bound_as_configured()
    {
        var options = new CheckOptions { BindInterface = "eth1", FirewallMark = 7 };
        (CheckerRig rig, ScriptedDatagramServer server) = Make(new(options, new byte[] { 0, 0xff, 1 }.ToEquatableArray(), false, default, 0, 255));
        server.Answers([1]);

        Assert.True(rig.Run().IsUp);

        Assert.Equal([0, 0xff, 1], Assert.Single(server.Received));
        Assert.Equal(new SocketBinding(null, "eth1", 7), Assert.Single(server.Attempts));
    }

    [Fact]
    public void Silence_until_the_time_out_is_well_when_no_reply_is_required()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make(new(new(), default, false, default, 0, 255));
        server.IsSilent();

        CheckResult result = rig.Run();

        Assert.True(result.IsUp);
        Assert.Equal(rig.ConnectTimeout, rig.Loop.Elapsed);
    }

    [Fact]
    public void Silence_is_a_failure_when_a_reply_is_required()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make(Requiring());
        server.IsSilent();

        Assert.Equal("reply: no answer in time", Failure(rig));
        Assert.Equal(rig.ConnectTimeout, rig.Loop.Elapsed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_ICMP_error_is_a_failure_whether_a_reply_is_required_or_not(bool isRequired)
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make(new(new(), default, isRequired, default, 0, 255));
        server.Refuses(TimeSpan.FromSeconds(1));
        Assert.Equal("reply: nobody listens at the port (ICMP)", Failure(rig));
        Assert.Equal(TimeSpan.FromSeconds(1), rig.Loop.Elapsed);

        server.FromNowOn().IsUnreachable();
        Assert.Equal("reply: unreachable, No route to host", Failure(rig));
    }

    [Theory]
    [InlineData("12ff", null)]
    [InlineData("19ff00", null)]
    [InlineData("22ff", "reply: begins with 22ff, not 1XfX")]
    [InlineData("120f", "reply: begins with 120f, not 1XfX")]
    [InlineData("12", "reply: 1 octets, fewer than 2")]
    [InlineData("12ff000000", "reply: longer than 4 octets")]
    [InlineData("", "reply: 0 octets, fewer than 2")]
    public void A_required_reply_has_an_accepted_length_and_matches_with_X_for_any_nibble(string reply, string? reason)
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make(Requiring(shortest: 2, longest: 4));
        server.Answers(Convert.FromHexString(reply), TimeSpan.FromMilliseconds(10));

        CheckResult result = rig.Run();

        Assert.Equal((reason is null, reason), (result.IsUp, result.Reason));
    }

    [Fact]
    public void A_reply_that_is_not_required_is_not_judged()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make(new(new(), default, false, Pattern, 100, 200));
        server.Answers([9]);

        Assert.True(rig.Run().IsUp);
    }

    [Fact]
    public void Lengths_0_to_255_are_accepted_without_a_pattern()
    {
        (CheckerRig rig, ScriptedDatagramServer server) = Make(new(new(), default, true, default, 0, 255));
        server.Answers([]);
        Assert.True(rig.Run().IsUp);

        server.FromNowOn().Answers(new byte[255]);
        Assert.True(rig.Run().IsUp);

        server.FromNowOn().Answers(new byte[256]);
        Assert.Equal("reply: longer than 255 octets", Failure(rig));
    }

    private static HexPattern Pattern => new(new byte[] { 0x10, 0xf0 }.ToEquatableArray(), new byte[] { 0xf0, 0xf0 }.ToEquatableArray());

    private static UdpCheckDefinition Requiring(int shortest = 0, int longest = 255) => new(new(), default, true, Pattern, shortest, longest);

    private static (CheckerRig Rig, ScriptedDatagramServer Server) Make(UdpCheckDefinition definition)
    {
        var rig = new CheckerRig(definition, Server);
        return (rig, rig.Sockets.DatagramServer(Server));
    }

    private static string? Failure(CheckerRig rig)
    {
        CheckResult result = rig.Run();
        Assert.False(result.IsUp);
        return result.Reason;
    }
}
