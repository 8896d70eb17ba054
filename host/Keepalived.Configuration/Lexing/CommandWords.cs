namespace Keepalived.Configuration;

/// <summary>
/// The quoting of command keywords: <c>'</c> and <c>"</c> both quote and may start inside a word; outside single and inside any quotes a
/// backslash starts an escape: <c>\a \b \E \f \n \r \t \v</c>, <c>\NNN</c> (up to three octal digits), <c>\xXX</c> (up to two hexadecimal
/// digits), <c>\cC</c> (control character), <c>\X</c> (X itself).
/// </summary>
internal static class CommandWords
{
    /// <summary>Takes the next word; false when there is none.</summary>
    /// <param name="text">The text.</param>
    /// <param name="offset">Where to look; moved behind the word.</param>
    /// <param name="word">The word with quotes and escapes resolved.</param>
    /// <param name="unmatchedQuote">Offset of a quote that is not closed; -1 when all are.</param>
    public static bool TryTake(ReadOnlySpan<byte> text, ref int offset, List<byte> word, out int unmatchedQuote)
    {
        word.Clear();
        unmatchedQuote = -1;
        offset = Separators.SkipBlanks(text, Math.Min(offset, text.Length));
        if (offset >= text.Length)
        {
            return false;
        }

        byte quote = 0;
        int quoteStart = -1;
        while (offset < text.Length && (quote != 0 || !Separators.IsBlank(text[offset])))
        {
            byte value = text[offset];
            if (value == '\\' && offset + 1 < text.Length)
            {
                offset++;
                word.Add(Escape(text, ref offset));
            }
            else if (value is (byte)'"' or (byte)'\'' && (quote == 0 || quote == value))
            {
                quote = quote == 0 ? value : (byte)0;
                quoteStart = offset++;
            }
            else
            {
                word.Add(value);
                offset++;
            }
        }

        unmatchedQuote = quote != 0 ? quoteStart : -1;
        return true;
    }

    /// <summary>Splits a whole text into words.</summary>
    public static List<string> Split(ReadOnlySpan<byte> text, out bool unmatchedQuote)
    {
        var words = new List<string>();
        var word = new List<byte>();
        int offset = 0;
        unmatchedQuote = false;
        while (TryTake(text, ref offset, word, out int quote))
        {
            words.Add(SourceText.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(word)));
            unmatchedQuote |= quote >= 0;
        }

        return words;
    }

    private static byte Escape(ReadOnlySpan<byte> text, ref int offset)
    {
        byte value = text[offset++];
        switch ((char)value)
        {
            case 'a': return 7;
            case 'b': return 8;
            case 'E': return 27;
            case 'f': return 12;
            case 'n': return 10;
            case 'r': return 13;
            case 't': return 9;
            case 'v': return 11;
            case 'x' when offset < text.Length && char.IsAsciiHexDigit((char)text[offset]):
                return Digits(text, ref offset, 16, 2);
            case 'c' when offset < text.Length:
                return (byte)(text[offset++] & 0x1F);
            case >= '0' and <= '7':
                offset--;
                return Digits(text, ref offset, 8, 3);
            default:
                return value;
        }
    }

    private static byte Digits(ReadOnlySpan<byte> text, ref int offset, int numberBase, int most)
    {
        int value = 0;
        for (int count = 0; count < most && offset < text.Length; count++, offset++)
        {
            char digit = (char)text[offset];
            if (!(numberBase == 16 ? char.IsAsciiHexDigit(digit) : digit is >= '0' and <= '7'))
            {
                break;
            }

            value = (value * numberBase) + Convert.ToInt32(digit.ToString(), 16);
        }

        return (byte)(value & 0xFF);
    }
}
