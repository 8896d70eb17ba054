using System.Text;

namespace Keepalived.Configuration;

/// <summary>
/// Writes findings for people:
/// <code>
/// error: keepalived.conf:3:10: priority 300 is outside 1..255
///     priority 300
///              ^
///   remedy: write a number from 1 to 255
/// </code>
/// and, for what stands in an included file, the chain of lines that led to it.
/// </summary>
public sealed class DiagnosticPrinter
{
    private const string Red = "\e[31m";
    private const string Yellow = "\e[33m";
    private const string Cyan = "\e[36m";
    private const string Plain = "\e[0m";

    private readonly ExpandedConfiguration? _configuration;
    private readonly bool _colour;
    private FindingSources? _sources;

    /// <summary>Creates a printer.</summary>
    /// <param name="configuration">Where source lines are looked up; null leaves them out.</param>
    /// <param name="colour">Use terminal colours for the severity and the caret.</param>
    public DiagnosticPrinter(ExpandedConfiguration? configuration, bool colour = false)
    {
        _configuration = configuration;
        _colour = colour;
    }

    /// <summary>Writes all findings.</summary>
    public void Print(TextWriter writer, IEnumerable<Diagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(diagnostics);
        IReadOnlyCollection<Diagnostic> all = diagnostics as IReadOnlyCollection<Diagnostic> ?? [.. diagnostics];
        _sources = _configuration is null ? null : new FindingSources(_configuration, all);
        foreach (Diagnostic diagnostic in all)
        {
            writer.Write(Format(diagnostic));
        }
    }

    /// <summary>One finding as text of several lines, each with its newline.</summary>
    public string Format(Diagnostic diagnostic)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        FindingSources? sources = _sources ?? (_configuration is null ? null : new FindingSources(_configuration, [diagnostic]));
        var text = new StringBuilder();
        (string word, string colour) = diagnostic.Severity switch
        {
            DiagnosticSeverity.Error => ("error", Red),
            DiagnosticSeverity.Warning => ("warning", Yellow),
            _ => ("note", Cyan),
        };
        text.Append(Coloured(word, colour)).Append(": ");
        if (diagnostic.Location.Origin is { } origin)
        {
            text.Append(origin.Line > 0 ? diagnostic.Location.ToString() : origin.File).Append(": ");
            text.Append(diagnostic.Message).Append(RuleOf(diagnostic)).Append('\n');
            AppendSource(text, sources, diagnostic.Location, colour);
            AppendChain(text, origin);
            AppendNote(text, sources, diagnostic.Note);
        }
        else
        {
            text.Append(diagnostic.Message).Append(RuleOf(diagnostic)).Append('\n');
        }

        if (diagnostic.Remedy is { } remedy)
        {
            text.Append("  remedy: ").Append(remedy).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One finding on one line, for the log.</summary>
    public static string FormatLine(Diagnostic diagnostic)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        string place = diagnostic.Location.Origin is { } origin ? (origin.Line > 0 ? diagnostic.Location.ToString() : origin.File) + ": " : "";
        string note = diagnostic.Note is { } other ? $" ({other.Message}: {other.Location})" : "";
        return place + diagnostic.Message + note + RuleOf(diagnostic) + (diagnostic.Remedy is null ? "" : "; " + diagnostic.Remedy);
    }

    private static string RuleOf(Diagnostic diagnostic) => diagnostic.Rule is { } rule ? $" [{rule}]" : "";

    private static void AppendChain(StringBuilder text, SourceOrigin origin)
    {
        for (SourceOrigin? inner = origin; inner.Parent is { } outer; inner = outer)
        {
            string relation = inner.Relation switch
            {
                SourceRelation.ExpandedFrom => "expanded from",
                SourceRelation.RepeatedFrom => "repeated from",
                _ => "included from",
            };
            text.Append("  ").Append(relation);
            if (inner.Detail is not null)
            {
                text.Append(' ').Append(inner.Detail).Append(" at");
            }

            text.Append(' ').Append(outer.File).Append(':').Append(outer.Line).Append('\n');
        }
    }

    private void AppendNote(StringBuilder text, FindingSources? sources, DiagnosticNote? note)
    {
        if (note is null)
        {
            return;
        }

        text.Append("  ").Append(Coloured("note", Cyan)).Append(": ").Append(note.Location.ToString()).Append(": ").Append(note.Message).Append('\n');
        AppendSource(text, sources, note.Location, Cyan);
        if (note.Location.Origin is { } origin)
        {
            AppendChain(text, origin);
        }
    }

    private void AppendSource(StringBuilder text, FindingSources? sources, SourceLocation location, string colour)
    {
        if (location.Origin is not { } origin || sources?.Find(origin) is not { } line)
        {
            return;
        }

        string source = sources.TextOf(line);
        text.Append("    ").Append(source).Append('\n');
        int before = location.Column - sources.ColumnOf(line);
        if (location.Column <= 0 || before < 0)
        {
            return;
        }

        text.Append("    ");
        int column = 0;
        for (int i = 0; i < source.Length && column < before; i++, column++)
        {
            text.Append(source[i] == '\t' ? '\t' : ' ');
            i += char.IsHighSurrogate(source[i]) ? 1 : 0;
        }

        text.Append(' ', Math.Min(before - column, 1)).Append(Coloured("^", colour)).Append('\n');
    }

    private string Coloured(string text, string colour) => _colour ? colour + text + Plain : text;
}
