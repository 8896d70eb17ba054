using System.Runtime.CompilerServices;

namespace Keepalived.Checkers.Http;

/// <summary>A set of HTTP status codes, 100..599; a value of 64 bytes that compares by content.</summary>
internal readonly record struct StatusCodes
{
    public const int Lowest = 100;
    public const int Highest = 599;
    private readonly Bits _bits;

    private StatusCodes(Bits bits) => _bits = bits;

    /// <summary>200 to 299, the default.</summary>
    public static StatusCodes Success { get; } = default(StatusCodes).With(200, 299);

    /// <summary>The set with a range added; both ends belong to it.</summary>
    public StatusCodes With(int first, int last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, Lowest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, Highest);
        Bits bits = _bits;
        for (int code = first - Lowest; code <= last - Lowest; code++)
        {
            bits[code / 64] |= 1UL << (code % 64);
        }

        return new(bits);
    }

    /// <summary>Whether a code belongs to the set; codes out of range do not.</summary>
    public bool Contains(int code) =>
        code is >= Lowest and <= Highest && (_bits[(code - Lowest) / 64] & (1UL << ((code - Lowest) % 64))) != 0;

    public bool Equals(StatusCodes other) => ((ReadOnlySpan<ulong>)_bits).SequenceEqual(other._bits);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (ulong word in (ReadOnlySpan<ulong>)_bits)
        {
            hash.Add(word);
        }

        return hash.ToHashCode();
    }

    [InlineArray(8)]
    private struct Bits
    {
        private ulong _first;
    }
}
