using Keepalived.Configuration;

namespace Keepalived.Keywords.Tests;

/// <summary>Every keyword with a good value, with a bad one, and alone, through the reading that <c>-t</c> does.</summary>
public sealed class CaseTests
{
    private static readonly Dictionary<string, ListedKeyword> _keywords = AllKeywords.Listed();

    public static TheoryData<string> Paths => [.. KeywordCase.All.Keys.Order(StringComparer.Ordinal)];

    public static TheoryData<string> PathsWithBadValue => [.. KeywordCase.All.Values.Where(static entry => entry.HasBad).Select(static entry => entry.Path).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_good_value_is_accepted_without_a_finding(string path)
    {
        KeywordCase entry = KeywordCase.All[path];
        CaseText text = CaseText.Make(path, entry.Good, _keywords);
        Diagnostic[] findings = FindingsOf(text);
        Assert.True(!findings.Any(static finding => !IsHarmless(finding)), Explain(entry, text, findings));
    }

    [Theory]
    [MemberData(nameof(PathsWithBadValue))]
    public void A_bad_value_is_found_at_its_line_with_its_class(string path)
    {
        KeywordCase entry = KeywordCase.All[path];
        CaseText text = CaseText.Make(path, entry.Bad, _keywords);
        Diagnostic[] findings = FindingsOf(text);
        Assert.True(
            findings.Any(finding => string.Equals(finding.Class.ToString(), entry.Class, StringComparison.OrdinalIgnoreCase) && !IsHarmless(finding)),
            $"expected {entry.Class}; " + Explain(entry, text, findings));
        Assert.True(
            findings.All(static finding => finding.Location.Column > 0 && (finding.Remedy is not null || IsHarmless(finding))),
            "a finding lacks its column or a remedy; " + Explain(entry, text, findings));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_keyword_alone_lacks_its_argument_unless_it_needs_none(string path)
    {
        KeywordCase entry = KeywordCase.All[path];
        CaseText text = CaseText.Make(path, null, _keywords);
        Diagnostic[] findings = [.. FindingsOf(text).Where(static finding => !IsHarmless(finding))];
        string expected = entry.Alone.Length > 0 ? entry.Alone
            : MayStandAlone(path) ? "accepted"
            : nameof(DiagnosticClass.MissingParameter);
        bool met = expected == "accepted"
            ? !findings.Any(static finding => finding.Class == DiagnosticClass.MissingParameter)
            : findings.Any(finding => string.Equals(finding.Class.ToString(), expected, StringComparison.OrdinalIgnoreCase));
        Assert.True(met, $"expected {expected}; " + Explain(entry, text, findings));
    }

    private static bool MayStandAlone(string path) =>
        ReferenceKeyword.All.TryGetValue(path, out ReferenceKeyword? reference) ? reference.MayStandAlone : _keywords[path].Spec.Arguments is ['{' or '[', ..] or "";

    private static Diagnostic[] FindingsOf(CaseText text) =>
        [.. AllKeywords.ReadText(text.Text).Findings.Where(finding => finding.Location.Origin is { } origin && origin.Line >= text.First && origin.Line <= text.Last)];

    /// <summary>That a keyword is deprecated or has no effect yet is said of its good value too.</summary>
    private static bool IsHarmless(Diagnostic finding) =>
        finding.Class == DiagnosticClass.Deprecated ||
        (finding.Class == DiagnosticClass.Ok && (finding.Message.Contains("has no effect", StringComparison.Ordinal) || finding.Message.EndsWith("is deprecated", StringComparison.Ordinal)));

    private static string Explain(KeywordCase entry, CaseText text, Diagnostic[] findings) =>
        $"{entry.File}:{entry.Line} {entry.Path}\n{text.Text}--- findings on lines {text.First} to {text.Last}:\n" +
        string.Join('\n', findings.Select(static finding => $"{finding.Class} {DiagnosticPrinter.FormatLine(finding)}"));
}
