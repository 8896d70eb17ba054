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
    public static void Write(
        TextWriter writer, ExpandedConfiguration configuration, string file, IReadOnlyList<Diagnostic> diagnostics, int exitCode)
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
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
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

        if (diagnostic.Location.Origin is { } origin)
        {
            WritePlace(json, origin);
            if (diagnostic.Location.Column > 0)
            {
                json.WriteNumber("column", diagnostic.Location.Column);
            }

            if (lines.Find(origin) is { } line)
            {
                json.WriteString("source", lines.TextOf(line));
            }

            WriteChain(json, origin);
        }

        json.WriteEndObject();
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
