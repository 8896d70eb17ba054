using Keepalived.Configuration;

namespace Keepalived.Checkers.Udp;

/// <summary>Octets in hexadecimal, nibble by nibble; a wildcard nibble matches any.</summary>
/// <param name="Octets">The octets; wildcard nibbles are 0.</param>
/// <param name="Mask">For each octet the bits that count.</param>
internal readonly record struct HexPattern(EquatableArray<byte> Octets, EquatableArray<byte> Mask)
{
    /// <summary>Reads all words that are left as one row of digits. A word of an odd number of digits begins with a single one; <c>0x</c> may lead.</summary>
    public static HexPattern Read(IKeywordReader reader, string what, bool mayHaveWildcards)
    {
        var octets = new List<byte>();
        var mask = new List<byte>();
        string word = reader.Word($"{what} in hexadecimal");
        do
        {
            ReadOnlySpan<char> digits = word.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? word.AsSpan(2) : word;
            for (int i = digits.Length % 2 == 0 ? 0 : -1; i < digits.Length; i += 2)
            {
                (int high, int highMask) = i < 0 ? (0, 15) : Nibble(reader, what, digits[i], mayHaveWildcards);
                (int low, int lowMask) = Nibble(reader, what, digits[i + 1], mayHaveWildcards);
                octets.Add((byte)((high << 4) | low));
                mask.Add((byte)((highMask << 4) | lowMask));
            }
        }
        while (reader.TryWord(out word));

        return new(octets.ToEquatableArray(), mask.ToEquatableArray());
    }

    /// <summary>Whether some octets begin as the pattern says.</summary>
    public bool Matches(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Octets.Count)
        {
            return false;
        }

        for (int i = 0; i < Octets.Count; i++)
        {
            if ((octets[i] & Mask[i]) != Octets[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The digits, X for any.</summary>
    public override string ToString() => string.Create(Octets.Count * 2, this, static (digits, pattern) =>
    {
        for (int i = 0; i < digits.Length; i++)
        {
            int shift = i % 2 == 0 ? 4 : 0;
            digits[i] = ((pattern.Mask[i / 2] >> shift) & 15) == 0 ? 'X' : "0123456789abcdef"[(pattern.Octets[i / 2] >> shift) & 15];
        }
    });

    private static (int Value, int Mask) Nibble(IKeywordReader reader, string what, char digit, bool mayHaveWildcards) => digit switch
    {
        _ when char.IsAsciiHexDigit(digit) => (Convert.ToInt32(digit.ToString(), 16), 15),
        'X' or 'x' when mayHaveWildcards => (0, 0),
        _ => throw reader.Reject($"'{digit}' is no hexadecimal digit of the {what}",
            mayHaveWildcards ? "write digits 0 to 9, a to f, or X for any" : "write digits 0 to 9, a to f"),
    };
}
