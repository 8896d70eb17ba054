// PING_CHECK: a real server is well when it answers an ICMP echo request. The plugin owns the keyword, the record and what an exchange means;
// when to probe, how often to retry and what to do about the result is the engine's business. Runs on the loop thread of the checker
// process; uses only the contract. RFC 792, RFC 4443 section 4.
using Keepalived.Checkers.Ping;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("checker-ping", PluginRoles.Checker, typeof(PingCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "PING_CHECK")]

namespace Keepalived.Checkers.Ping;

/// <summary>Registers <c>PING_CHECK</c>.</summary>
public sealed class PingCheckerPlugin : IPlugin
{
    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords) => keywords.AddChecker<PingCheckBuilder>(
        new KeywordSpec("PING_CHECK", "{ … }", "The server answers ICMP echo requests; ports and fwmark are read and mean nothing to it."),
        CheckOptionSet.All,
        CheckOptionDefaults.Usual);
}

/// <summary>A <c>PING_CHECK</c> block while it is read: it has the common options only.</summary>
internal sealed class PingCheckBuilder : CheckerBuilder
{
    /// <inheritdoc/>
    public override CheckerDefinition Build(IConfigurationSession session) => new PingCheckDefinition(Options);
}

/// <summary>A <c>PING_CHECK</c> as configured.</summary>
/// <param name="Options">The common options.</param>
internal sealed record PingCheckDefinition(CheckOptions Options) : CheckerDefinition("PING_CHECK", Options)
{
    /// <inheritdoc/>
    public override string Describe(in CheckResult result) => result.IsUp ? "ICMP CHECK succeed on service" : "ICMP CHECK failed on service";

    /// <inheritdoc/>
    public override bool MayBeShared => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new PingChecker();
}
