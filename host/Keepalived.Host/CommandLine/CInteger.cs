using System.Globalization;

namespace Keepalived.Host.CommandLine;

/// <summary>Integers by the base rules of C: <c>0x</c> hexadecimal, leading <c>0</c> octal, else decimal.</summary>
internal static class CInteger
{
    /// <summary>Reads a number that is not negative.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return long.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0;
        }

        return text.Length > 1 && text[0] == '0'
            ? TryParseOctal(text[1..], out value)
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryParseOctal(ReadOnlySpan<char> digits, out long value)
    {
        value = 0;
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7' || value > long.MaxValue >> 3)
            {
                return false;
            }

            value = (value << 3) + (digit - '0');
        }

        return true;
    }
}
