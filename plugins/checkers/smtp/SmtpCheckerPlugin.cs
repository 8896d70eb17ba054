// SMTP_CHECK: a real server is well when it greets, answers HELO and says good-bye as a mail server does (RFC 5321). The plugin owns the
// keywords, the dialogue and its judgement; when to probe, how often to retry and what to do about the result is the engine's business.
// Runs on the loop thread of the checker process; uses only the contract.
using Keepalived.Checkers.Smtp;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

[assembly: KeepalivedPlugin("checker-smtp", PluginRoles.Checker, typeof(SmtpCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "SMTP_CHECK")]

namespace Keepalived.Checkers.Smtp;

/// <summary>Registers <c>SMTP_CHECK</c>.</summary>
public sealed class SmtpCheckerPlugin : IPlugin
{
    private const string Replacement = "the same option of SMTP_CHECK";

    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        IKeywordBlock<SmtpCheckBuilder> block = keywords.AddChecker<SmtpCheckBuilder>("SMTP_CHECK", "The server answers like a mail server.");
        block.Keyword(new("helo_name", "STRING", "Name to greet the server with.") { Default = SmtpCheckDefinition.DefaultHeloName }, static (r, b) =>
            b.HeloName = r.Word("name"));
        IKeywordBlock<SmtpHostBuilder> host = block.Block<SmtpHostBuilder>(
            new("host", "{ … }", "Another server to ask; each block makes a checker.") { ReplacedBy = "several SMTP_CHECK blocks", IsQuietlyDeprecated = true },
            static (r, _) => new SmtpHostBuilder { Location = r.Location },
            static (_, check, host) => check.Hosts.Add(host.Options));
        host.AddCheckOptions(CheckOptionSet.All, CheckOptionDefaults.Usual, Replacement);
    }
}

/// <summary>An <c>SMTP_CHECK</c> block while it is read.</summary>
internal sealed class SmtpCheckBuilder : CheckerBuilder
{
    public string HeloName { get; set; } = SmtpCheckDefinition.DefaultHeloName;

    /// <summary>The options of its <c>host</c> blocks.</summary>
    public List<CheckOptions> Hosts { get; } = [];

    /// <inheritdoc/>
    public override CheckerDefinition Build(IConfigurationSession session) => new SmtpCheckDefinition(Options, HeloName);

    /// <inheritdoc/>
    public override void AddTo(ICheckedServer server, IConfigurationSession session)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (Hosts.Count == 0)
        {
            base.AddTo(server, session);
        }

        foreach (CheckOptions host in Hosts)
        {
            server.AddChecker(new SmtpCheckDefinition(host.Over(Options), HeloName), Location);
        }
    }
}

/// <summary>A <c>host</c> block while it is read.</summary>
internal sealed class SmtpHostBuilder : CheckerBuilder
{
    /// <inheritdoc/>
    public override CheckerDefinition? Build(IConfigurationSession session) => null;
}

/// <summary>An <c>SMTP_CHECK</c> as configured.</summary>
/// <param name="Options">The common options.</param>
/// <param name="HeloName"><c>helo_name</c>.</param>
internal sealed record SmtpCheckDefinition(CheckOptions Options, string HeloName) : CheckerDefinition("SMTP_CHECK", Options)
{
    /// <summary>The name where nothing is written.</summary>
    public const string DefaultHeloName = "smtpchecker.keepalived.org";

    /// <inheritdoc/>
    public override bool MayBeShared => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new SmtpChecker(HeloName);
}
