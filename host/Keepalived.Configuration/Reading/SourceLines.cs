namespace Keepalived.Configuration;

/// <summary>What became of a raw line.</summary>
internal enum SourceLineFault
{
    /// <summary>It is whole.</summary>
    None,

    /// <summary>It is longer than keepalived reads at once; this is its first part, and the rest follows as a line of its own.</summary>
    TooLong,

    /// <summary>It contains a NUL byte.</summary>
    HasNul,
}

/// <summary>
/// Cuts a file into lines the way keepalived's buffer does: at most 1024 bytes with the newline. What does not fit is one faulty line,
/// and the remainder is the next line. The file goes through a small buffer: of a large one only the lines themselves are kept.
/// </summary>
internal sealed class SourceLines(Stream file)
{
    /// <summary>Bytes of a line without its newline: the buffer of keepalived holds 1024, one of which ends the string.</summary>
    public const int LongestRead = 1023;

    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;
    private int _lineStart;
    private int _lineLength;
    private bool _atEnd;
    private bool _continues;

    /// <summary>The line without its newline; until the next one is asked for.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _lineLength);

    /// <summary>Its number in the file, from 1. The remainder of a long line has the number of the line.</summary>
    public int Number { get; private set; }

    /// <summary>Bytes of the same line that came before, in a remainder.</summary>
    public int Offset { get; private set; }

    public SourceLineFault Fault { get; private set; }

    /// <summary>Goes to the next line; false at the end of the file.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool MoveNext()
    {
        Fill();
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
        if (rest.IsEmpty)
        {
            return false;
        }

        Offset = _continues ? Offset + LongestRead : 0;
        Number += _continues ? 0 : 1;
        int newline = rest[..Math.Min(LongestRead + 1, rest.Length)].IndexOf((byte)'\n');
        int window = Math.Min(LongestRead, rest.Length);
        _continues = newline < 0 && window < rest.Length;
        _lineStart = _start;
        _lineLength = newline < 0 ? window : newline;
        _start += newline < 0 ? window : newline + 1;
        Fault = _continues ? SourceLineFault.TooLong : Line.Contains((byte)0) ? SourceLineFault.HasNul : SourceLineFault.None;
        return true;
    }

    /// <summary>Makes sure that a longest line is in the buffer with the byte behind it, or all that there is.</summary>
    private void Fill()
    {
        if (_atEnd || _end - _start > LongestRead + 1)
        {
            return;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < _buffer.Length)
        {
            int count = file.Read(_buffer, _end, _buffer.Length - _end);
            if (count == 0)
            {
                _atEnd = true;
                return;
            }

            _end += count;
        }
    }
}
