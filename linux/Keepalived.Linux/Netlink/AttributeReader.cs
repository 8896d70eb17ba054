using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Keepalived.Linux.Netlink;

/// <summary>
/// Walks netlink attributes (struct nlattr of linux/netlink.h). The error is sticky: a wrong length anywhere makes
/// <see cref="Malformed"/> true for good and values zero, so a decoder asks once, at its end.
/// </summary>
public ref struct AttributeReader
{
    private ReadOnlySpan<byte> _rest;
    private ReadOnlySpan<byte> _value;
    private bool _malformed;

    /// <summary>Starts before the first attribute.</summary>
    public AttributeReader(ReadOnlySpan<byte> attributes)
    {
        _rest = attributes;
        _value = default;
        _malformed = false;
        Type = 0;
    }

    /// <summary>A reader without attributes that is malformed already.</summary>
    public static AttributeReader Broken => new(default) { _malformed = true };

    /// <summary>The attribute's type without the NLA_F bits.</summary>
    public ushort Type { get; private set; }

    /// <summary>The attribute's octets.</summary>
    public readonly ReadOnlySpan<byte> Value => _value;

    /// <summary>Whether anything read so far did not have the length it must have.</summary>
    public readonly bool Malformed => _malformed;

    /// <summary>Goes to the next attribute.</summary>
    /// <returns>False at the end, or at octets that are no attribute.</returns>
    public bool MoveNext()
    {
        // Up to three octets of padding may follow the last attribute of a message.
        if (_malformed || _rest.Length < NetlinkAbi.AttributeHeaderLength)
        {
            return false;
        }

        int length = MemoryMarshal.Read<ushort>(_rest);
        if (length < NetlinkAbi.AttributeHeaderLength || length > _rest.Length)
        {
            _malformed = true;
            return false;
        }

        Type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & NetlinkAbi.AttributeTypeMask);
        _value = _rest[NetlinkAbi.AttributeHeaderLength..length];
        _rest = _rest[Math.Min(NetlinkAbi.Align(length), _rest.Length)..];
        return true;
    }

    /// <summary>The value as one octet.</summary>
    public byte Byte() => Has(1) ? _value[0] : (byte)0;

    /// <summary>The value as 16 bits in the machine's order.</summary>
    public ushort UInt16() => Has(2) ? MemoryMarshal.Read<ushort>(_value) : (ushort)0;

    /// <summary>The value as 32 bits in the machine's order.</summary>
    public uint UInt32() => Has(4) ? MemoryMarshal.Read<uint>(_value) : 0;

    /// <summary>The value as signed 32 bits in the machine's order.</summary>
    public int Int32() => Has(4) ? MemoryMarshal.Read<int>(_value) : 0;

    /// <summary>The value as 16 bits in network order.</summary>
    public ushort UInt16BigEndian() => Has(2) ? BinaryPrimitives.ReadUInt16BigEndian(_value) : (ushort)0;

    /// <summary>The value as 32 bits in network order.</summary>
    public uint UInt32BigEndian() => Has(4) ? BinaryPrimitives.ReadUInt32BigEndian(_value) : 0;

    /// <summary>A counter that one kernel sends in 32 and another in 64 bits, in the machine's order.</summary>
    public ulong Counter() => _value.Length == 8 ? MemoryMarshal.Read<ulong>(_value) : UInt32();

    /// <summary>The value as a name of at most 15 octets.</summary>
    public readonly KernelName Name() => KernelName.FromBytes(_value);

    /// <summary>The value as an IPv4 (4 octets) or IPv6 (16 octets) address.</summary>
    public InetAddress Address()
    {
        if (_value.Length is 4 or 16)
        {
            return InetAddress.FromBytes(_value);
        }

        _malformed = true;
        return InetAddress.None;
    }

    /// <summary>The value as a link-layer address.</summary>
    public HardwareAddress Hardware()
    {
        if (_value.Length <= HardwareAddress.MaxLength)
        {
            return new HardwareAddress(_value);
        }

        _malformed = true;
        return default;
    }

    /// <summary>The value as a structure's octets, at least this long: newer kernels append fields.</summary>
    /// <param name="length">The octets needed.</param>
    /// <returns>At least that many octets; zeros when there are fewer.</returns>
    public ReadOnlySpan<byte> Structure(int length)
    {
        if (_value.Length >= length)
        {
            return _value;
        }

        _malformed = true;
        return Zeros[..length];
    }

    /// <summary>The attributes inside this one. What goes wrong in there is that reader's; see <see cref="Absorb"/>.</summary>
    public readonly AttributeReader Nested() => new(_value);

    /// <summary>Takes over the error of a nested reader once it is read.</summary>
    public void Absorb(in AttributeReader nested) => _malformed |= nested._malformed;

    private static ReadOnlySpan<byte> Zeros => new byte[64];

    private bool Has(int length)
    {
        if (_value.Length >= length)
        {
            return true;
        }

        _malformed = true;
        return false;
    }
}
