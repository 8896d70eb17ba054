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
                SourceLocation place = configuration.LocationOf(line, 0);
                text.Append(CultureInfo.InvariantCulture, $"{place,-24}{SourceText.Decode(configuration.TextOf(line))}\n");
                AppendParts(text, configuration, line, Chain(place.Origin!));
            }
        }

        return text.ToString();
    }

    private static void AppendParts(StringBuilder text, ExpandedConfiguration configuration, int line, string chain)
    {
        if (chain.Contains("expanded", StringComparison.Ordinal) || chain.Contains("repeated", StringComparison.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {chain}\n");
        }

        TextSegment[] segments = configuration.SegmentsOf(line);
        for (int i = 0; i < segments.Length; i++)
        {
            int end = i + 1 < segments.Length ? segments[i + 1].Start : configuration.Lines[line].Length;
            SourceLocation place = configuration.LocationOf(line, segments[i].Start);
            string own = Chain(place.Origin!);
            string part = SourceText.Decode(configuration.TextOf(line)[segments[i].Start..end]);
            text.Append(CultureInfo.InvariantCulture, $"  [{part}] {place}{(own == chain || own.Length == 0 ? "" : " " + own)}\n");
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

        return text.ToString().Trim();
    }
}
