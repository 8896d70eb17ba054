using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Keepalived.Linux;

/// <summary>
/// An IPv4 or IPv6 address as a value: 24 bytes, no allocation, comparable. <see cref="IPAddress"/> is a class and would
/// cost an allocation per decoded kernel message. The default value is <see cref="None"/>, no address at all.
/// Zones of link-local addresses are not part of it: the interface index travels beside it.
/// </summary>
public readonly record struct InetAddress : IComparable<InetAddress>
{
    private readonly UInt128 _bits;

    private InetAddress(byte length, UInt128 bits)
    {
        Length = length;
        _bits = bits;
    }

    /// <summary>No address: of neither family.</summary>
    public static InetAddress None => default;

    /// <summary>Octets in the address: 4, 16, or 0 for <see cref="None"/>.</summary>
    public int Length { get; }

    /// <summary>Whether this is an IPv4 address.</summary>
    public bool IsIPv4 => Length == 4;

    /// <summary>Whether this is an IPv6 address.</summary>
    public bool IsIPv6 => Length == 16;

    /// <summary>Whether there is no address.</summary>
    public bool IsNone => Length == 0;

    /// <summary>Whether all bits are zero (0.0.0.0 or ::), or there is no address.</summary>
    public bool IsUnspecified => _bits == 0;

    /// <summary>Whether this is a multicast group: 224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => (IsIPv4 && (uint)_bits >> 28 == 0xE) || (IsIPv6 && _bits >> 120 == 0xFF);

    /// <summary>Whether this is link-local: 169.254.0.0/16 or fe80::/10.</summary>
    public bool IsLinkLocal => (IsIPv4 && (uint)_bits >> 16 == 0xA9FE) || (IsIPv6 && _bits >> 118 == 0x3FA);

    /// <summary>The family as the socket interface of .NET names it; Unspecified for <see cref="None"/>.</summary>
    public AddressFamily Family => Length switch
    {
        4 => AddressFamily.InterNetwork,
        16 => AddressFamily.InterNetworkV6,
        _ => AddressFamily.Unspecified,
    };

    /// <summary>The IPv4 address whose octets, read as a big-endian number, are <paramref name="value"/>.</summary>
    public static InetAddress FromIPv4(uint value) => new(4, value);

    /// <summary>The address in network order.</summary>
    /// <param name="octets">4 or 16 octets.</param>
    /// <exception cref="ArgumentException">Any other length.</exception>
    public static InetAddress FromBytes(ReadOnlySpan<byte> octets) => octets.Length switch
    {
        4 => new InetAddress(4, BinaryPrimitives.ReadUInt32BigEndian(octets)),
        16 => new InetAddress(16, BinaryPrimitives.ReadUInt128BigEndian(octets)),
        _ => throw new ArgumentException("An address has 4 or 16 octets.", nameof(octets)),
    };

    /// <summary>The same address out of the .NET class; its zone is dropped.</summary>
    public static InetAddress FromIPAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out int written);
        return FromBytes(octets[..written]);
    }

    /// <summary>Reads "192.0.2.1" or "2001:db8::1"; no zone, no prefix length, no shortened IPv4 forms.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address, or <see cref="None"/>.</param>
    /// <returns>Whether the text is an address.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out InetAddress address)
    {
        address = None;
        bool colon = text.Contains(':');
        if (text.IndexOfAny('%', '[', ']') >= 0 || text.IndexOf('/') >= 0 || (!colon && text.Count('.') != 3) || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        address = FromIPAddress(parsed);
        return address.IsIPv6 == colon;
    }

    /// <summary>Reads an address that is known to be one.</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static InetAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out InetAddress address) ? address : throw new FormatException($"'{text}' is not an IPv4 or IPv6 address.");

    /// <summary>The same address as the .NET class.</summary>
    /// <exception cref="InvalidOperationException">There is no address.</exception>
    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[16];
        return IsNone ? throw new InvalidOperationException("No address to convert.") : new IPAddress(octets[..Write(octets)]);
    }

    /// <summary>Writes the octets in network order.</summary>
    /// <param name="destination">Room for <see cref="Length"/> octets.</param>
    /// <returns>How many octets were written.</returns>
    public int Write(Span<byte> destination)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_bits);
        }
        else if (IsIPv6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination, _bits);
        }

        return Length;
    }

    /// <summary>The network this address is in: host bits cleared.</summary>
    /// <param name="prefixLength">0 to 32 or 0 to 128.</param>
    public InetAddress Network(int prefixLength) => new((byte)Length, _bits & Mask(prefixLength));

    /// <summary>Orders by family, then by number: IPv4 before IPv6.</summary>
    public int CompareTo(InetAddress other) => Length != other.Length ? Length.CompareTo(other.Length) : _bits.CompareTo(other._bits);

    /// <summary>Less, in the order of <see cref="CompareTo"/>.</summary>
    public static bool operator <(InetAddress left, InetAddress right) => left.CompareTo(right) < 0;

    /// <summary>Greater, in the order of <see cref="CompareTo"/>.</summary>
    public static bool operator >(InetAddress left, InetAddress right) => left.CompareTo(right) > 0;

    /// <summary>Not greater, in the order of <see cref="CompareTo"/>.</summary>
    public static bool operator <=(InetAddress left, InetAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Not less, in the order of <see cref="CompareTo"/>.</summary>
    public static bool operator >=(InetAddress left, InetAddress right) => left.CompareTo(right) >= 0;

    /// <summary>The usual text, such as "192.0.2.1"; "none" when there is no address.</summary>
    public override string ToString() => IsNone ? "none" : ToIPAddress().ToString();

    [SuppressMessage("Usage", "CA2208", Justification = "The parameter is the caller's.")]
    private UInt128 Mask(int prefixLength)
    {
        int bits = Length * 8;
        if ((uint)prefixLength > (uint)bits)
        {
            throw new ArgumentOutOfRangeException(nameof(prefixLength), prefixLength, $"A prefix length here is 0 to {bits}.");
        }

        return prefixLength == 0 ? 0 : UInt128.MaxValue << (bits - prefixLength);
    }
}
