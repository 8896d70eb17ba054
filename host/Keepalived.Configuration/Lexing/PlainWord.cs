namespace Keepalived.Configuration;

/// <summary>
/// Plain words: separated by blanks; <c>"…"</c> makes one word without any escapes and also ends a word that it follows without a blank.
/// Single quotes are ordinary characters.
/// </summary>
internal static class PlainWord
{
    /// <summary>
    /// The text of a word. Outside quotes a backslash in front of <c>#</c> or <c>!</c>, which kept it from beginning a comment, is dropped;
    /// any other stays.
    /// </summary>
    /// <param name="text">The line.</param>
    /// <param name="range">Range of the word.</param>
    /// <param name="start">Offset of its first byte or quote.</param>
    public static string Decode(ReadOnlySpan<byte> text, Range range, int start)
    {
        ReadOnlySpan<byte> word = text[range];
        if (text[start] == '"' || word.IndexOf((byte)'\\') < 0)
        {
            return SourceText.Decode(word);
        }

        var kept = new List<byte>(word.Length);
        for (int i = 0; i < word.Length; i++)
        {
            if (word[i] == '\\' && i + 1 < word.Length)
            {
                if (word[i + 1] is not ((byte)'#' or (byte)'!'))
                {
                    kept.Add(word[i]);
                }

                i++;
            }

            kept.Add(word[i]);
        }

        return SourceText.Decode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept));
    }

    /// <summary>Finds the word at or after an offset; false when there is none before <paramref name="end"/>.</summary>
    /// <param name="text">The line.</param>
    /// <param name="offset">Where to look; moved behind the word.</param>
    /// <param name="end">End of the statement.</param>
    /// <param name="word">Range of the word, without its quotes.</param>
    /// <param name="start">Offset of the word's first byte, which is the quote of a quoted word.</param>
    public static bool TryTake(ReadOnlySpan<byte> text, ref int offset, int end, out Range word, out int start)
    {
        ReadOnlySpan<byte> statement = text[..end];
        start = Separators.SkipBlanks(statement, Math.Min(offset, end));
        if (start >= end)
        {
            offset = end;
            word = default;
            return false;
        }

        if (statement[start] == '"')
        {
            int close = statement[(start + 1)..].IndexOf((byte)'"');
            int wordEnd = close < 0 ? end : start + 1 + close;
            word = (start + 1)..wordEnd;
            offset = Math.Min(wordEnd + 1, end);
            return true;
        }

        int length = statement[start..].IndexOfAny(Separators.WordEnds);
        offset = length < 0 ? end : start + length;
        word = start..offset;
        return true;
    }
}
