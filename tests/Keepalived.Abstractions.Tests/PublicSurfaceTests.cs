namespace Keepalived.Abstractions.Tests;

public sealed class PublicSurfaceTests
{
    /// <summary>Set to the path of PublicSurface.txt to write it anew; the change is then reviewed as a diff.</summary>
    private const string RewriteVariable = "KEEPALIVED_REWRITE_PUBLIC_SURFACE";

    [Fact]
    public void The_contract_has_exactly_the_recorded_public_surface()
    {
        string actual = PublicSurface.Render(typeof(MonotonicTime).Assembly);
        if (Environment.GetEnvironmentVariable(RewriteVariable) is { Length: > 0 } path)
        {
            File.WriteAllText(path, actual);
        }

        using StreamReader reader = new(typeof(PublicSurfaceTests).Assembly.GetManifestResourceStream("PublicSurface.txt")!);
        string recorded = reader.ReadToEnd();
        string[] added = [.. actual.Split('\n').Except(recorded.Split('\n'))];
        string[] removed = [.. recorded.Split('\n').Except(actual.Split('\n'))];

        Assert.True(
            actual == recorded,
            $"The public surface of Keepalived.Abstractions changed. Review it, then run eng/record-public-surface.\nAdded:\n{string.Join('\n', added)}\nRemoved:\n{string.Join('\n', removed)}");
    }

    [Fact]
    public void The_contract_exports_only_types_under_the_Keepalived_namespace() =>
        Assert.All(typeof(MonotonicTime).Assembly.GetExportedTypes(), type => Assert.StartsWith("Keepalived", type.Namespace, StringComparison.Ordinal));

    [Fact]
    public void The_contract_references_nothing_of_ours() =>
        Assert.DoesNotContain(
            typeof(MonotonicTime).Assembly.GetReferencedAssemblies(),
            reference => reference.Name!.StartsWith("Keepalived", StringComparison.Ordinal));
}
