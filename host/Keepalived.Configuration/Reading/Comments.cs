namespace Keepalived.Configuration;

/// <summary>
/// Cuts comments: <c>#</c> and <c>!</c> outside double quotes begin one anywhere in a line. A backslash takes their meaning from them.
/// </summary>
internal static class Comments
{
    /// <summary>The line up to its comment, without surrounding blanks.</summary>
    /// <param name="line">The line.</param>
    /// <param name="leading">Number of bytes cut in front.</param>
    /// <param name="quoted">True when a quote is still open at the end, so that what looks like a comment was taken as text.</param>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> line, out int leading, out bool quoted)
    {
        leading = Separators.SkipBlanks(line, 0);
        quoted = false;
        int at = leading;
        while (at < line.Length)
        {
            int found = line[at..].IndexOfAny("!#\"\\"u8);
            if (found < 0)
            {
                at = line.Length;
                break;
            }

            at += found;
            byte value = line[at];
            if (value == '"')
            {
                quoted = !quoted;
            }
            else if (value == '\\')
            {
                at++;
            }
            else if (!quoted)
            {
                break;
            }

            at++;
        }

        ReadOnlySpan<byte> kept = line[leading..Math.Min(at, line.Length)];
        int end = kept.LastIndexOfAnyExcept(Separators.Blanks);
        return kept[..(end + 1)];
    }

    /// <summary>
    /// A backslash at the end of a line counts as the last byte of its text, even behind a comment, and blanks before it do not count
    /// (behaviour of keepalived). True when there is one that does not follow the text directly; it is then cut from the text.
    /// </summary>
    public static bool TakeContinuation(ReadOnlySpan<byte> line, int leading, ref ReadOnlySpan<byte> text)
    {
        int end = line.LastIndexOfAnyExcept(Separators.Blanks);
        if (end < 0 || line[end] != '\\')
        {
            return false;
        }

        if (leading + text.Length <= end)
        {
            return true;
        }

        int kept = text[..^1].LastIndexOfAnyExcept(Separators.Blanks) + 1;
        if (kept == text.Length - 1)
        {
            return false;
        }

        text = text[..kept];
        return true;
    }

    /// <summary>Offset of the double quote that is not closed; -1 when all are.</summary>
    public static int UnmatchedQuote(ReadOnlySpan<byte> line)
    {
        bool quoted = false;
        int last = -1;
        for (int at = line.IndexOf((byte)'"'); at >= 0;)
        {
            quoted = !quoted;
            last = at;
            int next = line[(at + 1)..].IndexOf((byte)'"');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return quoted ? last : -1;
    }
}
