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
        (string tree, string findings, string exit) = golden.Run();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            golden.Save(tree, findings, exit);
            return;
        }

        Assert.Equal(golden.Expected("tree"), tree);
        Assert.Equal(golden.Expected("findings"), findings);
        Assert.Equal(golden.Expected("exit"), exit);
    }

    [Fact]
    public void There_are_at_least_forty_behaviours() => Assert.True(Names.Count >= 40, $"only {Names.Count} golden files were found");
}
