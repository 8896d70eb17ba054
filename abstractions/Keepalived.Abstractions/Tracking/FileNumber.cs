namespace Keepalived.Tracking;

/// <summary>The number at the beginning of a tracked file, by the rules of C's strtol with base 0: 0x is hexadecimal, a leading 0 octal.</summary>
public static class FileNumber
{
    /// <summary>Reads it. Nothing, or something that is no number, is 0; what is too great is the nearest of 32 bits.</summary>
    public static int Parse(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\n\v\f\r"u8);
        bool isNegative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+')
        {
            text = text[1..];
        }

        int numberBase = 10;
        if (text.Length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' && char.IsAsciiHexDigit((char)text[2]))
        {
            numberBase = 16;
            text = text[2..];
        }
        else if (!text.IsEmpty && text[0] == '0')
        {
            numberBase = 8;
        }

        long value = 0;
        foreach (byte c in text)
        {
            int digit = DigitOf(c);
            if (digit >= numberBase)
            {
                break;
            }

            value = Math.Min((value * numberBase) + digit, 1L << 32);
        }

        return (int)Math.Clamp(isNegative ? -value : value, int.MinValue, int.MaxValue);
    }

    private static int DigitOf(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => int.MaxValue,
    };
}
