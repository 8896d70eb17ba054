using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Keepalived.Linux;

/// <summary>
/// A name as the kernel keeps it: at most 15 octets in a 16-octet field ended by zero (IFNAMSIZ of linux/if.h,
/// IP_VS_SCHEDNAME_MAXLEN and IP_VS_PENAME_MAXLEN of linux/ip_vs.h). A value, so decoding one allocates nothing.
/// The default value is the empty name.
/// </summary>
public readonly record struct KernelName
{
    /// <summary>The longest name in octets, without the final zero.</summary>
    public const int MaxLength = 15;

    // Two halves, not a UInt128: ReadyToRun leaves every method that touches a 128-bit integer to the JIT.
    private readonly ulong _first;
    private readonly ulong _second;

    private KernelName(ReadOnlySpan<byte> field)
    {
        _first = BinaryPrimitives.ReadUInt64LittleEndian(field);
        _second = BinaryPrimitives.ReadUInt64LittleEndian(field[8..]);
    }

    /// <summary>Makes a name.</summary>
    /// <param name="text">At most 15 octets in UTF-8, without a zero.</param>
    /// <exception cref="ArgumentException">The text is longer or holds a zero.</exception>
    public KernelName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        this = TryParse(text, out KernelName name)
            ? name
            : throw new ArgumentException($"'{text}' is no kernel name: at most {MaxLength} octets and no zero.", nameof(text));
    }

    /// <summary>Whether the name has no characters.</summary>
    public bool IsEmpty => _first == 0;

    /// <summary>How many octets the name has, 0 to 15.</summary>
    public int Length
    {
        get
        {
            Span<byte> octets = stackalloc byte[16];
            Write(octets);
            int zero = octets.IndexOf((byte)0);
            return zero < 0 ? MaxLength : zero;
        }
    }

    /// <summary>Takes a name if it fits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">The name, empty when the text does not fit.</param>
    /// <returns>Whether the text is at most 15 octets in UTF-8 and holds no zero.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out KernelName name)
    {
        name = default;
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        if (text.Contains('\0') || Encoding.UTF8.GetByteCount(text) > MaxLength)
        {
            return false;
        }

        Encoding.UTF8.GetBytes(text, octets);
        name = new KernelName(octets);
        return true;
    }

    /// <summary>Takes the octets up to the first zero; what is beyond the 15th octet is dropped.</summary>
    public static KernelName FromBytes(ReadOnlySpan<byte> field)
    {
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        int zero = field.IndexOf((byte)0);
        int length = Math.Min(zero < 0 ? field.Length : zero, MaxLength);
        field[..length].CopyTo(octets);
        return new KernelName(octets);
    }

    /// <summary>Writes the 16-octet field: the name, then zeros.</summary>
    /// <param name="destination">Room for 16 octets.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _first);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _second);
    }

    /// <summary>The same octets.</summary>
    public bool Equals(KernelName other) => _first == other._first && _second == other._second;

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)(((_first ^ _second) * 0x9E37_79B9_7F4A_7C15) >> 32));

    /// <summary>Whether the name is this text.</summary>
    public bool Is(ReadOnlySpan<char> text) => TryParse(text, out KernelName other) && other == this;

    /// <summary>The name as text.</summary>
    [SuppressMessage("Performance", "CA1859", Justification = "The override's signature.")]
    public override string ToString()
    {
        Span<byte> octets = stackalloc byte[16];
        Write(octets);
        return Encoding.UTF8.GetString(octets[..Length]);
    }
}
