using System.Runtime.CompilerServices;

namespace Keepalived.Linux;

/// <summary>
/// A link-layer address of 0 to 32 octets (MAX_ADDR_LEN of linux/netdevice.h): 6 for Ethernet, 20 for InfiniBand.
/// A value, so decoding one allocates nothing.
/// </summary>
public readonly struct HardwareAddress : IEquatable<HardwareAddress>
{
    /// <summary>The most octets an address has.</summary>
    public const int MaxLength = 32;

    private readonly Octets _octets;

    /// <summary>Copies an address.</summary>
    /// <param name="octets">0 to 32 octets.</param>
    /// <exception cref="ArgumentException">More octets than that.</exception>
    public HardwareAddress(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > MaxLength)
        {
            throw new ArgumentException($"A hardware address has at most {MaxLength} octets.", nameof(octets));
        }

        Length = octets.Length;
        octets.CopyTo(_octets);
    }

    /// <summary>How many octets it has; 0 for none.</summary>
    public int Length { get; }

    /// <summary>Copies the octets out.</summary>
    /// <param name="destination">Room for <see cref="Length"/> octets.</param>
    /// <returns>How many octets were written.</returns>
    public int Write(Span<byte> destination)
    {
        ReadOnlySpan<byte> octets = _octets;
        octets[..Length].CopyTo(destination);
        return Length;
    }

    /// <inheritdoc/>
    public bool Equals(HardwareAddress other)
    {
        ReadOnlySpan<byte> mine = _octets;
        ReadOnlySpan<byte> theirs = other._octets;
        return Length == other.Length && mine.SequenceEqual(theirs);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HardwareAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_octets[..Length]);
        return hash.ToHashCode();
    }

    /// <summary>Same length and octets.</summary>
    public static bool operator ==(HardwareAddress left, HardwareAddress right) => left.Equals(right);

    /// <summary>Different length or octets.</summary>
    public static bool operator !=(HardwareAddress left, HardwareAddress right) => !left.Equals(right);

    /// <summary>The usual text, such as "00:00:5e:00:01:33"; empty for none.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[MaxLength * 3];
        int length = 0;
        for (int i = 0; i < Length; i++)
        {
            if (i > 0)
            {
                text[length++] = ':';
            }

            _octets[i].TryFormat(text[length..], out int written, "x2");
            length += written;
        }

        return new string(text[..length]);
    }

    [InlineArray(MaxLength)]
    private struct Octets
    {
        private byte _first;
    }
}
