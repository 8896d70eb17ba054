using Keepalived.Checking;
using Keepalived.Samples.Redis;
using Keepalived.Testing;

namespace Keepalived.Samples.Tests;

/// <summary>REDIS_CHECK in virtual time: the dialogue, the role, the lag, and every way in which it can fail.</summary>
public sealed class RedisCheckerTests
{
    private static readonly LagRule _noLag = new(TimeSpan.FromSeconds(10), 0, TimeSpan.Zero);

    [Fact]
    public void A_server_that_answers_PING_is_up_and_is_asked_nothing_else()
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(c => c.Awaits("PING\r\n").Sends("+PONG\r\n"));

        Assert.Equal(CheckResult.Up(), rig.Run());
        Assert.Equal(["*1\r\n$4\r\nPING\r\n"], rig.Server.Received);
    }

    [Theory]
    [InlineData(null, "*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n")]
    [InlineData("monitor", "*3\r\n$4\r\nAUTH\r\n$7\r\nmonitor\r\n$6\r\nsecret\r\n")]
    public void A_password_is_told_before_anything_else(string? user, string expected)
    {
        using CheckerRig rig = Make(user: user, password: "secret");
        rig.Server.Accepts(c => c.Awaits("secret\r\n").Sends("+OK\r\n").Awaits("PING\r\n").Sends("+PONG\r\n"));

        Assert.True(rig.Run().IsUp);
        Assert.StartsWith(expected, rig.Server.Received[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RedisRole.Master, "role:master", true)]
    [InlineData(RedisRole.Replica, "role:slave", true)]
    [InlineData(RedisRole.Master, "role:slave", false)]
    [InlineData(RedisRole.Replica, "role:master", false)]
    [InlineData(RedisRole.Master, "something:else", false)]
    internal void The_role_must_be_the_one_that_is_wanted(RedisRole wanted, string line, bool isUp)
    {
        using CheckerRig rig = Make(wanted);
        Answers(rig, line);

        Assert.Equal(isUp, rig.Run().IsUp);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(10, null)]
    [InlineData(11, -3)]
    [InlineData(30, -60)]
    public void Lag_beyond_what_is_tolerated_costs_weight(int lag, int? weight)
    {
        using CheckerRig rig = Make(lag: new(TimeSpan.FromSeconds(10), -3, TimeSpan.FromSeconds(60)));
        Answers(rig, "role:slave", "master_link_status:up", $"master_last_io_seconds_ago:{lag}");

        CheckResult result = rig.Run();

        Assert.Equal((true, weight), (result.IsUp, result.AddedWeight));
    }

    [Theory]
    [InlineData("it is 61 s behind its master, more than 60", "role:slave", "master_link_status:up", "master_last_io_seconds_ago:61")]
    [InlineData("its link to the master is down", "role:slave", "master_link_status:down", "master_last_io_seconds_ago:-1")]
    [InlineData("its link to the master is down", "role:slave")]
    public void Too_much_lag_or_none_at_all_is_a_failure(string reason, params string[] lines)
    {
        using CheckerRig rig = Make(lag: new(TimeSpan.FromSeconds(10), 0, TimeSpan.FromSeconds(60)));
        Answers(rig, lines);

        Assert.Equal(CheckResult.Down(reason), rig.Run());
    }

    [Theory]
    [InlineData("PING: the server says 'NOAUTH Authentication required.'", "-NOAUTH Authentication required.\r\n")]
    [InlineData("PING: the server says 'LOADING Redis is loading the dataset in memory'", "-LOADING Redis is loading the dataset in memory\r\n")]
    [InlineData("PING: the server says 'PONGO'", "+PONGO\r\n")]
    [InlineData("PING: this is no Redis server", "HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("PING: this is no Redis server", "SSH")]
    [InlineData("PING: this is no Redis server", "\r\n")]
    [InlineData("PING: this is no Redis server", "$x\r\n")]
    [InlineData("PING: the reply is too long", "$16384\r\n")]
    [InlineData("PING: the reply is too long", "$2147483647\r\n")]
    [InlineData("PING: connection closed", "+PO")]
    public void A_server_that_says_anything_else_is_down_and_says_why(string reason, string reply)
    {
        using CheckerRig rig = Make();
        rig.Server.Accepts(c => c.Awaits("PING\r\n").Sends(reply).Closes());

        Assert.Equal(CheckResult.Down(reason), rig.Run());
    }

    [Fact]
    public void Silence_drip_reset_and_endless_replies_end_when_the_time_is_up()
    {
        using CheckerRig rig = Make();
        rig.Server
            .Accepts()
            .Accepts(c => c.Awaits("PING\r\n").Resets())
            .Accepts(c => c.Awaits("PING\r\n").Sends("+" + new string('x', 20_000)))
            .Accepts(c => c.Sends("+", TimeSpan.FromSeconds(2)).Sends("PO", TimeSpan.FromSeconds(2)).Sends("NG", TimeSpan.FromSeconds(2)))
            .Refuses();

        Assert.Equal("PING: no answer in time", rig.Run().Reason);
        Assert.Equal("PING: connection reset", rig.Run().Reason);
        Assert.Equal("PING: the reply is too long", rig.Run().Reason);
        Assert.Equal("PING: no answer in time", rig.Run().Reason);
        Assert.Equal("connect: connection refused", rig.Run().Reason);
    }

    [Fact]
    public void A_long_reply_may_come_octet_by_octet()
    {
        using CheckerRig rig = Make(RedisRole.Replica);
        string info = "role:slave\r\n" + new string('x', 500) + "\r\n";
        rig.Server.Accepts(c =>
        {
            c.Awaits("PING\r\n").Sends("+PONG\r\n").Awaits("replication\r\n");
            foreach (char octet in $"${info.Length}\r\n{info}\r\n")
            {
                c.Sends(octet.ToString(), TimeSpan.FromMilliseconds(1));
            }
        });

        Assert.True(rig.Run().IsUp);
    }

    [Fact]
    public void The_block_gives_a_record_and_reports_what_does_not_fit()
    {
        CheckerReading reading = CheckerReading.Of(new RedisCheckerPlugin(), """
            REDIS_CHECK {
                username monitor
                password "se cret"
                role replica
                lag_tolerated 5
                lag_weight -2
                lag_limit 120
                connect_timeout 2
            }
            REDIS_CHECK {
            }
            REDIS_CHECK {
                role boss
            }
            REDIS_CHECK {
                username monitor
            }
            """);

        CheckOptions options = new() { ConnectTimeout = TimeSpan.FromSeconds(2) };
        Assert.Equal(
            [
                new RedisCheckDefinition(options, "monitor", "se cret", RedisRole.Replica, new(TimeSpan.FromSeconds(5), -2, TimeSpan.FromSeconds(120))),
                new RedisCheckDefinition(CheckOptions.Unset, null, null, RedisRole.Any, _noLag),
                new RedisCheckDefinition(CheckOptions.Unset, null, null, RedisRole.Any, _noLag),
            ],
            reading.Checkers);
        Assert.Equal(
            [
                "checker.conf:13:10: 'boss' is no role; use master, replica or any",
                "checker.conf:15:1: REDIS_CHECK has a username and no password; add password",
            ],
            reading.Findings);
    }

    private static void Answers(CheckerRig rig, params string[] lines)
    {
        string info = "# Replication\r\n" + string.Join("\r\n", lines) + "\r\n";
        rig.Server.Accepts(c => c.Awaits("PING\r\n").Sends("+PONG\r\n").Awaits("replication\r\n").Sends($"${info.Length}\r\n{info}\r\n"));
    }

    private static CheckerRig Make(RedisRole role = RedisRole.Any, LagRule? lag = null, string? user = null, string? password = null) =>
        new(new RedisCheckDefinition(CheckOptions.Unset, user, password, role, lag ?? _noLag), "192.0.2.20:6379");
}
