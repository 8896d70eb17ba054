namespace Keepalived.Configuration;

/// <summary>
/// The lines of a configuration, some four bytes each: what sets a line apart from the one before, in numbers of variable length. Files of a
/// hundred thousand servers have a million lines, and each process holds them until it has read them. Looking at one line after the other
/// costs no search; any other is found from the mark before it. One thread at a time: the line looked at last is remembered.
/// </summary>
internal sealed class LineTable
{
    private const int MarkEvery = 32;
    private const int BlockSize = 16 * 1024;

    /// <summary>A line is four numbers.</summary>
    private const int Longest = 4 * NumberWriter.Longest;

    private readonly List<byte[]> _blocks = [];
    private readonly List<Mark> _marks = [];
    private ExpandedLine _written;
    private int _free = BlockSize;
    private Position _position = new(-1, default, 0, 0);

    public int Count { get; private set; }

    /// <summary>The line looked at last is found at once, the one behind it in one step.</summary>
    public ExpandedLine this[int index]
    {
        get
        {
            if (index != _position.Index)
            {
                Seek(index);
            }

            return _position.Line;
        }
    }

    /// <summary>Adds a line that begins where the last one ended.</summary>
    public void Add(int length, int unit, int number, int column, ExpandedLineKind kind, bool isComposed = false)
    {
        if (BlockSize - _free < Longest)
        {
            _blocks.Add(new byte[BlockSize]);
            _free = 0;
        }

        if (Count % MarkEvery == 0)
        {
            _marks.Add(new Mark(_written, _blocks.Count - 1, _free));
        }

        var line = new ExpandedLine(_written.Start + _written.Length, length, unit, number, column, kind, isComposed);
        var writer = new NumberWriter(_blocks[^1].AsSpan(_free));
        writer.Write(length);
        writer.Write((column << 2) | (isComposed ? 2 : 0) | (int)kind);
        writer.Write(NumberWriter.Unsigned(unit - _written.Unit));
        writer.Write(NumberWriter.Unsigned(number - _written.Number));
        _free += writer.Length;
        _written = line;
        Count++;
    }

    private void Seek(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        if (index < _position.Index || index > _position.Index + MarkEvery)
        {
            Mark mark = _marks[index / MarkEvery];
            _position = new Position(index - (index % MarkEvery) - 1, mark.Before, mark.Block, mark.Offset);
        }

        while (_position.Index < index)
        {
            Step();
        }
    }

    private void Step()
    {
        if (BlockSize - _position.Next < Longest)
        {
            _position = _position with { Block = _position.Block + 1, Next = 0 };
        }

        ExpandedLine last = _position.Line;
        ReadOnlySpan<byte> bytes = _blocks[_position.Block].AsSpan(_position.Next);
        var reader = new ByteReader(bytes);
        int length = reader.Number();
        int columnAndKind = reader.Number();
        int unit = last.Unit + reader.Signed();
        int number = last.Number + reader.Signed();
        var line = new ExpandedLine(
            last.Start + last.Length, length, unit, number, columnAndKind >> 2, (ExpandedLineKind)(columnAndKind & 1), (columnAndKind & 2) != 0);
        _position = new Position(_position.Index + 1, line, _position.Block, _position.Next + bytes.Length - reader.Left);
    }

    /// <summary>Where a line stands whose number is a multiple of <see cref="MarkEvery"/>, and the line before it.</summary>
    private readonly record struct Mark(ExpandedLine Before, int Block, int Offset);

    /// <summary>The line looked at last, and where the next one stands.</summary>
    private readonly record struct Position(int Index, ExpandedLine Line, int Block, int Next);
}

/// <summary>The lines of a configuration, to be looked at one by one.</summary>
public readonly struct ExpandedLines
{
    private readonly LineTable _lines;

    internal ExpandedLines(LineTable lines) => _lines = lines;

    /// <summary>Number of lines.</summary>
    public int Length => _lines.Count;

    /// <summary>One line, by its index from 0.</summary>
    public ExpandedLine this[int index] => _lines[index];

    /// <summary>All of them.</summary>
    public ExpandedLine[] ToArray()
    {
        var lines = new ExpandedLine[Length];
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = _lines[i];
        }

        return lines;
    }
}
