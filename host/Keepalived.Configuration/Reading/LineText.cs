namespace Keepalived.Configuration;

/// <summary>
/// A line while definitions are put into it: its bytes, and for every byte the place that it comes from. Reused, so that a line that a
/// repetition makes costs nothing but what is kept of it.
/// </summary>
internal sealed class LineText
{
    private readonly List<TextSegment> _segments = [];
    private readonly List<TextSegment> _tail = [];
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Text => _bytes.AsSpan(0, Length);

    public ReadOnlySpan<TextSegment> Segments => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_segments);

    /// <summary>The segment of the first byte.</summary>
    public TextSegment First => _segments[0];

    /// <summary>Makes it a line that stands in a file as it is.</summary>
    public void Set(ReadOnlySpan<byte> text, int unit, int number, int column)
    {
        Length = 0;
        _segments.Clear();
        Append(text, new TextSegment(0, unit, number, column));
    }

    /// <summary>Makes it a line of several origins.</summary>
    public void Set(ReadOnlySpan<byte> text, ReadOnlySpan<TextSegment> segments)
    {
        Reserve(text.Length);
        text.CopyTo(_bytes);
        Length = text.Length;
        _segments.Clear();
        _segments.AddRange(segments);
    }

    /// <summary>Makes it a copy of a part of another line.</summary>
    public void Set(LineText source, int from, int to)
    {
        Length = 0;
        _segments.Clear();
        int index = TextSegment.IndexAt(source.Segments, from);
        for (int at = from; index < source._segments.Count; index++)
        {
            int end = index + 1 < source._segments.Count ? Math.Min(source._segments[index + 1].Start, to) : to;
            if (end > at || _segments.Count == 0)
            {
                Append(source.Text[at..end], source.SegmentFrom(index, at));
                at = end;
            }
        }
    }

    /// <summary>Adds text at the end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="segment">Where it comes from; its start is set here.</param>
    public void Append(ReadOnlySpan<byte> text, TextSegment segment)
    {
        Reserve(Length + text.Length);
        _segments.Add(segment with { Start = Length });
        text.CopyTo(_bytes.AsSpan(Length));
        Length += text.Length;
    }

    /// <summary>Replaces a part.</summary>
    /// <param name="start">Offset of the part.</param>
    /// <param name="end">Offset behind it.</param>
    /// <param name="text">What comes in its place.</param>
    /// <param name="segments">Where that comes from, counted from its own beginning.</param>
    public void Replace(int start, int end, ReadOnlySpan<byte> text, ReadOnlySpan<TextSegment> segments)
    {
        CutSegments(start, end, text.Length - (end - start));
        Reserve(Length + text.Length - (end - start));
        _bytes.AsSpan(end, Length - end).CopyTo(_bytes.AsSpan(start + text.Length));
        text.CopyTo(_bytes.AsSpan(start));
        Length += text.Length - (end - start);
        if (!text.IsEmpty)
        {
            foreach (TextSegment segment in segments)
            {
                _segments.Add(segment with { Start = segment.Start + start });
            }
        }

        _segments.AddRange(_tail);
        if (_segments.Count == 0)
        {
            _segments.Add(segments.IsEmpty ? default : segments[0] with { Start = 0 });
        }
    }

    /// <summary>Gives the segments other units; asked once for neighbours of the same unit.</summary>
    public void MoveUnits(Func<TextSegment, int> unitOf)
    {
        TextSegment before = default;
        for (int i = 0; i < _segments.Count; i++)
        {
            TextSegment segment = _segments[i];
            int unit = i > 0 && segment.Unit == before.Unit ? _segments[i - 1].Unit : unitOf(segment);
            before = segment;
            _segments[i] = segment with { Unit = unit };
        }
    }

    /// <summary>Drops bytes in front.</summary>
    public void TrimStart(int count)
    {
        if (count > 0)
        {
            Replace(0, count, default, [SegmentFrom(TextSegment.IndexAt(Segments, count), count)]);
        }
    }

    /// <summary>Drops blanks behind.</summary>
    public void TrimEnd()
    {
        Length = Text.LastIndexOfAnyExcept(Separators.Blanks) + 1;
        while (_segments.Count > 1 && _segments[^1].Start >= Length)
        {
            _segments.RemoveAt(_segments.Count - 1);
        }
    }

    /// <summary>The segment that begins at an offset: what is left there of the one around it.</summary>
    public TextSegment SegmentAt(int offset) => SegmentFrom(TextSegment.IndexAt(Segments, offset), offset);

    private TextSegment SegmentFrom(int index, int offset)
    {
        TextSegment segment = _segments[index];
        return offset <= segment.Start ? segment : segment with { Start = offset, Column = segment.ColumnAt(Text, offset) };
    }

    /// <summary>Leaves the segments before the part in <see cref="_segments"/> and puts those behind it, moved, into <see cref="_tail"/>.</summary>
    private void CutSegments(int start, int end, int shift)
    {
        _tail.Clear();
        if (end < Length)
        {
            int index = TextSegment.IndexAt(Segments, end);
            _tail.Add(SegmentFrom(index, end) with { Start = end + shift });
            for (index++; index < _segments.Count; index++)
            {
                _tail.Add(_segments[index] with { Start = _segments[index].Start + shift });
            }
        }

        int kept = 0;
        while (kept < _segments.Count && _segments[kept].Start < start)
        {
            kept++;
        }

        _segments.RemoveRange(kept, _segments.Count - kept);
    }

    private void Reserve(int length)
    {
        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(length, _bytes.Length * 2));
        }
    }
}
