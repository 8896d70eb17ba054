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

/// <summary>A place in a source, precise to the column.</summary>
/// <param name="Origin">The line; null for what has no place in a file (command line, defaults).</param>
/// <param name="Column">Column in the line, from 1; 0 when the whole line is meant.</param>
public readonly record struct SourceLocation(SourceOrigin? Origin, int Column)
{
    /// <summary>No place at all.</summary>
    public static SourceLocation None => default;

    /// <summary><c>file:line:column</c>.</summary>
    public override string ToString() => Origin is null ? "(none)"
        : Column > 0 ? $"{Origin.File}:{Origin.Line}:{Column}" : $"{Origin.File}:{Origin.Line}";
}
