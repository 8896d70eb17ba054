// BFD_CHECK: a real server is well while a BFD session is up. The plugin owns the keywords, the record and what a session's state means;
// sessions belong to the BFD process, which tells of them (IBfdSessions). Runs on the loop thread of the checker process; probes nothing.
using Keepalived.Checkers.Bfd;
using Keepalived.Checking;
using Keepalived.Configuration;
using Keepalived.Plugins;
using Keepalived.Tracking;

[assembly: KeepalivedPlugin("checker-bfd", PluginRoles.Checker, typeof(BfdCheckerPlugin), PluginContract.Version)]
[assembly: PluginKeywords("virtual_server/real_server", "BFD_CHECK")]

namespace Keepalived.Checkers.Bfd;

/// <summary>Registers <c>BFD_CHECK</c>.</summary>
public sealed class BfdCheckerPlugin : IPlugin
{
    /// <inheritdoc/>
    public void RegisterKeywords(IKeywordTree keywords)
    {
        IKeywordBlock<BfdCheckBuilder> block = keywords.AddChecker<BfdCheckBuilder>(
            new KeywordSpec("BFD_CHECK", "{ … }", "A BFD session with the server is up."),
            CheckOptionSet.Alpha,
            CheckOptionDefaults.Usual);
        block.Keyword(new("name", "BFD_INSTANCE", "The bfd_instance to follow."), static (r, b) =>
        {
            b.IsNamed = true;
            string name = r.Word("name of a bfd_instance");
            b.Name = r.Session.Get<TrackedBfdInstances>().Find(name)?.Name
                ?? throw r.Reject($"there is no bfd_instance '{name}' above: the checker is left out", $"add, above: bfd_instance {name} {{ neighbor_ip ADDRESS }}");
        });
    }
}

/// <summary>A <c>BFD_CHECK</c> block while it is read.</summary>
internal sealed class BfdCheckBuilder : CheckerBuilder
{
    public string? Name { get; set; }

    /// <summary>A name is there, even if it is nobody's, which has been reported.</summary>
    public bool IsNamed { get; set; }

    /// <inheritdoc/>
    public override CheckerDefinition? Build(IConfigurationSession session)
    {
        if (Name is not null)
        {
            return new BfdCheckDefinition(Options, Name);
        }

        if (IsNamed)
        {
            return null;
        }

        session.Error(Location, "BFD_CHECK names no bfd_instance: the checker is left out", "add: name BFD_INSTANCE");
        return null;
    }
}

/// <summary>A <c>BFD_CHECK</c> as configured.</summary>
/// <param name="Options">The common options, of which it has <c>alpha</c>.</param>
/// <param name="Name">Name of the <c>bfd_instance</c>.</param>
internal sealed record BfdCheckDefinition(CheckOptions Options, string Name) : CheckerDefinition("BFD_CHECK", Options)
{
    /// <inheritdoc/>
    public override string Describe(in CheckResult result) => $"BFD CHECK {Name} {(result.IsUp ? "UP" : "DOWN")} on service";

    /// <inheritdoc/>
    public override bool WaitsToBeTold => true;

    /// <inheritdoc/>
    public override IChecker CreateChecker(CheckTarget target) => new BfdChecker(Name);
}
