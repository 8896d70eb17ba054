namespace Keepalived.Configuration;

/// <summary>
/// An <c>include_check</c> line: no word switches all checks on, a bare first word starts from <c>read</c> and itself, <c>+word</c> and
/// <c>-word</c> adjust.
/// </summary>
internal static class IncludeCheckDirective
{
    /// <summary>True for an <c>include_check</c> line.</summary>
    public static bool Matches(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> name = "include_check"u8;
        return line.StartsWith(name) && (line.Length == name.Length || Separators.IsBlank(line[name.Length]));
    }

    /// <summary>The checks that hold after the line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="current">Those before it.</param>
    /// <param name="report">Called with offset and text of each word that means nothing.</param>
    public static IncludeChecks Apply(ReadOnlySpan<byte> line, IncludeChecks current, Action<int, string> report)
    {
        int offset = "include_check"u8.Length;
        bool first = true;
        while (PlainWord.TryTake(line, ref offset, line.Length, out Range range, out int start))
        {
            string word = SourceText.Decode(line[range]);
            char sign = word.Length > 0 && word[0] is '+' or '-' ? word[0] : ' ';
            if (CheckOf(sign == ' ' ? word : word[1..]) is not { } check || (sign == ' ' && !first))
            {
                report(start, word);
            }
            else
            {
                current = sign switch { '+' => current | check, '-' => current & ~check, _ => IncludeChecks.Readable | check };
            }

            first = false;
        }

        return first ? IncludeChecks.All : current;
    }

    private static IncludeChecks? CheckOf(string word) => word switch
    {
        "read" => IncludeChecks.Readable,
        "match" => IncludeChecks.Match,
        "wildcard_match" => IncludeChecks.WildcardMatch,
        "brace_match" => IncludeChecks.BraceMatch,
        _ => null,
    };
}
