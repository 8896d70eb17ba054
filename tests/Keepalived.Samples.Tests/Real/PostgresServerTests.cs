using System.Globalization;
using System.Net;
using Keepalived.Checkers.Tests.Real;
using Keepalived.Checking;
using Keepalived.Samples.Postgres;

namespace Keepalived.Samples.Tests.Real;

/// <summary>
/// POSTGRES_CHECK against Debian's PostgreSQL: users with SCRAM, MD5 and no password, a primary and a standby of it. The server refuses to be
/// root, so it runs as the user of its package; everything it writes is in a folder of this test.
/// </summary>
public sealed class PostgresServerTests : IDisposable
{
    private const string User = "postgres";
    private readonly string _folder = Directory.CreateTempSubdirectory("klab-postgres").FullName;

    private static string? Programs => !Directory.Exists("/usr/lib/postgresql") ? null
        : Directory.GetDirectories("/usr/lib/postgresql").Select(static version => version + "/bin").FirstOrDefault(static bin => File.Exists(bin + "/initdb"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Passwords_roles_and_queries_are_judged_on_a_primary_and_a_standby()
    {
        Assert.SkipUnless(Programs is not null, "PostgreSQL is not installed (Debian: postgresql)");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "PostgreSQL does not run as root, and changing to its user needs root");
        IPEndPoint primary = Machine.FreePort();
        MakeCluster();

        using ServerProgram first = Start("primary", primary);
        try
        {
            CheckResult up = first.UntilItAnswers(() => Run(primary, role: PostgresRole.Primary));
            Assert.True(up.IsUp, $"{up.Reason}; {Log("primary")}");
            Sql(primary, "SET password_encryption = 'md5'; CREATE ROLE older LOGIN PASSWORD 'old'");
            Sql(primary, "CREATE ROLE trusted LOGIN");

            Assert.Equal(CheckResult.Up(), Run(primary, "older", "old", query: "SELECT 1"));
            Assert.Equal(CheckResult.Up(), Run(primary, "trusted", null));
            Assert.Equal("it is a primary, not a standby", Run(primary, role: PostgresRole.Standby).Reason);
            Assert.Equal("log in: FATAL: password authentication failed for user \"monitor\"", Run(primary, "monitor", "wrong").Reason);
            Assert.Equal("log in: FATAL: password authentication failed for user \"older\"", Run(primary, "older", "wrong").Reason);
            Assert.Equal("log in: the server asks for a password: set one", Run(primary, "monitor", null).Reason);
            Assert.Equal("query: it gives f", Run(primary, query: "SELECT 1 = 2").Reason);
            Assert.Equal("query: it gives no row or null", Run(primary, query: "SELECT 1 WHERE false").Reason);
            Assert.Equal("query: ERROR: column \"nothing\" does not exist", Run(primary, query: "SELECT nothing").Reason);
            Assert.Equal("query: no answer in time", Run(primary, query: "SELECT pg_sleep(60)", timeout: 0.5).Reason);
            Assert.Equal(CheckResult.Up(), Run(primary, query: "SELECT repeat('x', 3000) FROM generate_series(1, 50)"));

            AssertStandby(primary);
        }
        finally
        {
            Stop("primary");
        }
    }

    private void AssertStandby(IPEndPoint primary)
    {
        IPEndPoint standby = Machine.FreePort();
        Succeed(AsUser("env", "PGPASSWORD=s3cret", Programs + "/pg_basebackup", "-h", "127.0.0.1", "-p", Text(primary.Port), "-U", "monitor", "-D",
            Path.Combine(_folder, "standby"), "-R", "-c", "fast", "-X", "stream", "--no-sync"));
        using ServerProgram second = Start("standby", standby);
        try
        {
            CheckResult up = second.UntilItAnswers(() => Run(standby, role: PostgresRole.Standby, query: "SELECT pg_is_in_recovery()"));
            Assert.True(up.IsUp, $"{up.Reason}; {Log("standby")}");
            Assert.Equal("it is a standby, not a primary", Run(standby, role: PostgresRole.Primary).Reason);
        }
        finally
        {
            Stop("standby");
        }
    }

    private void MakeCluster()
    {
        string password = Path.Combine(_folder, "password");
        File.WriteAllText(password, "s3cret\n");
        Succeed(Machine.Run("chown", "-R", User, _folder));
        string data = Path.Combine(_folder, "primary");
        Succeed(AsUser(Programs + "/initdb", "-D", data, "-U", "monitor", "--auth=scram-sha-256", "--pwfile", password, "--no-sync", "--encoding=UTF8", "--locale=C"));
        File.WriteAllText(Path.Combine(data, "pg_hba.conf"), """
            host all trusted 127.0.0.1/32 trust
            host all older 127.0.0.1/32 md5
            host all all 127.0.0.1/32 scram-sha-256
            host replication all 127.0.0.1/32 scram-sha-256

            """);
    }

    /// <summary>Starts a server in the foreground as its own user; the programs that change the user replace themselves, so its pid is the server's.</summary>
    private ServerProgram Start(string name, IPEndPoint at) => ServerProgram.Start(
        "setpriv",
        [.. Identity, Programs + "/postgres", "-D", Path.Combine(_folder, name), "-h", "127.0.0.1", "-p", Text(at.Port), "-k", _folder,
            "-c", "fsync=off", "-c", "shared_buffers=1MB", "-c", "logging_collector=off", "-c", "log_destination=stderr"])!;

    /// <summary>SIGINT: a fast shutdown, after which no shared memory stays behind.</summary>
    private void Stop(string name)
    {
        string file = Path.Combine(_folder, name, "postmaster.pid");
        if (File.Exists(file))
        {
            string process = File.ReadLines(file).First();
            Machine.Run("kill", "-INT", process);
            for (int i = 0; i < 100 && File.Exists(file); i++)
            {
                Machine.Run("sleep", "0.1");
            }
        }
    }

    private string Log(string name) => File.Exists(Path.Combine(_folder, name, "postmaster.pid")) ? "it runs" : "it does not run";

    private void Sql(IPEndPoint server, string text) =>
        Succeed(Machine.Run("env", "PGPASSWORD=s3cret", Programs + "/psql", "-h", "127.0.0.1", "-p", Text(server.Port), "-U", "monitor", "-d", "postgres", "-c", text));

    private static string[] Identity => [$"--reuid={User}", $"--regid={User}", "--clear-groups"];

    private static (int Code, string Said) AsUser(params string[] command) => Machine.Run("setpriv", [.. Identity, .. command]);

    private static void Succeed((int Code, string Said) result) => Assert.True(result.Code == 0, result.Said);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static CheckResult Run(
        IPEndPoint server, string user = "monitor", string? password = "s3cret", PostgresRole role = PostgresRole.Any, string? query = null, double timeout = 5) =>
        RealLoop.Run(
            new PostgresCheckDefinition(new() { ConnectTimeout = TimeSpan.FromSeconds(timeout) }, user, "postgres", password, role, query), server);
}
