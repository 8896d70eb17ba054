namespace Keepalived.Configuration;

/// <summary>What a line is for.</summary>
public enum ExpandedLineKind : byte
{
    /// <summary>Text for the keyword walk.</summary>
    Statement,

    /// <summary>A line that preprocessing acted on (an include); kept so that findings and include chains can show it.</summary>
    Directive,
}

/// <summary>A line of the expanded configuration, without comment and surrounding blanks.</summary>
/// <param name="Start">First byte in <see cref="ExpandedConfiguration.Text"/>.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="Unit">Index of its <see cref="SourceUnit"/>.</param>
/// <param name="Number">Line number in the file, from 1.</param>
/// <param name="Column">Column of its first character in the file, from 1.</param>
/// <param name="Kind">What it is for.</param>
public readonly record struct ExpandedLine(int Start, int Length, int Unit, int Number, int Column, ExpandedLineKind Kind);
