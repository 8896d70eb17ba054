namespace Keepalived.Configuration;

/// <summary>A use of a definition: <c>$NAME</c> before a blank, tab, comma, closing parenthesis or the end, <c>${NAME}</c> anywhere.</summary>
/// <param name="Start">Offset of the sign.</param>
/// <param name="End">Offset behind the reference.</param>
/// <param name="Name">Range of the name.</param>
/// <param name="Arguments">What stands between name and brace: <c>${_RANDOM 1 6}</c>.</param>
internal readonly record struct Reference(int Start, int End, Range Name, Range Arguments)
{
    /// <summary>Finds the first reference at or after an offset, whether or not its name is defined.</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, int offset, out Reference reference)
    {
        while (offset < text.Length)
        {
            int found = text[offset..].IndexOf((byte)'$');
            if (found < 0)
            {
                break;
            }

            offset += found;
            if (TryParse(text, offset, out reference))
            {
                return true;
            }

            offset++;
        }

        reference = default;
        return false;
    }

    private static bool TryParse(ReadOnlySpan<byte> text, int start, out Reference reference)
    {
        reference = default;
        bool braced = start + 1 < text.Length && text[start + 1] == '{';
        int nameStart = start + (braced ? 2 : 1);
        int nameEnd = nameStart + Definition.NameLength(text[Math.Min(nameStart, text.Length)..]);
        if (nameEnd == nameStart)
        {
            return false;
        }

        if (!braced)
        {
            reference = new Reference(start, nameEnd, nameStart..nameEnd, nameEnd..nameEnd);
            return nameEnd == text.Length || Separators.IsBlank(text[nameEnd]) || text[nameEnd] is (byte)',' or (byte)')';
        }

        int close = nameEnd;
        if (close < text.Length && text[close] == ' ')
        {
            int length = text[close..].IndexOf((byte)'}');
            close = length < 0 ? text.Length : close + length;
        }

        reference = new Reference(start, close + 1, nameStart..nameEnd, nameEnd..Math.Min(close, text.Length));
        return close < text.Length && text[close] == '}';
    }
}
