namespace Keepalived.Configuration;

/// <summary>The order in which a person reads findings: that of the lines, files that are included where their include line stands.</summary>
public static class DiagnosticOrder
{
    /// <summary>
    /// The findings in the order of their lines and columns; those of one place in the order in which they were made, those without a
    /// place last.
    /// </summary>
    public static IReadOnlyList<Diagnostic> ByPlace(IReadOnlyList<Diagnostic> diagnostics, ExpandedConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        ArgumentNullException.ThrowIfNull(configuration);
        if (diagnostics.Count < 2)
        {
            return diagnostics;
        }

        var sources = new FindingSources(configuration, diagnostics);
        return [.. diagnostics.OrderBy(diagnostic => LineOf(sources, diagnostic)).ThenBy(static diagnostic => diagnostic.Location.Column)];
    }

    private static int LineOf(FindingSources sources, Diagnostic diagnostic)
    {
        // A line that became none, such as one that is too long, is placed by what brought its file in.
        for (SourceOrigin? origin = diagnostic.Location.Origin; origin is not null; origin = origin.Parent)
        {
            if (sources.Find(origin) is { } line)
            {
                return line;
            }
        }

        return int.MaxValue;
    }
}
