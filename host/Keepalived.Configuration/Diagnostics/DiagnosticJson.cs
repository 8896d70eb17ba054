using System.Text;
using System.Text.Json;

namespace Keepalived.Configuration;

/// <summary>
/// Findings for programs (<c>-t --format json</c>). The schema is documented in docs/configuration-findings.md: members are only added; a
/// change of meaning raises <see cref="SchemaVersion"/>.
/// </summary>
public static class DiagnosticJson
{
    /// <summary>Version of the schema.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Writes one document with all findings.</summary>
    /// <param name="writer">Where it goes.</param>
    /// <param name="configuration">Where source lines are looked up.</param>
    /// <param name="file">The main file as it was named.</param>
    /// <param name="diagnostics">The findings.</param>
    /// <param name="exitCode">What -t ends with.</param>
    /// <param name="leftOut">What was counted only; null = nothing.</param>
    public static void Write(
        TextWriter writer,
        ExpandedConfiguration configuration,
        string file,
        IReadOnlyList<Diagnostic> diagnostics,
        int exitCode,
        IReadOnlyList<LeftOutFindings>? leftOut = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(diagnostics);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteString("file", file);
            json.WriteBoolean("fileFound", configuration.MainFileFound);
            json.WriteNumber("exitCode", exitCode);
            json.WriteStartArray("findings");
            FindingSources lines = new(configuration, diagnostics);
            foreach (Diagnostic diagnostic in diagnostics)
            {
                WriteFinding(json, lines, diagnostic);
            }

            json.WriteEndArray();
            WriteLeftOut(json, leftOut ?? []);
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    /// <summary>The name of a class in documents.</summary>
    internal static string NameOf(DiagnosticClass findingClass) => Hyphenated(findingClass.ToString());

    private static void WriteLeftOut(Utf8JsonWriter json, IReadOnlyList<LeftOutFindings> leftOut)
    {
        if (leftOut.Count == 0)
        {
            return;
        }

        json.WriteStartArray("leftOut");
        foreach (LeftOutFindings counted in leftOut)
        {
            json.WriteStartObject();
            json.WriteString("class", NameOf(counted.Class));
            if (counted.Rule is { } rule)
            {
                json.WriteString("rule", rule);
            }

            json.WriteNumber("count", counted.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFinding(Utf8JsonWriter json, FindingSources lines, Diagnostic diagnostic)
    {
        json.WriteStartObject();
        json.WriteString("severity", Hyphenated(diagnostic.Severity.ToString()));
        json.WriteString("class", Hyphenated(diagnostic.Class.ToString()));
        json.WriteString("message", diagnostic.Message);
        if (diagnostic.Remedy is { } remedy)
        {
            json.WriteString("remedy", remedy);
        }

        if (diagnostic.Rule is { } rule)
        {
            json.WriteString("rule", rule);
        }

        WriteLocation(json, lines, diagnostic.Location);
        if (diagnostic.Note is { } note)
        {
            json.WriteStartObject("note");
            json.WriteString("message", note.Message);
            WriteLocation(json, lines, note.Location);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter json, FindingSources lines, SourceLocation location)
    {
        if (location.Origin is not { } origin)
        {
            return;
        }

        WritePlace(json, origin);
        if (location.Column > 0)
        {
            json.WriteNumber("column", location.Column);
        }

        if (lines.Find(origin) is { } line)
        {
            json.WriteString("source", lines.TextOf(line));
        }

        WriteChain(json, origin);
    }

    private static void WritePlace(Utf8JsonWriter json, SourceOrigin origin)
    {
        json.WriteString("file", origin.File);
        if (origin.Line > 0)
        {
            json.WriteNumber("line", origin.Line);
        }
    }

    private static void WriteChain(Utf8JsonWriter json, SourceOrigin origin)
    {
        if (origin.Parent is null)
        {
            return;
        }

        json.WriteStartArray("origins");
        for (SourceOrigin? inner = origin; inner.Parent is { } outer; inner = outer)
        {
            json.WriteStartObject();
            json.WriteString("relation", Hyphenated(inner.Relation.ToString()));
            if (inner.Detail is { } detail)
            {
                json.WriteString("detail", detail);
            }

            WritePlace(json, outer);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary><c>MissingParameter</c> as <c>missing-parameter</c>.</summary>
    private static string Hyphenated(string name)
    {
        var text = new StringBuilder();
        foreach (char character in name)
        {
            if (char.IsUpper(character) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(character));
        }

        return text.ToString();
    }
}
