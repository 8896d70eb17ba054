using System.Runtime.InteropServices;

namespace Keepalived.Configuration;

/// <summary>
/// The segments of composed lines, four or five bytes each: a configuration of a hundred thousand instances made by one <c>~SEQ</c> has
/// millions of them. They are looked up only for findings.
/// </summary>
internal sealed class SegmentTable
{
    private readonly List<(int Line, int Offset)> _lines;
    private readonly ByteBuffer _bytes;

    public SegmentTable()
    {
        _lines = [];
        _bytes = new ByteBuffer();
    }

    public int LineCount => _lines.Count;

    public void Add(int line, ReadOnlySpan<TextSegment> segments)
    {
        _lines.Add((line, _bytes.Length));
        _bytes.WriteNumber(segments.Length);
        TextSegment last = default;
        foreach (TextSegment segment in segments)
        {
            _bytes.WriteNumber(segment.Start - last.Start);
            _bytes.WriteSigned(segment.Unit - last.Unit);
            _bytes.WriteSigned(segment.Number - last.Number);
            _bytes.WriteNumber((segment.Column << 1) | (segment.IsValue ? 1 : 0));
            last = segment;
        }
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

    private readonly struct ByLine(int line) : IComparable<(int Line, int Offset)>
    {
        public int CompareTo((int Line, int Offset) other) => line.CompareTo(other.Line);
    }
}
