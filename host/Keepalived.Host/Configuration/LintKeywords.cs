using Keepalived.Configuration;
using Keepalived.Plugins;

namespace Keepalived.Host.Configuration;

/// <summary>The block <c>lint</c> of <c>global_defs</c>: which lint rules speak under <c>-t</c>. Ours; keepalived does not know it.</summary>
internal static class LintKeywords
{
    internal static void Register(KeywordTree tree, IKeywordBlock<IConfigurationSession> globals) =>
        globals.Lines(
            new("lint", "{ RULE [on|off] … }", "Lint rules to switch on or off under -t; `config lint --rules` lists them."),
            (reader, session) => Read(reader, session, tree));

    private static void Read(IKeywordReader reader, IConfigurationSession session, KeywordTree tree)
    {
        string rule = reader.Word("name of the rule");

        // Only under -t is every plugin there to name its rules.
        if (session.IsTest && !tree.LintRules.ContainsKey(rule))
        {
            reader.Warn($"there is no lint rule '{rule}'", NearestKeyword.Find(rule, tree.LintRules.Keys) is { } nearest ? $"did you mean '{nearest}'?" : "keepalived config lint --rules lists the rules");
        }

        session.Get<LintSelection>().Configure(rule, reader.OptionalBoolean());
    }
}
