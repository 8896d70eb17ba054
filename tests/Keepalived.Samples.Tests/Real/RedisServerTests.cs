using System.Globalization;
using System.Net;
using Keepalived.Checkers.Tests.Real;
using Keepalived.Checking;
using Keepalived.Samples.Redis;

namespace Keepalived.Samples.Tests.Real;

/// <summary>REDIS_CHECK against Debian's redis-server: a master with a password, a replica of it.</summary>
public sealed class RedisServerTests : IDisposable
{
    private static readonly LagRule _limit = new(TimeSpan.FromSeconds(10), -1, TimeSpan.FromSeconds(60));
    private readonly string _folder = Directory.CreateTempSubdirectory("klab-redis").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_master_and_its_replica_are_told_apart_and_a_stopped_master_is_noticed()
    {
        IPEndPoint master = Machine.FreePort();
        IPEndPoint replica = Machine.FreePort();
        using ServerProgram? first = Start(master, "--requirepass", "s3cret");
        Assert.SkipUnless(first is not null, "redis-server is not installed (Debian: redis-server)");
        Assert.Equal(CheckResult.Up(), first.UntilItAnswers(() => Run(master, RedisRole.Master)));

        Assert.Equal("it is a master, not a replica", Run(master, RedisRole.Replica).Reason);
        Assert.Equal("PING: the server says 'NOAUTH Authentication required.'", Run(master, password: null).Reason);
        Assert.StartsWith("AUTH: the server says 'WRONGPASS", Run(master, password: "wrong").Reason, StringComparison.Ordinal);
        Assert.True(Run(master, user: "default").IsUp);

        string port = master.Port.ToString(CultureInfo.InvariantCulture);
        using ServerProgram second = Start(replica, "--requirepass", "s3cret", "--masterauth", "s3cret", "--replicaof", "127.0.0.1", port)!;
        Assert.Equal(CheckResult.Up(), second.UntilItAnswers(() => Run(replica, RedisRole.Replica, _limit)));
        Assert.Equal("it is a replica, not a master", Run(replica, RedisRole.Master).Reason);

        first.Dispose();
        CheckResult orphan = default;
        second.UntilItAnswers(() =>
        {
            orphan = Run(replica, RedisRole.Replica, _limit);
            return orphan with { IsUp = !orphan.IsUp };
        });
        Assert.Equal("its link to the master is down", orphan.Reason);
        Assert.Equal("connect: connection refused", Run(master).Reason);
    }

    private ServerProgram? Start(IPEndPoint at, params string[] options) => ServerProgram.Start(
        "redis-server",
        ["--bind", "127.0.0.1", "--port", at.Port.ToString(CultureInfo.InvariantCulture), "--save", "", "--appendonly", "no", "--dir", _folder,
            "--dbfilename", $"{at.Port}.rdb", "--daemonize", "no", .. options],
        _folder);

    private static CheckResult Run(
        IPEndPoint server, RedisRole role = RedisRole.Any, LagRule? lag = null, string? password = "s3cret", string? user = null) =>
        RealLoop.Run(
            new RedisCheckDefinition(
                new() { ConnectTimeout = TimeSpan.FromSeconds(5) }, user, password, role, lag ?? new(TimeSpan.FromSeconds(10), 0, TimeSpan.Zero)),
            server);
}
