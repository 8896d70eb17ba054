using System.Text;

namespace Keepalived.Configuration.Tests;

/// <summary>A file of a wrong kind has as many mistakes as lines.</summary>
public sealed class FindingListTests
{
    [Fact]
    public void Of_very_many_findings_of_one_class_some_are_kept_and_the_rest_is_counted()
    {
        var list = new FindingList();
        for (int i = 0; i < 5_000; i++)
        {
            list.Add(Finding(DiagnosticClass.UnknownKeyword, i));
        }

        list.Add(Finding(DiagnosticClass.Fatal, 0));
        Assert.Equal(FindingList.MostOfOneClass + 1, list.Kept.Count);
        Assert.Equal([new LeftOutFindings(DiagnosticClass.UnknownKeyword, null, 5_000 - FindingList.MostOfOneClass)], list.LeftOut);
    }

    [Fact]
    public void A_finding_that_is_kept_is_not_counted_again()
    {
        var list = new FindingList();
        for (int i = 0; i < 3 * FindingList.MostOfOneClass; i++)
        {
            list.Add(Finding(DiagnosticClass.Warning, i % FindingList.MostOfOneClass));
        }

        Assert.Equal(FindingList.MostOfOneClass, list.Kept.Count);
        Assert.Empty(list.LeftOut);
    }

    [Fact]
    public void A_lint_rule_does_not_crowd_out_other_findings()
    {
        var list = new FindingList();
        for (int i = 0; i < 2 * FindingList.MostOfOneClass; i++)
        {
            list.Add(Finding(DiagnosticClass.Ok, i) with { Rule = "chatty" });
        }

        list.Add(Finding(DiagnosticClass.Ok, 1));
        Assert.Contains(list.Kept, static finding => finding.Rule is null);
        Assert.Equal("1000 more findings of rule chatty are not shown", Assert.Single(list.LeftOut).ToDiagnostic().Message);
    }

    [Fact]
    public void A_file_of_nothing_but_mistakes_takes_little_memory_and_keeps_its_verdict()
    {
        string text = string.Concat(Enumerable.Repeat("nonsense \"\n", 50_000));
        ExpandedConfiguration configuration = ConfigurationReader.Read(
            "/k.conf", new ConfigurationReadOptions { FileSystem = new MemoryFiles().Add("/k.conf", Encoding.ASCII.GetBytes(text)) });
        var session = new ConfigurationSession(Plugins.PluginRoles.All, isTest: true, new AnyScript());
        ConfigurationWalk.Run(configuration, DemoKeywords.Build(Plugins.PluginRoles.All), DemoKeywords.Known(), session, Plugins.PluginRoles.All);
        Assert.Equal(2 * FindingList.MostOfOneClass, session.Diagnostics.Count);
        Assert.Equal(
            [(DiagnosticClass.UnmatchedQuote, 49_000), (DiagnosticClass.UnknownKeyword, 49_000)], session.LeftOut.Select(static counted => (counted.Class, counted.Count)));
        Assert.Equal(DiagnosticVerdict.Findings, DiagnosticVerdict.ExitCodeFor(session.Diagnostics, mainFileFound: true));

        using var writer = new StringWriter();
        DiagnosticJson.Write(writer, configuration, "/k.conf", session.Diagnostics, 5, session.LeftOut);
        using var document = System.Text.Json.JsonDocument.Parse(writer.ToString());
        Assert.Equal(
            [("unmatched-quote", 49_000), ("unknown-keyword", 49_000)],
            document.RootElement.GetProperty("leftOut").EnumerateArray().Select(static counted => (counted.GetProperty("class").GetString()!, counted.GetProperty("count").GetInt32())));
    }

    private static Diagnostic Finding(DiagnosticClass findingClass, int column) =>
        new(findingClass, DiagnosticSeverity.Error, new SourceLocation(new SourceOrigin("k.conf", 1, SourceRelation.Main, null, null), column), "x");
}
