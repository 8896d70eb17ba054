using Keepalived.Checking;
using Keepalived.Testing;

namespace Banner.Tests;

/// <summary>The probe, in virtual time: a time-out of five seconds takes none.</summary>
public sealed class BannerCheckerTests
{
    [Theory]
    [InlineData("220 ready\r\n")]
    [InlineData("220\n")]
    public void A_server_whose_first_line_begins_as_expected_is_up(string line)
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(server => server.Sends(line));

        Assert.True(rig.Run().IsUp);
    }

    [Fact]
    public void The_line_may_come_in_pieces_and_late()
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(server => server.Sends("2").Sends("20 rea", after: TimeSpan.FromSeconds(2)).Sends("dy\r\n", after: TimeSpan.FromSeconds(2)));

        Assert.True(rig.Run().IsUp);
        Assert.Equal(TimeSpan.FromSeconds(4), rig.Loop.Elapsed);
    }

    [Fact]
    public void Another_line_is_a_failure_that_shows_it()
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(server => server.Sends("421 too busy\r\n"));

        Assert.Equal("first line: expected '220', got '421 too busy'", rig.Run().Reason);
    }

    [Fact]
    public void A_server_that_says_nothing_is_down_when_the_time_is_up()
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts();

        Assert.Equal("first line: no answer in time", rig.Run().Reason);
        Assert.Equal(TimeSpan.FromSeconds(5), rig.Loop.Elapsed);
    }

    [Fact]
    public void A_server_that_hangs_up_refuses_or_never_ends_its_line_is_down()
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(server => server.Sends("22").Closes()).Refuses().Accepts(server => server.Sends(new string('2', 2000)));

        Assert.Equal("first line: connection closed", rig.Run().Reason);
        Assert.Equal("connect: connection refused", rig.Run().Reason);
        Assert.Equal("first line: longer than 1024 octets", rig.Run().Reason);
    }

    private static CheckerRig Make() => new(new BannerDefinition(CheckOptions.Unset, BannerDefinition.UsualBeginning), "192.0.2.1:21");
}
