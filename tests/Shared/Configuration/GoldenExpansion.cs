using System.Globalization;
using System.Text;

namespace Keepalived.Configuration.Tests;

/// <summary>
/// The statements after preprocessing, each behind its place; below a line that was put together, the parts of it that come from elsewhere:
/// <code>
/// keepalived.conf:2:1     priority 100
///   [100] keepalived.conf:1:4 expanded from $P at keepalived.conf:2
/// </code>
/// </summary>
internal static class GoldenExpansion
{
    public static string Describe(ExpandedConfiguration configuration)
    {
        var text = new StringBuilder();
        for (int line = 0; line < configuration.Lines.Length; line++)
        {
            if (configuration.Lines[line].Kind == ExpandedLineKind.Statement)
            {
                text.Append(CultureInfo.InvariantCulture, $"{configuration.LocationOf(line, 0),-24}{SourceText.Decode(configuration.TextOf(line))}\n");
                AppendParts(text, configuration, line);
            }
        }

        return text.ToString();
    }

    private static void AppendParts(StringBuilder text, ExpandedConfiguration configuration, int line)
    {
        ReadOnlySpan<byte> bytes = configuration.TextOf(line);
        int start = 0;
        SourceLocation place = configuration.LocationOf(line, 0);
        for (int offset = 1; offset <= bytes.Length; offset++)
        {
            SourceLocation next = configuration.LocationOf(line, offset);
            bool continues = Equals(next.Origin, place.Origin) && next.Column == place.Column + SourceText.CharacterCount(bytes[start..offset]);
            if (offset < bytes.Length && continues)
            {
                continue;
            }

            if (start > 0 || place.Origin!.Relation is SourceRelation.ExpandedFrom or SourceRelation.RepeatedFrom)
            {
                text.Append(CultureInfo.InvariantCulture, $"  [{SourceText.Decode(bytes[start..offset])}] {place}{Chain(place.Origin!)}\n");
            }

            start = offset;
            place = next;
        }
    }

    private static string Chain(SourceOrigin origin)
    {
        var text = new StringBuilder();
        for (SourceOrigin inner = origin; inner.Parent is { } outer; inner = outer)
        {
            string relation = inner.Relation switch
            {
                SourceRelation.ExpandedFrom => "expanded from",
                SourceRelation.RepeatedFrom => "repeated as",
                _ => "included",
            };
            text.Append(CultureInfo.InvariantCulture, $" {relation} {inner.Detail}{(inner.Detail is null ? "" : " ")}at {outer.File}:{outer.Line}");
        }

        return text.ToString();
    }
}
