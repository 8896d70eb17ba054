using Banner;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;

// Read from metadata, before anything of the plugin is loaded: its name in logs, the process that it runs in, the class to begin with.
[assembly: KeepalivedPlugin("checker-banner", PluginRoles.Checker, typeof(BannerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "BANNER_CHECK")]

namespace Banner;

/// <summary>Registers <c>BANNER_CHECK</c>.</summary>
public sealed class BannerPlugin : IPlugin
{
    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        // AddChecker adds the options that all checkers have; what comes on top is this checker's own.
        IKeywordBlock<BannerBuilder> block = keywords.AddChecker<BannerBuilder>("BANNER_CHECK", "The server's first line begins as expected.");
        block.Keyword(
            new("expect", "STRING", "What the first line begins with.") { Default = BannerDefinition.UsualBeginning },
            static (reader, builder) =>
            {
                string text = reader.Word("beginning of the first line");
                if (text.Length > BannerDefinition.LongestBeginning)
                {
                    throw reader.Reject($"more than {BannerDefinition.LongestBeginning} characters", "expect a shorter text");
                }

                builder.Beginning = text;
            });
    }
}

/// <summary>A <c>BANNER_CHECK</c> block while it is read.</summary>
internal sealed class BannerBuilder : CheckerBuilder
{
    public string Beginning { get; set; } = BannerDefinition.UsualBeginning;

    /// <inheritdoc/>
    public override CheckerDefinition Build(IConfigurationSession session) => new BannerDefinition(Options, Beginning);
}
