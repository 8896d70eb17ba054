namespace Keepalived.Configuration;

/// <summary>The bytes that mean something to the lexer.</summary>
internal static class Separators
{
    /// <summary>Blank, tab, CR, LF, VT, FF.</summary>
    public static ByteSet Blanks { get; } = new(" \t\r\n\v\f"u8);

    /// <summary>What ends a plain word: a blank or the quote that starts the next word.</summary>
    public static ByteSet WordEnds { get; } = new(" \t\r\n\v\f\""u8);

    /// <summary>What matters when looking for the end of a statement.</summary>
    public static ByteSet BracesAndQuote { get; } = new("{}\""u8);

    public static bool IsBlank(byte value) => value is (byte)' ' or (>= 9 and <= 13);

    /// <summary>The offset of the first byte at or after <paramref name="start"/> that is no blank, or the length.</summary>
    public static int SkipBlanks(ReadOnlySpan<byte> text, int start)
    {
        int offset = text[start..].IndexOfAnyExcept(Blanks);
        return offset < 0 ? text.Length : start + offset;
    }
}
