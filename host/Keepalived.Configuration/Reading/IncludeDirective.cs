namespace Keepalived.Configuration;

/// <summary>An include line: which files, and what it insists on.</summary>
/// <param name="Pattern">The rest of the line: file name with wildcards and brace alternatives; blanks and quotes belong to it.</param>
/// <param name="Added">Checks that this line adds to those in force.</param>
/// <param name="Column">Byte offset of the pattern in the line.</param>
internal readonly record struct IncludeDirective(string Pattern, IncludeChecks Added, int Column)
{
    /// <summary>Recognises <c>include</c>, <c>includer</c>, <c>includem</c>, <c>includew</c>, <c>includeb</c>, <c>includea</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out IncludeDirective directive)
    {
        directive = default;
        int offset = 0;
        if (!line.StartsWith("include"u8) || !PlainWord.TryTake(line, ref offset, line.Length, out Range word, out _) ||
            ChecksOf(line[word]) is not { } checks)
        {
            return false;
        }

        int start = Separators.SkipBlanks(line, offset);
        directive = new IncludeDirective(SourceText.Decode(line[start..]), checks, start);
        return true;
    }

    private static IncludeChecks? ChecksOf(ReadOnlySpan<byte> keyword) => SourceText.Decode(keyword) switch
    {
        "include" => IncludeChecks.None,
        "includer" => IncludeChecks.Readable,
        "includem" => IncludeChecks.Readable | IncludeChecks.Match,
        "includew" => IncludeChecks.Readable | IncludeChecks.Match | IncludeChecks.WildcardMatch,
        "includeb" => IncludeChecks.BraceMatch,
        "includea" => IncludeChecks.All,
        _ => null,
    };
}
