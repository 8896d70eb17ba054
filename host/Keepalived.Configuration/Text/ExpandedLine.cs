namespace Keepalived.Configuration;

/// <summary>What a line is for.</summary>
public enum ExpandedLineKind : byte
{
    /// <summary>Text for the keyword walk.</summary>
    Statement,

    /// <summary>
    /// A line as it stands in a file, when preprocessing acted on it (an include, a definition, a repetition) or made others of it; kept so
    /// that findings can show it.
    /// </summary>
    Directive,
}

/// <summary>A line of the expanded configuration, without comment and surrounding blanks.</summary>
/// <param name="Start">First byte in <see cref="ExpandedConfiguration.Text"/>.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="Unit">Index of the <see cref="SourceUnit"/> of its first byte.</param>
/// <param name="Number">Line number of its first byte in the file, from 1.</param>
/// <param name="Column">Column of its first character in the file, from 1.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="IsComposed">True when it is put together from several places, so that only its first byte is where the other fields say.</param>
public readonly record struct ExpandedLine(
    int Start, int Length, int Unit, int Number, int Column, ExpandedLineKind Kind, bool IsComposed = false);
