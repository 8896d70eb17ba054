namespace Keepalived.Configuration;

/// <summary>How a piece of text came to be where it is.</summary>
public enum SourceRelation
{
    /// <summary>The main configuration file.</summary>
    Main,

    /// <summary>A file named by an include line; <see cref="SourceOrigin.Parent"/> is that line.</summary>
    IncludedFrom,

    /// <summary>Text from a definition <c>$NAME</c>; <see cref="SourceOrigin.Parent"/> is the line that used it.</summary>
    ExpandedFrom,

    /// <summary>A line made by <c>~SEQ</c> or <c>~LST</c>; <see cref="SourceOrigin.Parent"/> is that line.</summary>
    RepeatedFrom,
}

/// <summary>A line of a source, with the chain of lines that led to it.</summary>
/// <param name="File">Name of the file as the operator wrote it.</param>
/// <param name="Line">Line number in the file, from 1.</param>
/// <param name="Relation">What <paramref name="Parent"/> is to this line.</param>
/// <param name="Parent">The line that brought this one in; null for the main file.</param>
/// <param name="Detail">What to say of the relation, for example the name of the definition or the element of the list.</param>
public sealed record SourceOrigin(string File, int Line, SourceRelation Relation, SourceOrigin? Parent, string? Detail);

/// <summary>
/// A place in a source, precise to the column. Records of a configuration keep thousands of them: those of the same source share what leads to
/// it and say for themselves only which line they are.
/// </summary>
public readonly record struct SourceLocation
{
    private readonly SourceOrigin? _source;

    /// <summary>A place in a line.</summary>
    /// <param name="origin">The line; null for what has no place in a file (command line, defaults).</param>
    /// <param name="column">Column in the line, from 1; 0 when the whole line is meant.</param>
    public SourceLocation(SourceOrigin? origin, int column)
        : this(origin, origin?.Line ?? 0, column)
    {
    }

    /// <summary>A place in another line of the same source.</summary>
    /// <param name="source">Any line of the source.</param>
    /// <param name="line">Line number in the file, from 1.</param>
    /// <param name="column">Column in the line, from 1; 0 when the whole line is meant.</param>
    public SourceLocation(SourceOrigin? source, int line, int column)
    {
        _source = source;
        Line = line;
        Column = column;
    }

    /// <summary>No place at all.</summary>
    public static SourceLocation None => default;

    /// <summary>The line with the chain of lines that led to it; null for what has no place in a file. Made when asked for.</summary>
    public SourceOrigin? Origin => _source is null || _source.Line == Line ? _source : _source with { Line = Line };

    /// <summary>Line number in the file, from 1; 0 for what has no place in a file.</summary>
    public int Line { get; }

    /// <summary>Column in the line, from 1; 0 when the whole line is meant.</summary>
    public int Column { get; }

    /// <summary>Compares places: two lines of the same source are told apart by their numbers alone.</summary>
    public bool Equals(SourceLocation other) =>
        Line == other.Line && Column == other.Column && (ReferenceEquals(_source, other._source) || Origin == other.Origin);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_source?.File, Line, Column);

    /// <summary><c>file:line:column</c>.</summary>
    public override string ToString() => _source is null ? "(none)"
        : Column > 0 ? $"{_source.File}:{Line}:{Column}" : $"{_source.File}:{Line}";
}
