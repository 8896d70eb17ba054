using System.Globalization;
using System.Text.RegularExpressions;
using Keepalived.Configuration;
using Keepalived.Host.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary>One file with many different mistakes: each is found in one run, at its place, with a remedy, and nothing else is.</summary>
public sealed partial class MistakesTests
{
    private static readonly string _file = Path.Combine(AppContext.BaseDirectory, "Files", "mistakes.conf");

    [Fact]
    public void Every_mistake_is_found_in_one_run_at_its_line_and_column()
    {
        string[] expected = [.. Expected()];
        string[] found = [.. Findings().Select(static finding => string.Create(CultureInfo.InvariantCulture, $"{PlaceOf(finding)} {finding.Class}")).Order(StringComparer.Ordinal)];
        Assert.True(expected.Length >= 20);
        Assert.True(expected.SequenceEqual(found), $"not found: {string.Join(", ", expected.Except(found))}\nnot expected:\n" +
            string.Join('\n', Findings().Where(finding => !expected.Contains($"{PlaceOf(finding)} {finding.Class}")).Select(static finding => $"{finding.Class} {DiagnosticPrinter.FormatLine(finding)}")));
    }

    [Fact]
    public void Every_finding_has_a_remedy() =>
        Assert.Empty(Findings().Where(static finding => string.IsNullOrEmpty(finding.Remedy)).Select(DiagnosticPrinter.FormatLine));

    [Fact]
    public void No_two_findings_say_the_same() =>
        Assert.Equal(Findings().Count, Findings().Select(static finding => finding.Message).Distinct(StringComparer.Ordinal).Count());

    private static IReadOnlyList<Diagnostic> Findings()
    {
        Reading reading = AllKeywords.Read(_file);
        return [.. reading.Findings.Where(static finding => !finding.Message.EndsWith("has no effect in this version", StringComparison.Ordinal))];
    }

    private static IEnumerable<string> Expected()
    {
        List<string> expected = [];
        int number = 0;
        foreach (string line in File.ReadLines(_file))
        {
            number++;
            if (Mark().Match(line) is { Success: true } mark)
            {
                expected.Add(string.Create(CultureInfo.InvariantCulture, $"{number}:{mark.Groups[1].Value} {mark.Groups[2].Value}"));
            }
        }

        return expected.Order(StringComparer.Ordinal);
    }

    /// <summary>The place where the mistake was written down: for what came from a definition, that of the line that used it.</summary>
    private static string PlaceOf(Diagnostic finding) =>
        string.Create(CultureInfo.InvariantCulture, $"{finding.Location.Origin?.Line}:{finding.Location.Column}");

    [GeneratedRegex(@"#= (\d+) (\w+)")]
    private static partial Regex Mark();
}
