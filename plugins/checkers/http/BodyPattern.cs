using System.Text;
using System.Text.RegularExpressions;

namespace Keepalived.Checkers.Http;

/// <summary>
/// <c>regex</c> with its options: what the body must, or must not, contain. keepalived uses PCRE2; the framework's engine reads the same
/// language but for rarities, which are refused when the configuration is read. A match is bounded in time, so no body can hold up the loop.
/// </summary>
/// <param name="Expression">The regular expression.</param>
/// <param name="Options">Its options.</param>
/// <param name="MustNotMatch"><c>regex_no_match</c>: the body must not match.</param>
/// <param name="FirstStart"><c>regex_min_offset</c>: the earliest octet at which a match may start.</param>
/// <param name="LastStart"><c>regex_max_offset</c>: the latest; null = any.</param>
internal sealed record BodyPattern(string Expression, RegexOptions Options, bool MustNotMatch, int FirstStart, int? LastStart)
{
    /// <summary>Octets of a body that are looked at.</summary>
    public const int LongestBody = 1024 * 1024;

    /// <summary>Far more than a sound expression takes on <see cref="LongestBody"/>, and little enough for a loop without advertisements.</summary>
    private static readonly TimeSpan _longestMatch = TimeSpan.FromMilliseconds(250);

    /// <summary>What the options of PCRE2 are called here; others change nothing that this engine does, or cannot be had.</summary>
    public static RegexOptions? OptionFor(string word) => word switch
    {
        "caseless" => RegexOptions.IgnoreCase,
        "multiline" => RegexOptions.Multiline,
        "dotall" => RegexOptions.Singleline,
        "extended" => RegexOptions.IgnorePatternWhitespace,
        "no_auto_capture" => RegexOptions.ExplicitCapture,
        "no_auto_possess" or "no_dotstar_anchor" or "no_start_optimize" or "never_utf" or "never_ucp" or "use_offset_limit" => RegexOptions.None,
        _ => null,
    };

    /// <summary>Options that keepalived hands to PCRE2 and that change what an expression means, in ways that the framework's engine cannot.</summary>
    public static bool IsPcreOnly(string word) => word is "allow_empty_class" or "alt_bsux" or "auto_callout" or "dollar_endonly" or "dupnames"
        or "firstline" or "match_unset_backref" or "ucp" or "ungreedy" or "utf" or "never_backslash_c" or "alt_circumflex" or "alt_verbnames";

    /// <summary>Compiles the expression: without backtracking where the expression allows it, else bounded in time.</summary>
    /// <exception cref="ArgumentException">The expression is none.</exception>
    public Regex Compile()
    {
        RegexOptions options = Options | RegexOptions.CultureInvariant;

        // Bodies are matched octet by octet, so the expression is too.
        string expression = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(Expression));
        try
        {
            return new(expression, options | RegexOptions.NonBacktracking, _longestMatch);
        }
        catch (NotSupportedException)
        {
            return new(expression, options, _longestMatch);
        }
    }

    /// <summary>Judges a body, one character per octet.</summary>
    /// <exception cref="RegexMatchTimeoutException">It takes too long.</exception>
    public bool Accepts(Regex regex, ReadOnlySpan<char> body)
    {
        bool found = false;
        if (FirstStart <= body.Length)
        {
            foreach (ValueMatch match in regex.EnumerateMatches(body, FirstStart))
            {
                found = LastStart is not { } last || match.Index <= last;
                break;
            }
        }

        return found != MustNotMatch;
    }
}
