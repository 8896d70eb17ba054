using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// An IPv4 or IPv6 address as a value: it is compared and copied on every advertisement, where
/// <see cref="IPAddress"/> would be an object each. The default value is 0.0.0.0.
/// </summary>
public readonly record struct InternetAddress : IComparable<InternetAddress>
{
    /// <summary>Bytes of an IPv4 address on the wire.</summary>
    public const int IPv4Length = 4;

    /// <summary>Bytes of an IPv6 address on the wire.</summary>
    public const int IPv6Length = 16;

    // Two halves, not a UInt128: ReadyToRun leaves every method that touches a 128-bit integer to the JIT, and this
    // type is in most methods of a takeover.
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly bool _isIPv6;

    private InternetAddress(ulong high, ulong low, bool isIPv6)
    {
        _high = high;
        _low = low;
        _isIPv6 = isIPv6;
    }

    /// <summary>The IPv4 multicast group of VRRP, 224.0.0.18 (RFC 9568 section 5.1.1.2).</summary>
    public static InternetAddress VrrpGroupIPv4 { get; } = new(0, 0xE000_0012, isIPv6: false);

    /// <summary>The IPv6 multicast group of VRRP, ff02::12 (RFC 9568 section 5.1.2.2).</summary>
    public static InternetAddress VrrpGroupIPv6 { get; } = new(0xFF02_0000_0000_0000, 0x12, isIPv6: true);

    /// <summary>The family the address belongs to.</summary>
    public AddressFamily Family => _isIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    /// <summary>Bytes on the wire: 4 or 16.</summary>
    public int Length => _isIPv6 ? IPv6Length : IPv4Length;

    /// <summary>True for 224.0.0.0/4 and ff00::/8.</summary>
    public bool IsMulticast => _isIPv6 ? _high >> 56 == 0xFF : _low >> 28 == 0xE;

    /// <summary>True for 0.0.0.0 and ::.</summary>
    public bool IsUnspecified => (_high | _low) == 0;

    /// <summary>Reads 4 bytes (IPv4) or 16 bytes (IPv6) in network order.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public static InternetAddress Read(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        IPv4Length => new(0, BinaryPrimitives.ReadUInt32BigEndian(bytes), isIPv6: false),
        IPv6Length => new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), isIPv6: true),
        _ => throw new ArgumentException($"An address has 4 or 16 bytes, not {bytes.Length}.", nameof(bytes)),
    };

    /// <summary>Converts from the framework's type; an IPv6 scope is not kept.</summary>
    public static InternetAddress From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
#pragma warning disable CS0618 // The number itself: the framework's copying of octets is compiled at run time, in every start.
            return new(0, BinaryPrimitives.ReverseEndianness((uint)address.Address), isIPv6: false);
#pragma warning restore CS0618
        }

        Span<byte> bytes = stackalloc byte[IPv6Length];
        address.TryWriteBytes(bytes, out int written);
        return Read(bytes[..written]);
    }

    /// <summary>Parses the usual text forms; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out InternetAddress address)
    {
        bool parsed = IPAddress.TryParse(text, out IPAddress? value);
        address = parsed ? From(value!) : default;
        return parsed;
    }

    /// <summary>Parses the usual text forms.</summary>
    /// <exception cref="FormatException">The text is not an address.</exception>
    public static InternetAddress Parse(string text) => From(IPAddress.Parse(text));

    /// <summary>Writes <see cref="Length"/> bytes in network order to the start of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        if (_isIPv6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
            BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
        }
    }

    /// <summary>Converts to the framework's type. Allocates: not for hot paths.</summary>
    public IPAddress ToIPAddress()
    {
        if (!_isIPv6)
        {
            return new IPAddress(BinaryPrimitives.ReverseEndianness((uint)_low));
        }

        Span<byte> bytes = stackalloc byte[IPv6Length];
        Write(bytes);
        return new IPAddress(bytes[..Length]);
    }

    /// <summary>Orders by family (IPv4 first), then as unsigned numbers in network order, as RFC 9568 section 6.4.3 asks.</summary>
    public int CompareTo(InternetAddress other) =>
        _isIPv6 != other._isIPv6 ? _isIPv6.CompareTo(other._isIPv6)
        : _high != other._high ? _high.CompareTo(other._high)
        : _low.CompareTo(other._low);

    /// <summary>The same family and the same bits.</summary>
    public bool Equals(InternetAddress other) => _low == other._low && _high == other._high && _isIPv6 == other._isIPv6;

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)(((_high ^ _low) * 0x9E37_79B9_7F4A_7C15) >> 32));

    /// <summary>Is the left address the lower one?</summary>
    public static bool operator <(InternetAddress left, InternetAddress right) => left.CompareTo(right) < 0;

    /// <summary>Is the left address the higher one?</summary>
    public static bool operator >(InternetAddress left, InternetAddress right) => left.CompareTo(right) > 0;

    /// <summary>Is the left address lower or the same?</summary>
    public static bool operator <=(InternetAddress left, InternetAddress right) => left.CompareTo(right) <= 0;

    /// <summary>Is the left address higher or the same?</summary>
    public static bool operator >=(InternetAddress left, InternetAddress right) => left.CompareTo(right) >= 0;

    /// <summary>The usual text form.</summary>
    public override string ToString() => ToIPAddress().ToString();
}
