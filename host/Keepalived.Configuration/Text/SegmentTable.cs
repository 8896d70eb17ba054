using System.Runtime.InteropServices;

namespace Keepalived.Configuration;

/// <summary>
/// The segments of composed lines, four or five bytes each: a configuration of a hundred thousand instances made by one <c>~SEQ</c> has
/// millions of them. They are looked up only for findings.
/// </summary>
internal sealed class SegmentTable
{
    private readonly List<(int Line, int Offset)> _lines = [];
    private readonly ByteBuffer _bytes = new();

    public void Add(int line, ReadOnlySpan<TextSegment> segments)
    {
        _lines.Add((line, _bytes.Length));
        Write(_bytes, segments);
    }

    /// <summary>Writes segments as differences.</summary>
    public static void Write(ByteBuffer buffer, ReadOnlySpan<TextSegment> segments)
    {
        buffer.WriteNumber(segments.Length);
        TextSegment last = default;
        foreach (TextSegment segment in segments)
        {
            buffer.WriteNumber(segment.Start - last.Start);
            buffer.WriteSigned(segment.Unit - last.Unit);
            buffer.WriteSigned(segment.Number - last.Number);
            buffer.WriteNumber((segment.Column << 1) | (segment.IsValue ? 1 : 0));
            last = segment;
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote; whether it makes sense is for the caller to check.</summary>
    public static TextSegment[] Read(ref ByteReader reader)
    {
        var segments = new TextSegment[reader.Count()];
        TextSegment last = default;
        for (int i = 0; i < segments.Length; i++)
        {
            int start = last.Start + reader.Number();
            int unit = last.Unit + reader.Signed();
            int number = last.Number + reader.Signed();
            int column = reader.Number();
            segments[i] = last = new TextSegment(start, unit, number, column >> 1, (column & 1) != 0);
        }

        return segments;
    }

    /// <summary>The segments of a line that has some.</summary>
    public TextSegment[] Of(int line)
    {
        int at = CollectionsMarshal.AsSpan(_lines).BinarySearch(new ByLine(line));
        if (at < 0)
        {
            return [];
        }

        var reader = new ByteReader(_bytes.Written[_lines[at].Offset..]);
        return Read(ref reader);
    }

    private readonly struct ByLine(int line) : IComparable<(int Line, int Offset)>
    {
        public int CompareTo((int Line, int Offset) other) => line.CompareTo(other.Line);
    }
}
