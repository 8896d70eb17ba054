using Keepalived.Checkers.Smtp;
using Keepalived.Checking;

namespace Keepalived.Checkers.Tests.Smtp;

/// <summary>The dialogue of SMTP_CHECK (section 13 of keepalived's behaviour; RFC 5321 section 4.1.1) and every way in which it can fail.</summary>
public sealed class SmtpCheckerTests
{
    [Fact]
    public void A_server_that_greets_answers_and_says_good_bye_is_up()
    {
        Probe probe = Make();

        CheckResult result = probe.Run("220 mail.example ESMTP\r\n", "250 mail.example\r\n", "221 2.0.0 Bye\r\n");

        Assert.True(result.IsUp);
        Assert.Equal("QUIT\r\n", probe.Asked);
        Assert.True(probe.IsDisposed);
    }

    [Fact]
    public void The_server_is_greeted_by_the_configured_name()
    {
        Probe probe = Make("director.example");

        probe.Run("220 x\r\n");

        Assert.Equal("HELO director.example\r\n", probe.Asked);
    }

    [Fact]
    public void A_reply_may_come_in_pieces_and_end_with_a_bare_newline() =>
        Assert.True(Make().Run("2", "20", " mail\r", "\n", "250\n", "221 bye\r\n").IsUp);

    [Theory]
    [InlineData("greeting: expected 220, got '554 no service here'", "554 no service here\r\n")]
    [InlineData("greeting: expected 220, got '220-several'", "220-several\r\n")]
    [InlineData("greeting: expected 220, got '2200'", "2200\r\n")]
    [InlineData("greeting: expected 220, got 'SSH-2.0-OpenSSH'", "SSH-2.0-OpenSSH\r\n")]
    [InlineData("HELO: expected 250, got '501 who?'", "220 x\r\n", "501 who?\r\n")]
    [InlineData("QUIT: expected 221, got '500 what?'", "220 x\r\n", "250 x\r\n", "500 what?\r\n")]
    [InlineData("greeting: connection closed")]
    [InlineData("greeting: within the reply '220 half a reply': connection closed", "220 half a reply")]
    [InlineData("HELO: connection closed", "220 x\r\n")]
    public void A_server_that_says_anything_else_is_down_and_says_why(string reason, params string[] replies)
    {
        CheckResult result = Make().Run(replies);

        Assert.Equal((false, reason), (result.IsUp, result.Reason));
    }

    [Fact]
    public void A_reply_without_end_is_a_failure() =>
        Assert.Equal("greeting: the reply is longer than 1024 octets", Make().Run(new string('2', 512), new string('2', 512), "2").Reason);

    [Theory]
    [InlineData(SocketOutcome.TimedOut, "HELO: no answer in time")]
    [InlineData(SocketOutcome.Reset, "HELO: connection reset")]
    public void A_stream_that_fails_names_the_step(SocketOutcome ending, string reason)
    {
        Probe probe = Make();
        probe.Ending = ending;

        Assert.Equal(reason, probe.Run("220 x\r\n").Reason);
    }

    [Fact]
    public void A_server_that_does_not_accept_is_down()
    {
        Probe probe = Make();
        probe.Connecting = SocketOutcome.Refused;

        Assert.Equal("connect: connection refused", probe.Run().Reason);
    }

    [Fact]
    public void The_verdict_leaves_the_reason_to_the_detail_of_the_event_which_would_say_it_twice()
    {
        var definition = new SmtpCheckDefinition(CheckOptions.Unset, SmtpCheckDefinition.DefaultHeloName);

        Assert.Equal("CHECK succeed on service", definition.Describe(CheckResult.Up()));
        Assert.Equal("CHECK failed on service", definition.Describe(CheckResult.Down("greeting: connection closed")));
    }

    private static Probe Make(string name = SmtpCheckDefinition.DefaultHeloName) => new(new SmtpCheckDefinition(CheckOptions.Unset, name));
}
