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
/// and the remainder is the next line.
/// </summary>
internal ref struct SourceLines(ReadOnlySpan<byte> text)
{
    /// <summary>Bytes of a line without its newline: the buffer of keepalived holds 1024, one of which ends the string.</summary>
    public const int LongestRead = 1023;

    private ReadOnlySpan<byte> _rest = text;
    private bool _continues;

    /// <summary>The line without its newline.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>Its number in the file, from 1. The remainder of a long line has the number of the line.</summary>
    public int Number { get; private set; }

    /// <summary>Bytes of the same line that came before, in a remainder.</summary>
    public int Offset { get; private set; }

    public SourceLineFault Fault { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        Offset = _continues ? Offset + LongestRead : 0;
        Number += _continues ? 0 : 1;
        int newline = _rest[..Math.Min(LongestRead + 1, _rest.Length)].IndexOf((byte)'\n');
        ReadOnlySpan<byte> window = _rest[..Math.Min(LongestRead, _rest.Length)];
        _continues = newline < 0 && window.Length < _rest.Length;
        Line = newline < 0 ? window : _rest[..newline];
        _rest = _rest[(newline < 0 ? window.Length : newline + 1)..];
        Fault = _continues ? SourceLineFault.TooLong : Line.Contains((byte)0) ? SourceLineFault.HasNul : SourceLineFault.None;
        return true;
    }
}
