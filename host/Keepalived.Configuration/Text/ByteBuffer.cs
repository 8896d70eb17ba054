using System.Text;

namespace Keepalived.Configuration;

/// <summary>A growing block of bytes with numbers of variable length: seven bits a byte, the least significant first.</summary>
internal sealed class ByteBuffer
{
    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void WriteByte(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
    }

    public void WriteNumber(int value)
    {
        Reserve(NumberWriter.Longest);
        var writer = new NumberWriter(_bytes.AsSpan(Length));
        writer.Write(value);
        Length += writer.Length;
    }

    /// <summary>A number that is small in either direction.</summary>
    public void WriteSigned(int value) => WriteNumber(NumberWriter.Unsigned(value));

    public void WriteString(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);
        WriteNumber(bytes.Length);
        Write(bytes);
    }

    private void Reserve(int count)
    {
        if (Length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }
    }
}

/// <summary>Writes numbers of variable length.</summary>
internal ref struct NumberWriter(Span<byte> bytes)
{
    /// <summary>Bytes of the largest number.</summary>
    public const int Longest = 5;

    private readonly Span<byte> _bytes = bytes;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>A number that is small in either direction as one that is small.</summary>
    public static int Unsigned(int value) => unchecked((value << 1) ^ (value >> 31));

    public void Write(int value)
    {
        uint rest = unchecked((uint)value);
        while (rest >= 0x80)
        {
            _bytes[Length++] = (byte)(rest & 0x7F | 0x80);
            rest >>= 7;
        }

        _bytes[Length++] = (byte)rest;
    }
}

/// <summary>Reads what a <see cref="ByteBuffer"/> holds and believes none of it.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Number of bytes that were not read yet.</summary>
    public readonly int Left => _rest.Length;

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            throw new InvalidDataException("The expanded configuration ends early.");
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public byte Byte() => Take(1)[0];

    public int Number()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = Take(1)[0];
            value |= unchecked((uint)(next & 0x7F) << shift);
            if (next < 0x80)
            {
                return unchecked((int)value);
            }
        }

        throw new InvalidDataException("A number of the expanded configuration is too long.");
    }

    public int Signed()
    {
        int value = Number();
        return unchecked((int)((uint)value >> 1) ^ -(value & 1));
    }

    /// <summary>A number of items, each of at least one byte, so that a broken count cannot ask for more memory than was handed over.</summary>
    public int Count()
    {
        int count = Number();
        return (uint)count <= (uint)_rest.Length ? count : throw new InvalidDataException("A count of the expanded configuration is too large.");
    }

    public string String() => Encoding.UTF8.GetString(Take(Number()));
}
