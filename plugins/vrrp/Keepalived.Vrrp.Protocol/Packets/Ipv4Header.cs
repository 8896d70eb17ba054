using System.Buffers.Binary;

namespace Keepalived.Vrrp.Protocol;

/// <summary>
/// The IPv4 header of RFC 791 section 3.1, written for IP_HDRINCL sockets and read from raw sockets.
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |Version|  IHL  |Type of Service|          Total Length         |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |         Identification        |Flags|      Fragment Offset    |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |  Time to Live |    Protocol   |         Header Checksum       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                       Source Address                          |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                    Destination Address                        |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
public readonly record struct Ipv4Header
{
    /// <summary>Bytes of a header without options; what we send.</summary>
    public const int MinimumLength = 20;

    /// <summary>Bytes of a header with all the options it can have.</summary>
    public const int MaximumLength = 60;

    /// <summary>Type of service of an advertisement: class selector 6, internetwork control.</summary>
    public const byte VrrpTypeOfService = 0xC0;

    internal const int IdentificationOffset = 4;
    internal const int ChecksumOffset = 10;

    private const int TypeOfServiceOffset = 1;
    private const int TotalLengthOffset = 2;
    private const int FragmentOffset = 6;
    private const int TimeToLiveOffset = 8;
    private const int ProtocolOffset = 9;
    private const int SourceOffset = 12;
    private const int DestinationOffset = 16;
    private const byte VersionAndLengthWithoutOptions = 0x45;

    /// <summary>Bytes of the header with its options: 20..60.</summary>
    public int HeaderLength { get; private init; }

    /// <summary>Bytes of header and payload as the sender states them.</summary>
    public required int TotalLength { get; init; }

    /// <summary>Identification; a value of 0 asks the kernel for one, so we never send it.</summary>
    public ushort Identification { get; init; }

    /// <summary>Time to live.</summary>
    public required byte TimeToLive { get; init; }

    /// <summary>Protocol number of the payload.</summary>
    public required byte Protocol { get; init; }

    /// <summary>Source address.</summary>
    public required InternetAddress Source { get; init; }

    /// <summary>Destination address.</summary>
    public required InternetAddress Destination { get; init; }

    /// <summary>
    /// Reads the header at the start of a packet. False when the bytes are too few, the version is not 4 or the header
    /// length is impossible; the checksum is the kernel's business and is not looked at.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out Ipv4Header header)
    {
        header = default;
        if (packet.Length < MinimumLength || packet[0] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (packet[0] & 0x0F) * sizeof(uint);
        if (headerLength < MinimumLength || headerLength > packet.Length)
        {
            return false;
        }

        header = new Ipv4Header
        {
            HeaderLength = headerLength,
            TotalLength = BinaryPrimitives.ReadUInt16BigEndian(packet[TotalLengthOffset..]),
            Identification = BinaryPrimitives.ReadUInt16BigEndian(packet[IdentificationOffset..]),
            TimeToLive = packet[TimeToLiveOffset],
            Protocol = packet[ProtocolOffset],
            Source = InternetAddress.Read(packet.Slice(SourceOffset, InternetAddress.IPv4Length)),
            Destination = InternetAddress.Read(packet.Slice(DestinationOffset, InternetAddress.IPv4Length)),
        };
        return true;
    }

    /// <summary>Zeroes what may change on the way (RFC 2402 section 3.3.3.1.1.1); the TTL only when asked.</summary>
    internal static void ClearMutable(Span<byte> header, bool withTimeToLive)
    {
        header[TypeOfServiceOffset] = 0;
        header.Slice(FragmentOffset, sizeof(ushort)).Clear();
        header.Slice(ChecksumOffset, sizeof(ushort)).Clear();
        header[TimeToLiveOffset] = withTimeToLive ? (byte)0 : header[TimeToLiveOffset];
    }

    /// <summary>What <see cref="ClearMutable"/> takes from a header of ours, whose fragment is always zero.</summary>
    internal static (byte TypeOfService, byte TimeToLive) MutableOf(ReadOnlySpan<byte> header) =>
        (header[TypeOfServiceOffset], header[TimeToLiveOffset]);

    /// <summary>Puts back what <see cref="MutableOf"/> told.</summary>
    internal static void RestoreMutable(Span<byte> header, byte typeOfService, byte timeToLive)
    {
        header[TypeOfServiceOffset] = typeOfService;
        header[TimeToLiveOffset] = timeToLive;
    }

    /// <summary>Writes 20 bytes: no options, no fragment, type of service 0xc0, right checksum.</summary>
    public void Write(Span<byte> destination)
    {
        Span<byte> header = destination[..MinimumLength];
        header.Clear();
        header[0] = VersionAndLengthWithoutOptions;
        header[TypeOfServiceOffset] = VrrpTypeOfService;
        BinaryPrimitives.WriteUInt16BigEndian(header[TotalLengthOffset..], (ushort)TotalLength);
        BinaryPrimitives.WriteUInt16BigEndian(header[IdentificationOffset..], Identification);
        header[TimeToLiveOffset] = TimeToLive;
        header[ProtocolOffset] = Protocol;
        Source.Write(header[SourceOffset..]);
        Destination.Write(header[DestinationOffset..]);
        BinaryPrimitives.WriteUInt16BigEndian(header[ChecksumOffset..], InternetChecksum.Compute(header));
    }
}
