using System.Buffers.Binary;
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
    // Two halves, not a UInt128: ReadyToRun leaves every method that touches a 128-bit integer to the JIT.
    private readonly ulong _high;
    private readonly ulong _low;

    private InetAddress(int length, ulong high, ulong low)
    {
        Length = length;
        _high = high;
        _low = low;
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
    public bool IsUnspecified => (_high | _low) == 0;

    /// <summary>Whether this is a multicast group: 224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => (IsIPv4 && _low >> 28 == 0xE) || (IsIPv6 && _high >> 56 == 0xFF);

    /// <summary>Whether this is link-local: 169.254.0.0/16 or fe80::/10.</summary>
    public bool IsLinkLocal => (IsIPv4 && _low >> 16 == 0xA9FE) || (IsIPv6 && _high >> 54 == 0x3FA);

    /// <summary>The family as the socket interface of .NET names it; Unspecified for <see cref="None"/>.</summary>
    public AddressFamily Family => Length switch
    {
        4 => AddressFamily.InterNetwork,
        16 => AddressFamily.InterNetworkV6,
        _ => AddressFamily.Unspecified,
    };

    /// <summary>The IPv4 address whose octets, read as a big-endian number, are <paramref name="value"/>.</summary>
    public static InetAddress FromIPv4(uint value) => new(4, 0, value);

    /// <summary>The address in network order.</summary>
    /// <param name="octets">4 or 16 octets.</param>
    /// <exception cref="ArgumentException">Any other length.</exception>
    public static InetAddress FromBytes(ReadOnlySpan<byte> octets) => octets.Length switch
    {
        4 => new InetAddress(4, 0, BinaryPrimitives.ReadUInt32BigEndian(octets)),
        16 => new InetAddress(16, BinaryPrimitives.ReadUInt64BigEndian(octets), BinaryPrimitives.ReadUInt64BigEndian(octets[8..])),
        _ => throw new ArgumentException("An address has 4 or 16 octets.", nameof(octets)),
    };

    /// <summary>The same address out of the .NET class; its zone is dropped.</summary>
    public static InetAddress FromIPAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
#pragma warning disable CS0618 // The number itself: the framework's copying of octets is compiled at run time, in every start.
            return FromIPv4(BinaryPrimitives.ReverseEndianness((uint)address.Address));
#pragma warning restore CS0618
        }

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
        if (IsIPv4)
        {
            return new IPAddress(BinaryPrimitives.ReverseEndianness((uint)_low));
        }

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
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
        }
        else if (IsIPv6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
            BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        }

        return Length;
    }

    /// <summary>The network this address is in: host bits cleared.</summary>
    /// <param name="prefixLength">0 to 32 or 0 to 128.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another prefix length.</exception>
    public InetAddress Network(int prefixLength)
    {
        if ((uint)prefixLength > (uint)(Length * 8))
        {
            throw new ArgumentOutOfRangeException(nameof(prefixLength), prefixLength, $"A prefix length here is 0 to {Length * 8}.");
        }

        // Counted from the top of the 128 bits; an IPv4 address is the lowest 32 of them.
        int kept = prefixLength + 128 - (Length * 8);
        return new InetAddress(Length, _high & UpperBits(kept), _low & UpperBits(kept - 64));
    }

    /// <summary>Orders by family, then by number: IPv4 before IPv6.</summary>
    public int CompareTo(InetAddress other) =>
        Length != other.Length ? Length.CompareTo(other.Length)
        : _high != other._high ? _high.CompareTo(other._high)
        : _low.CompareTo(other._low);

    /// <summary>The same family and the same bits.</summary>
    public bool Equals(InetAddress other) => _low == other._low && _high == other._high && Length == other.Length;

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)(((_high ^ _low) * 0x9E37_79B9_7F4A_7C15) >> 32));

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

    private static ulong UpperBits(int count) => count <= 0 ? 0 : count >= 64 ? ulong.MaxValue : ulong.MaxValue << (64 - count);
}
