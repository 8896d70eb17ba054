namespace Keepalived.Configuration;

/// <summary>The place that the bytes of a composed line come from, up to the next segment.</summary>
/// <param name="Start">Offset of its first byte in the line.</param>
/// <param name="Unit">Index of the <see cref="SourceUnit"/>.</param>
/// <param name="Number">Line number in the file.</param>
/// <param name="Column">Column of its first character.</param>
/// <param name="IsValue">
/// True when the text stands nowhere in a file (a number of <c>~SEQ</c>, the value of <c>_PWD</c>): all of it belongs to the reference that it
/// replaced.
/// </param>
internal readonly record struct TextSegment(int Start, int Unit, int Number, int Column, bool IsValue = false)
{
    /// <summary>Column of an offset of the line.</summary>
    public int ColumnAt(ReadOnlySpan<byte> line, int offset) => IsValue ? Column : Column + SourceText.CharacterCount(line[Start..offset]);

    /// <summary>Index of the segment that an offset is in.</summary>
    public static int IndexAt(ReadOnlySpan<TextSegment> segments, int offset)
    {
        int index = segments.Length - 1;
        while (index > 0 && segments[index].Start > offset)
        {
            index--;
        }

        return index;
    }
}
