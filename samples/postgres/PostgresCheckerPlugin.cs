// POSTGRES_CHECK: a sample of a checker beyond keepalived, written against Keepalived.Abstractions alone. The plugin owns the keyword, the
// dialogue with the server (PostgreSQL's frontend/backend protocol 3.0, chapter 55 of its manual; SCRAM-SHA-256: RFC 5802, RFC 7677) and its
// judgement. Runs on the loop thread of the checker process, and never blocks it.
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Samples.Postgres;

[assembly: KeepalivedPlugin("checker-postgres", PluginRoles.Checker, typeof(PostgresCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "POSTGRES_CHECK")]

namespace Keepalived.Samples.Postgres;

/// <summary>Registers <c>POSTGRES_CHECK</c>.</summary>
public sealed class PostgresCheckerPlugin : IPlugin
{
    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        IKeywordBlock<PostgresCheckBuilder> block = keywords.AddChecker<PostgresCheckBuilder>(
            "POSTGRES_CHECK", "A PostgreSQL server lets us in, has the role that is wanted and answers a query.");
        block.Keyword(new("user", "NAME", "User to log in as.") { Default = PostgresCheckDefinition.UsualUser }, static (r, b) => b.User = r.EscapedWord("user name"));
        block.Keyword(new("database", "NAME", "Database to log in to; the user's name if absent."), static (r, b) => b.Database = r.EscapedWord("database"));
        block.Keyword(new("password", "WORD", "Password, for a server that asks for one."), static (r, b) => b.Password = r.EscapedWord("password"));
        block.Keyword(new("query", "SQL", "Must give a row whose first value is neither null nor f nor 0."), static (r, b) => b.Query = r.EscapedWord("query"));
        block.Keyword(new("role", "primary|standby|any", "Role that the server must have.") { Default = "any" }, static (r, b) => b.Role = r.Word("role") switch
        {
            "primary" => PostgresRole.Primary,
            "standby" => PostgresRole.Standby,
            "any" => PostgresRole.Any,
            var other => throw r.Reject($"'{other}' is no role", "use primary, standby or any"),
        });
    }
}

/// <summary>A <c>POSTGRES_CHECK</c> block while it is read.</summary>
internal sealed class PostgresCheckBuilder : CheckerBuilder
{
    public string User { get; set; } = PostgresCheckDefinition.UsualUser;

    public string? Database { get; set; }

    public string? Password { get; set; }

    public PostgresRole Role { get; set; }

    public string? Query { get; set; }

    /// <inheritdoc/>
    public override CheckerDefinition Build(IConfigurationSession session) =>
        new PostgresCheckDefinition(Options, User, Database ?? User, Password, Role, Query);
}

/// <summary>A role in replication.</summary>
internal enum PostgresRole
{
    /// <summary>Whatever it is.</summary>
    Any,

    /// <summary>Takes writes.</summary>
    Primary,

    /// <summary>In recovery: follows a primary.</summary>
    Standby,
}

/// <summary>A <c>POSTGRES_CHECK</c> as configured.</summary>
/// <param name="Options">The common options.</param>
/// <param name="User"><c>user</c>.</param>
/// <param name="Database"><c>database</c>.</param>
/// <param name="Password"><c>password</c>.</param>
/// <param name="Role"><c>role</c>.</param>
/// <param name="Query"><c>query</c>.</param>
internal sealed record PostgresCheckDefinition(
    CheckOptions Options, string User, string Database, string? Password, PostgresRole Role, string? Query)
    : CheckerDefinition("POSTGRES_CHECK", Options)
{
    /// <summary>Who we are where nothing is written.</summary>
    public const string UsualUser = "keepalived";

    /// <inheritdoc/>
    public override string Describe(in CheckResult result) => result.IsUp ? "POSTGRES CHECK succeed on service" : "POSTGRES CHECK failed on service";

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new PostgresChecker(this);
}
