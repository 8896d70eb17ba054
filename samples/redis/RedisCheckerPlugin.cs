// REDIS_CHECK: a sample of a checker beyond keepalived, written against Keepalived.Abstractions alone. The plugin owns the keyword, the
// dialogue with the server (the protocol RESP 2) and its judgement. Runs on the loop thread of the checker process, and never blocks it.
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Samples.Redis;

[assembly: KeepalivedPlugin("checker-redis", PluginRoles.Checker, typeof(RedisCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "REDIS_CHECK")]

namespace Keepalived.Samples.Redis;

/// <summary>Registers <c>REDIS_CHECK</c>.</summary>
public sealed class RedisCheckerPlugin : IPlugin
{
    private static readonly TimeSpan _longestLag = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        IKeywordBlock<RedisCheckBuilder> block = keywords.AddChecker<RedisCheckBuilder>(
            "REDIS_CHECK", "A Redis server lets us in, answers PING and has the role that is wanted.");
        block.Keyword(new("username", "NAME", "User to log in as; the default user if absent."), static (r, b) => b.UserName = r.Word("user name"));
        block.Keyword(new("password", "WORD", "Password to log in with."), static (r, b) => b.Password = r.EscapedWord("password"));
        block.Keyword(new("role", "master|replica|any", "Role that the server must have.") { Default = "any" }, static (r, b) => b.Role = r.Word("role") switch
        {
            "master" => RedisRole.Master,
            "replica" => RedisRole.Replica,
            "any" => RedisRole.Any,
            var other => throw r.Reject($"'{other}' is no role", "use master, replica or any"),
        });
        block.Keyword(new("lag_tolerated", "SECONDS 0..2592000", "Lag behind the master that costs no weight.") { Default = "10" }, static (r, b) =>
            b.LagTolerated = r.Seconds("lag", TimeSpan.Zero, _longestLag, decimals: 0));
        block.Keyword(new("lag_weight", "INT -1000000..1000000", "Added to the weight for each second of lag beyond lag_tolerated.") { Default = "0" }, static (r, b) =>
            b.LagWeight = (int)r.Integer("weight for a second", -1_000_000, 1_000_000));
        block.Keyword(new("lag_limit", "SECONDS 0..2592000", "A replica that is further behind is down; 0 is no limit.") { Default = "0" }, static (r, b) =>
            b.LagLimit = r.Seconds("lag", TimeSpan.Zero, _longestLag, decimals: 0));
    }
}

/// <summary>A <c>REDIS_CHECK</c> block while it is read.</summary>
internal sealed class RedisCheckBuilder : CheckerBuilder
{
    public string? UserName { get; set; }

    public string? Password { get; set; }

    public RedisRole Role { get; set; }

    public TimeSpan LagTolerated { get; set; } = TimeSpan.FromSeconds(10);

    public int LagWeight { get; set; }

    public TimeSpan LagLimit { get; set; }

    /// <inheritdoc/>
    public override CheckerDefinition? Build(IConfigurationSession session)
    {
        if (UserName is not null && Password is null)
        {
            session.Error(Location, "REDIS_CHECK has a username and no password", "add password");
            return null;
        }

        return new RedisCheckDefinition(Options, UserName, Password, Role, new(LagTolerated, LagWeight, LagLimit));
    }
}
