using System.Text.RegularExpressions;

namespace Keepalived.Vrrp.Tests;

/// <summary>Holds the list of statements to its word: every test that it names is there.</summary>
public sealed partial class StatementTests
{
    [Fact]
    public void Every_test_that_a_statement_names_exists()
    {
        string tests = Path.Combine(Root(), "tests");
        Dictionary<string, HashSet<string>> claims = [];
        foreach (string file in Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories))
        {
            // Classes of one name in several projects count together.
            string name = Path.GetFileNameWithoutExtension(file);
            claims.TryAdd(name, []);
            claims[name].UnionWith(Claim().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));
        }

        List<string> missing = [];
        foreach (string[] columns in Statements())
        {
            Assert.Equal(3, columns.Length);
            missing.AddRange(columns[2].StartsWith("open: ", StringComparison.Ordinal)
                ? []
                : columns[2].Split(' ').Where(test => !IsThere(test, claims)).Select(test => $"{columns[1]}: {test}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void No_more_statements_are_open_than_were() =>
        Assert.InRange(Statements().Count(columns => columns[2].StartsWith("open: ", StringComparison.Ordinal)), 0, 1);

    private static bool IsThere(string test, Dictionary<string, HashSet<string>> claims)
    {
        const string Golden = "golden:";
        if (test.StartsWith(Golden, StringComparison.Ordinal))
        {
            return File.Exists(Path.Combine(AppContext.BaseDirectory, "Golden", test[Golden.Length..] + ".golden"));
        }

        return test.Split('.') is [var type, var method] && claims.TryGetValue(type, out HashSet<string>? methods) && methods.Contains(method);
    }

    private static IEnumerable<string[]> Statements() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "statements.tsv")).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t'));

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Plugins.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Plugins.sln above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(@"public (?:async )?(?:void|Task|ValueTask) (\w+)\(")]
    private static partial Regex Claim();
}
