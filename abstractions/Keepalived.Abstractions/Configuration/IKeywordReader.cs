using System.Net;

namespace Keepalived.Configuration;

/// <summary>
/// A cursor over the words of one line. A method that cannot deliver reports a finding with place and remedy and abandons the line by
/// throwing <see cref="KeywordRejectedException"/>, which the walk catches: the setting keeps its default and the reading goes on.
/// Words that are left when the handler returns are reported as surplus.
/// </summary>
public interface IKeywordReader
{
    /// <summary>The reading that this line belongs to.</summary>
    IConfigurationSession Session { get; }

    /// <summary>The keyword of the line; for a line of values, the keyword of its block.</summary>
    string Keyword { get; }

    /// <summary>Place of the keyword, or of the line for a line of values.</summary>
    SourceLocation Location { get; }

    /// <summary>Place of the next word; of the line's end when there is none.</summary>
    SourceLocation NextLocation { get; }

    /// <summary>True when no word is left.</summary>
    bool AtEnd { get; }

    /// <summary>The next word without taking it; null at the end.</summary>
    string? Peek();

    /// <summary>Takes the next word if there is one.</summary>
    bool TryWord(out string word);

    /// <summary>Takes the next word, which must be there (class missing parameter, exit code 2 under C's rules).</summary>
    /// <param name="what">What the word is, for the message: "interface name".</param>
    string Word(string what);

    /// <summary>Takes a decimal integer.</summary>
    long Integer(string what, long minimum, long maximum);

    /// <summary>Takes a decimal number of seconds.</summary>
    /// <param name="what">What it is.</param>
    /// <param name="minimum">Smallest value allowed.</param>
    /// <param name="maximum">Largest value allowed.</param>
    /// <param name="decimals">Places kept, 0..6; more are rounded with a warning.</param>
    TimeSpan Seconds(string what, TimeSpan minimum, TimeSpan maximum, int decimals = 6);

    /// <summary>Takes a BOOL word if there is one: <c>true on yes</c> / <c>false off no</c>; no word means true.</summary>
    bool OptionalBoolean();

    /// <summary>Takes an IPv4 or IPv6 address.</summary>
    IPAddress Address(string what);

    /// <summary>Takes <c>ADDRESS[/LENGTH]</c>; a missing length is 32 or 128.</summary>
    (IPAddress Address, int PrefixLength) Prefix(string what);

    /// <summary>
    /// Takes the next word as a command with the quoting of command keywords: a quoted first word is split again into program and
    /// arguments with the escapes of a shell-like syntax (behaviour of keepalived's command keywords).
    /// </summary>
    IReadOnlyList<string> Command(string what);

    /// <summary>Takes the next word with the quotes and escapes of command keywords, not split any further: regular expressions.</summary>
    string EscapedWord(string what);

    /// <summary>Takes all words that are left.</summary>
    IReadOnlyList<string> Rest();

    /// <summary>Reports an error at the last word taken and abandons the line.</summary>
    /// <returns>Never; typed so that <c>throw reader.Reject(…)</c> reads well.</returns>
    KeywordRejectedException Reject(
        string message, string? remedy = null, DiagnosticClass findingClass = DiagnosticClass.GeneralError, DiagnosticNote? note = null);

    /// <summary>Reports a warning at the last word taken and goes on.</summary>
    void Warn(string message, string? remedy = null);
}

/// <summary>Thrown by a reader after it has reported why a line is abandoned; only the walk catches it.</summary>
public sealed class KeywordRejectedException : Exception
{
    /// <summary>Creates the exception for a finding that has been reported.</summary>
    public KeywordRejectedException(Diagnostic diagnostic)
        : base(diagnostic?.Message)
    {
        Diagnostic = diagnostic!;
    }

    /// <summary>The finding.</summary>
    public Diagnostic Diagnostic { get; }
}
