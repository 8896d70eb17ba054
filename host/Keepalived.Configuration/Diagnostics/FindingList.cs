namespace Keepalived.Configuration;

/// <summary>
/// Findings in the order of reporting, each once, and of each class (of lint, of each rule) only so many: a file of a wrong kind has as many
/// mistakes as lines, and nobody reads more than a few. The rest is counted. The verdict needs only to know which classes there are.
/// </summary>
internal sealed class FindingList
{
    /// <summary>Findings that are kept of one class.</summary>
    public const int MostOfOneClass = 1000;

    private readonly List<Diagnostic> _findings = [];
    private readonly HashSet<Diagnostic> _seen = [];
    private readonly Dictionary<(DiagnosticClass Class, string? Rule), int> _counts = [];

    /// <summary>Those that are kept.</summary>
    public IReadOnlyList<Diagnostic> Kept => _findings;

    /// <summary>How many were left out of which class and lint rule. What is left out may have been reported several times.</summary>
    public IEnumerable<LeftOutFindings> LeftOut
    {
        get
        {
            foreach (((DiagnosticClass findingClass, string? rule), int count) in _counts)
            {
                if (count > MostOfOneClass)
                {
                    yield return new(findingClass, rule, count - MostOfOneClass);
                }
            }
        }
    }

    /// <summary>Adds a finding unless it is there.</summary>
    public void Add(Diagnostic finding)
    {
        int count = _counts.GetValueOrDefault((finding.Class, finding.Rule));
        if (count >= MostOfOneClass)
        {
            if (count < int.MaxValue && !_seen.Contains(finding))
            {
                _counts[(finding.Class, finding.Rule)] = count + 1;
            }
        }
        else if (_seen.Add(finding))
        {
            _findings.Add(finding);
            _counts[(finding.Class, finding.Rule)] = count + 1;
        }
    }

    /// <summary>Counts what another list left out.</summary>
    public void AddLeftOut(LeftOutFindings leftOut)
    {
        int count = Math.Max(MostOfOneClass, _counts.GetValueOrDefault((leftOut.Class, leftOut.Rule)));
        _counts[(leftOut.Class, leftOut.Rule)] = (int)Math.Min(int.MaxValue, (long)count + leftOut.Count);
    }
}

/// <summary>Findings that were counted and not kept.</summary>
/// <param name="Class">Their class.</param>
/// <param name="Rule">Their lint rule; null for everything else.</param>
/// <param name="Count">Their number.</param>
public readonly record struct LeftOutFindings(DiagnosticClass Class, string? Rule, int Count)
{
    /// <summary>As a finding, for whoever shows findings to people. It has no place and does not change the verdict.</summary>
    public Diagnostic ToDiagnostic() => new(
        DiagnosticClass.Ok,
        DiagnosticSeverity.Information,
        SourceLocation.None,
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Count} more finding{(Count == 1 ? "" : "s")} of {(Rule is null ? $"class {DiagnosticJson.NameOf(Class)}" : $"rule {Rule}")} {(Count == 1 ? "is" : "are")} not shown"),
        "correct those that are shown and look again");
}
