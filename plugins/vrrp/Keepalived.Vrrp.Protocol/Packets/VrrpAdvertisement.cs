using System.Buffers.Binary;
using System.Net.Sockets;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// A VRRP ADVERTISEMENT, the message behind the IP header. A bounds-checked view: <see cref="TryRead"/> is the only way to
/// get one from the wire, and after it no member can fail as long as the bytes underneath are not changed.
/// <para>Version 2, RFC 3768 section 5.1:</para>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Version| Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |   Auth Type   |   Adver Int   |          Checksum             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         IP Address (1)                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                            .                                  |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                         IP Address (n)                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                     Authentication Data (1)                   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                     Authentication Data (2)                   |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// <para>Version 3, RFC 9568 section 5.1:</para>
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Version| Type  | Virtual Rtr ID|   Priority    |IPvX Addr Count|
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Reserve| Max Advertise Interval|          Checksum             |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                       IPvX Address(es)                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
public readonly ref struct VrrpAdvertisement
{
    /// <summary>IP protocol number of VRRP.</summary>
    public const byte Protocol = 112;

    /// <summary>TTL or hop limit an advertisement is sent with, so that no router can have passed it on (section 5.1.1.3).</summary>
    public const byte RequiredHopLimit = 255;

    /// <summary>Bytes before the addresses.</summary>
    public const int HeaderLength = 8;

    /// <summary>Bytes of authentication data at the end of every version 2 IPv4 advertisement, used or not.</summary>
    public const int AuthenticationLength = 8;

    /// <summary>The count field has eight bits.</summary>
    public const int MaximumAddresses = 255;

    /// <summary>Bytes of the longest message: 255 IPv6 addresses. (Version 2 for IPv4 has fewer, though with authentication data.)</summary>
    internal const int LongestMessage = HeaderLength + (MaximumAddresses * InternetAddress.IPv6Length);

    /// <summary>Longest interval of version 2: one byte of seconds.</summary>
    public static readonly TimeSpan MaximumIntervalVersion2 = TimeSpan.FromSeconds(255);

    /// <summary>Longest interval of version 3: twelve bits of centiseconds, 40.95 s.</summary>
    public static readonly TimeSpan MaximumIntervalVersion3 = TimeSpan.FromMilliseconds(40_950);

    internal const byte TypeAdvertisement = 1;
    internal const int VirtualRouterIdOffset = 1;
    internal const int PriorityOffset = 2;
    internal const int AddressCountOffset = 3;
    internal const int AuthenticationTypeOffset = 4;
    internal const int IntervalOffset = 4;
    internal const int SecondsOffset = 5;
    internal const int ChecksumOffset = 6;

    private const int CentisecondMask = 0x0FFF;
    private const int MillisecondsPerCentisecond = 10;

    private readonly ReadOnlySpan<byte> _message;
    private readonly int _addressLength;

    private VrrpAdvertisement(ReadOnlySpan<byte> message, int addressLength)
    {
        _message = message;
        _addressLength = addressLength;
    }

    /// <summary>Version from the wire: after <see cref="TryRead"/> 2 or 3.</summary>
    public VrrpVersion Version => (VrrpVersion)(_message[0] >> 4);

    /// <summary>Virtual router id, 1..255 (0 is not refused here: nobody is configured with it).</summary>
    public byte VirtualRouterId => _message[VirtualRouterIdOffset];

    /// <summary>Priority: 0 the master is leaving, 255 the owner, 1..254 the others.</summary>
    public byte Priority => _message[PriorityOffset];

    /// <summary>Number of addresses, 0..255.</summary>
    public int AddressCount => _message[AddressCountOffset];

    /// <summary>Version 2 only: the authentication type byte, whatever it holds.</summary>
    public VrrpAuthenticationType AuthenticationType => (VrrpAuthenticationType)_message[AuthenticationTypeOffset];

    /// <summary>Time between the sender's advertisements: whole seconds in version 2, multiples of 10 ms in version 3.</summary>
    public TimeSpan Interval => Version == VrrpVersion.Version2
        ? TimeSpan.FromTicks(_message[SecondsOffset] * TimeSpan.TicksPerSecond)
        : TimeSpan.FromTicks((BinaryPrimitives.ReadUInt16BigEndian(_message[IntervalOffset..]) & CentisecondMask)
            * MillisecondsPerCentisecond * TimeSpan.TicksPerMillisecond);

    /// <summary>The checksum field as received.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_message[ChecksumOffset..]);

    /// <summary>The addresses as they stand on the wire, 4 or 16 bytes each.</summary>
    public ReadOnlySpan<byte> Addresses => _message.Slice(HeaderLength, AddressCount * _addressLength);

    /// <summary>The eight bytes of version 2 IPv4 authentication data; empty otherwise.</summary>
    public ReadOnlySpan<byte> AuthenticationData => _message[(HeaderLength + (AddressCount * _addressLength))..];

    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Message => _message;

    /// <summary>The address at <paramref name="index"/>, 0..<see cref="AddressCount"/>-1.</summary>
    public InternetAddress AddressAt(int index) => InternetAddress.Read(Addresses.Slice(index * _addressLength, _addressLength));

    /// <summary>Bytes of a message: header, addresses and, in version 2 for IPv4, authentication data.</summary>
    public static int LengthOf(VrrpVersion version, AddressFamily family, int addressCount) =>
        HeaderLength + (addressCount * AddressLengthOf(family))
        + (version == VrrpVersion.Version2 && family == AddressFamily.InterNetwork ? AuthenticationLength : 0);

    /// <summary>
    /// Reads a message of which <paramref name="family"/> is known from its IP header. The bytes must be exactly as many as
    /// the address count asks for; the checksum and everything that needs configuration is left to <see cref="AdvertisementReceiver"/>.
    /// </summary>
    public static bool TryRead(
        ReadOnlySpan<byte> message, AddressFamily family, out VrrpAdvertisement advertisement, out VrrpDecodeError error)
    {
        advertisement = default;
        error = Inspect(message, family);
        if (error != VrrpDecodeError.None)
        {
            return false;
        }

        advertisement = new VrrpAdvertisement(message, AddressLengthOf(family));
        return true;
    }

    /// <summary>
    /// A view over bytes that the receiver measured against its own version. Every member up to <see cref="Checksum"/> is safe
    /// from eight bytes on, so the receiver may look at version and type in its own order.
    /// </summary>
    internal static VrrpAdvertisement Measured(ReadOnlySpan<byte> message, AddressFamily family) =>
        new(message, AddressLengthOf(family));

    internal static int AddressLengthOf(AddressFamily family) =>
        family == AddressFamily.InterNetworkV6 ? InternetAddress.IPv6Length : InternetAddress.IPv4Length;

    /// <summary>Writes the fixed part, with priority and checksum left zero for <see cref="AdvertisementImage"/> to fill.</summary>
    internal static void WriteHeader(
        Span<byte> message, VrrpVersion version, byte virtualRouterId, int addressCount, VrrpAuthenticationType authentication, TimeSpan interval)
    {
        message[..HeaderLength].Clear();
        message[0] = (byte)(((int)version << 4) | TypeAdvertisement);
        message[VirtualRouterIdOffset] = virtualRouterId;
        message[AddressCountOffset] = (byte)addressCount;
        if (version == VrrpVersion.Version2)
        {
            message[AuthenticationTypeOffset] = (byte)authentication;
            message[SecondsOffset] = (byte)(interval.Ticks / TimeSpan.TicksPerSecond);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(
                message[IntervalOffset..], (ushort)(interval.Ticks / (MillisecondsPerCentisecond * TimeSpan.TicksPerMillisecond)));
        }
    }

    private static VrrpDecodeError Inspect(ReadOnlySpan<byte> message, AddressFamily family)
    {
        if (message.Length < HeaderLength)
        {
            return VrrpDecodeError.TooShort;
        }

        var version = (VrrpVersion)(message[0] >> 4);
        if (version is not (VrrpVersion.Version2 or VrrpVersion.Version3))
        {
            return VrrpDecodeError.UnknownVersion;
        }

        if ((message[0] & 0x0F) != TypeAdvertisement)
        {
            return VrrpDecodeError.UnknownType;
        }

        return message.Length == LengthOf(version, family, message[AddressCountOffset])
            ? VrrpDecodeError.None
            : VrrpDecodeError.LengthMismatch;
    }
}
