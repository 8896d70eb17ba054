namespace Keepalived.Configuration;

/// <summary>
/// Finds the lines that findings are about, as they stand in their files: of several expanded lines with the same file and number (a
/// repetition, a definition that is used twice) the first is the one that was read. One pass over the lines, made only when there is a
/// finding with a place.
/// </summary>
internal sealed class FindingSources
{
    private readonly ExpandedConfiguration _configuration;
    private readonly Dictionary<(string File, int Line), int> _lines = [];

    public FindingSources(ExpandedConfiguration configuration, IEnumerable<Diagnostic> diagnostics)
    {
        _configuration = configuration;
        HashSet<(string File, int Line)> wanted = [];
        foreach (Diagnostic diagnostic in diagnostics)
        {
            Want(wanted, diagnostic.Location);
            Want(wanted, diagnostic.Note?.Location ?? default);
        }

        if (wanted.Count > 0)
        {
            Collect(wanted);
        }
    }

    /// <summary>The line of an origin; null when it has none.</summary>
    public int? Find(SourceOrigin origin) => _lines.TryGetValue((origin.File, origin.Line), out int line) ? line : null;

    /// <summary>The line as text, control characters but tabs replaced.</summary>
    public string TextOf(int line)
    {
        string source = SourceText.Decode(_configuration.TextOf(line));
        return string.Create(source.Length, source, static (text, original) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = char.IsControl(original[i]) && original[i] != '\t' ? '?' : original[i];
            }
        });
    }

    /// <summary>Column of the line's first character in its file.</summary>
    public int ColumnOf(int line) => _configuration.Lines[line].Column;

    private static void Want(HashSet<(string File, int Line)> wanted, SourceLocation location)
    {
        if (location.Origin is { Line: > 0 } origin)
        {
            wanted.Add((origin.File, origin.Line));
        }
    }

    private void Collect(HashSet<(string File, int Line)> wanted)
    {
        ExpandedLines lines = _configuration.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            ExpandedLine line = lines[i];
            (string File, int Line) place = (_configuration.Units[line.Unit].File, line.Number);
            if (wanted.Contains(place))
            {
                _lines.TryAdd(place, i);
            }
        }
    }
}
