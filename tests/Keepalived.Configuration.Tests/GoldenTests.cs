using System.Runtime.CompilerServices;
using Keepalived.Plugins;

namespace Keepalived.Configuration.Tests;

public sealed class GoldenTests
{
    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(GoldenFile.OutputDirectory, "*.golden").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_configuration_gives_the_recorded_tree_findings_and_exit_code(string name)
    {
        GoldenFile golden = GoldenFile.Load(name);
        golden.Verify(golden.Run(Walk), SourceDirectory());
    }

    [Fact]
    public void There_are_at_least_two_hundred_behaviours() => Assert.True(Names.Count >= 200, $"only {Names.Count} golden files were found");

    private static (IReadOnlyList<Diagnostic> Findings, string Tree) Walk(ExpandedConfiguration configuration, PluginRoles roles)
    {
        var session = new ConfigurationSession(roles, isTest: roles == PluginRoles.All, new AnyScript());
        ConfigurationWalk.Run(configuration, DemoKeywords.Build(roles), DemoKeywords.Known(), session, roles);
        return (session.Diagnostics, session.Get<Seen>().ToString());
    }

    private static string SourceDirectory([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");
}
