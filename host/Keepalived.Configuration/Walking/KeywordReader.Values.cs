using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Keepalived.Configuration;

/// <summary>Numbers, times, truth values and addresses.</summary>
internal sealed partial class KeywordReader
{
    private static readonly long[] _powersOfTen = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

    public long Integer(string what, long minimum, long maximum)
    {
        string word = Word(what);
        int length = IntegerLength(word);
        if (length == 0)
        {
            throw NoNumber(word, what, $"a whole number from {minimum} to {maximum}");
        }

        CheckTrailing(word, length, what);
        if (!long.TryParse(word.AsSpan(0, length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ||
            value < minimum || value > maximum || (minimum >= 0 && word[0] == '-'))
        {
            // Minus zero where nothing may be negative: keepalived refuses the sign.
            throw OutOfRange(word[..length], what, minimum.ToString(CultureInfo.InvariantCulture), maximum.ToString(CultureInfo.InvariantCulture));
        }

        return value;
    }

    public TimeSpan Seconds(string what, TimeSpan minimum, TimeSpan maximum, int decimals = 6)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decimals);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(decimals, 6);
        string word = Word(what);
        int whole = IntegerLength(word);
        int length = whole;
        if (length < word.Length && word[length] == '.')
        {
            length++;
            while (length < word.Length && char.IsAsciiDigit(word[length]))
            {
                length++;
            }
        }

        if (whole == 0 && length <= 1)
        {
            throw NoNumber(word, what, $"seconds from {Show(minimum)} to {Show(maximum)}");
        }

        CheckTrailing(word, length, what);
        bool negative = word[0] == '-';
        int fractionStart = Math.Min(whole + 1, length);
        TimeSpan? value = ToTime(word.AsSpan(0, whole).TrimStart("+-"), word.AsSpan(fractionStart, length - fractionStart), decimals, negative);
        if (value is not { } time || time < minimum || time > maximum || (negative && minimum >= TimeSpan.Zero))
        {
            throw OutOfRange(word[..length], what, Show(minimum), Show(maximum));
        }

        if (length - fractionStart > decimals)
        {
            Session.Report(new(
                DiagnosticClass.InvalidNumber,
                DiagnosticSeverity.Warning,
                At(_lastWord),
                $"{what} '{word[..length]}' has more than {decimals} decimal places and is rounded to {Show(time)}",
                $"write {Show(time)}"));
        }

        return time;
    }

    public bool OptionalBoolean()
    {
        if (!TryWord(out string word))
        {
            return true;
        }

        return word switch
        {
            "true" or "on" or "yes" => true,
            "false" or "off" or "no" => false,
            _ => throw Reject($"'{word}' is no truth value for '{Keyword}'", "write true, on, yes, false, off or no"),
        };
    }

    public IPAddress Address(string what)
    {
        string word = Word(what);
        return ParseAddress(word) ?? throw Reject($"'{word}' is no IPv4 or IPv6 address for the {what}", "write for example 192.0.2.1 or 2001:db8::1");
    }

    public (IPAddress Address, int PrefixLength) Prefix(string what)
    {
        string word = Word(what);
        int slash = word.IndexOf('/', StringComparison.Ordinal);
        string addressText = slash < 0 ? word : word[..slash];
        IPAddress address = ParseAddress(addressText) ??
            throw Reject($"'{addressText}' is no IPv4 or IPv6 address for the {what}", "write for example 192.0.2.1/24 or 2001:db8::1/64");
        int longest = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash < 0)
        {
            return (address, longest);
        }

        string lengthText = word[(slash + 1)..];
        return int.TryParse(lengthText, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= longest
            ? (address, length)
            : throw Reject($"'{lengthText}' is no prefix length for {addressText}", $"write a number from 0 to {longest}", DiagnosticClass.InvalidNumber);
    }

    /// <summary>The two forms that inet_pton(3) takes; the looser ones of <see cref="IPAddress"/> (octal, fewer parts, zones) are refused.</summary>
    internal static IPAddress? ParseAddress(string word)
    {
        if (!word.Contains(':', StringComparison.Ordinal))
        {
            return ParseDottedQuad(word);
        }

        return !word.AsSpan().ContainsAny('%', '[', ']') && IPAddress.TryParse(word, out IPAddress? address) ? address : null;
    }

    // By hand: the framework's parser is compiled at run time, some milliseconds of every start.
    private static IPAddress? ParseDottedQuad(string word)
    {
        uint octets = 0;
        int octet = -1, parts = 0;
        foreach (char c in word)
        {
            if (c == '.' && octet >= 0 && parts < 3)
            {
                octets = (octets << 8) | (uint)octet;
                octet = -1;
                parts++;
            }
            else if (char.IsAsciiDigit(c) && octet != 0 && (Math.Max(octet, 0) * 10) + (c - '0') <= 255)
            {
                octet = (Math.Max(octet, 0) * 10) + (c - '0');
            }
            else
            {
                return null;
            }
        }

        return parts == 3 && octet >= 0
            ? new IPAddress(BinaryPrimitives.ReverseEndianness((octets << 8) | (uint)octet))
            : null;
    }

    private static int IntegerLength(string word)
    {
        int length = word.Length > 0 && word[0] is '-' or '+' ? 1 : 0;
        int digits = length;
        while (digits < word.Length && char.IsAsciiDigit(word[digits]))
        {
            digits++;
        }

        return digits == length ? 0 : digits;
    }

    private static TimeSpan? ToTime(ReadOnlySpan<char> whole, ReadOnlySpan<char> fraction, int decimals, bool negative)
    {
        const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;
        const long MostSeconds = 10_000_000_000;
        long seconds = 0;
        if (!whole.IsEmpty && (!long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) || seconds > MostSeconds))
        {
            return null;
        }

        long units = 0;
        for (int i = 0; i < decimals; i++)
        {
            units = (units * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        }

        if (fraction.Length > decimals && fraction[decimals] >= '5')
        {
            units++;
        }

        long ticks = (seconds * TimeSpan.TicksPerSecond) + (units * _powersOfTen[6 - decimals] * TicksPerMicrosecond);
        return TimeSpan.FromTicks(negative ? -ticks : ticks);
    }

    private static string Show(TimeSpan time) => (time.Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.######", CultureInfo.InvariantCulture);

    private void CheckTrailing(string word, int length, string what)
    {
        if (length == word.Length)
        {
            return;
        }

        string message = $"'{word[length..]}' follows the number of the {what}";
        if (Session.IsTest)
        {
            throw Reject(message, "write the number alone", DiagnosticClass.InvalidNumber);
        }

        Session.Report(new(DiagnosticClass.InvalidNumber, DiagnosticSeverity.Warning, At(_lastWord), message + " and is ignored", "write the number alone"));
    }

    private KeywordRejectedException NoNumber(string word, string what, string wanted) =>
        Reject($"'{word}' is no number for the {what}", "write " + wanted, DiagnosticClass.InvalidNumber);

    private KeywordRejectedException OutOfRange(string word, string what, string minimum, string maximum) =>
        Reject($"{what} {word} is outside {minimum}..{maximum}", $"write a number from {minimum} to {maximum}", DiagnosticClass.InvalidNumber);
}
